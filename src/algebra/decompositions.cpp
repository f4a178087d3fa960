#include "hadal/algebra/decompositions.hpp"

template class Eigen::BDCSVD<hadal::Matrix>;
template class Eigen::HouseholderQR<hadal::Matrix>;
template class Eigen::JacobiSVD<hadal::Matrix>;
template class Eigen::LDLT<hadal::Matrix>;
template class Eigen::LLT<hadal::Matrix>;
template class Eigen::SelfAdjointEigenSolver<hadal::Matrix>;
template Eigen::LLT<hadal::Matrix>& Eigen::LLT<hadal::Matrix>::compute(
    const Eigen::EigenBase<hadal::Matrix>&);
template Eigen::LDLT<hadal::Matrix>& Eigen::LDLT<hadal::Matrix>::compute(
    const Eigen::EigenBase<hadal::Matrix>&);
template Eigen::SelfAdjointEigenSolver<hadal::Matrix>&
Eigen::SelfAdjointEigenSolver<hadal::Matrix>::compute(const Eigen::EigenBase<hadal::Matrix>&, int);
