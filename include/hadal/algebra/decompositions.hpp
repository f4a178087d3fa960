#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <Eigen/SVD>

#include "hadal/types.hpp"

/// Eigen's decompositions of matrices of doubles, compiled once for the whole project: they are
/// templates, and a file that instantiates one of them anew takes up to a minute to compile under
/// sanitizers. Of LLT, LDLT and SelfAdjointEigenSolver that holds for arguments of type Matrix
/// only, not for expressions.
extern template class Eigen::BDCSVD<hadal::Matrix>;
extern template class Eigen::HouseholderQR<hadal::Matrix>;
extern template class Eigen::JacobiSVD<hadal::Matrix>;
extern template class Eigen::LDLT<hadal::Matrix>;
extern template class Eigen::LLT<hadal::Matrix>;
extern template class Eigen::SelfAdjointEigenSolver<hadal::Matrix>;
extern template Eigen::LLT<hadal::Matrix>& Eigen::LLT<hadal::Matrix>::compute(
    const Eigen::EigenBase<hadal::Matrix>&);
extern template Eigen::LDLT<hadal::Matrix>& Eigen::LDLT<hadal::Matrix>::compute(
    const Eigen::EigenBase<hadal::Matrix>&);
extern template Eigen::SelfAdjointEigenSolver<hadal::Matrix>&
Eigen::SelfAdjointEigenSolver<hadal::Matrix>::compute(const Eigen::EigenBase<hadal::Matrix>&, int);
