#include "hadal/dropout/linear_data.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/error.hpp"

namespace hadal::dropout {

void require_valid(const LinearData& data) {
  if (data.target.size() == 0) throw ArgumentError("the target is empty, expected a matrix");
  if (!data.identity() && data.input.cols() != data.samples())
    throw ArgumentError(fmt::format("the input has {} samples, the target has {}: expected as many",
                                    data.input.cols(), data.samples()));
  if (!data.target.allFinite() || !data.input.allFinite())
    throw ArgumentError("the data hold a value that is not finite, expected numbers");
}

ReducedData reduce(const LinearData& data) {
  ReducedData reduced;
  if (data.identity()) {
    reduced.data = data;
    return reduced;
  }
  constexpr double negligible = 1e-10;
  const Eigen::BDCSVD<Matrix> svd(data.input, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Vector& values = svd.singularValues();
  const Index rank = std::max<Index>(1, (values.array() > negligible * values[0]).count());
  reduced.basis = svd.matrixV().leftCols(rank);
  reduced.data.target.noalias() = data.target * reduced.basis;
  reduced.data.input = svd.matrixU().leftCols(rank) * values.head(rank).asDiagonal();
  reduced.full_rank = rank == data.inputs();
  reduced.inverse = Matrix::Zero(rank, data.inputs());
  if (values[0] > 0) {
    reduced.inverse =
        values.head(rank).cwiseInverse().asDiagonal() * svd.matrixU().leftCols(rank).transpose();
    reduced.condition = values[0] / values[rank - 1];
  }
  reduced.constant = (data.target - reduced.data.target * reduced.basis.transpose()).squaredNorm();
  return reduced;
}

}  // namespace hadal::dropout
