#include "hadal/dropout/linear_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

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

namespace {

/// The rows that are not zero, each once: the others add nothing to what V^T X can be.
Matrix distinct_rows(const Matrix& x) {
  std::vector<Index> kept;
  for (Index i = 0; i < x.rows(); ++i) {
    const bool known = std::ranges::any_of(kept, [&](Index k) { return x.row(k) == x.row(i); });
    if (!known && !x.row(i).isZero(0)) kept.push_back(i);
  }
  return x(kept, Eigen::all);
}

}  // namespace

ReducedData reduce(const LinearData& data) {
  ReducedData reduced;
  if (data.identity()) return reduced;
  constexpr double negligible = 1e-10;
  const Eigen::BDCSVD<Matrix> svd(data.input, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Vector& values = svd.singularValues();
  const Index rank = std::max<Index>(1, (values.array() > negligible * values[0]).count());
  reduced.basis = svd.matrixV().leftCols(rank);
  reduced.data.target.noalias() = data.target * reduced.basis;
  reduced.data.input = svd.matrixU().leftCols(rank) * values.head(rank).asDiagonal();
  reduced.inverse = Matrix::Zero(rank, data.inputs());
  if (values[0] > 0)
    reduced.inverse =
        values.head(rank).cwiseInverse().asDiagonal() * svd.matrixU().leftCols(rank).transpose();
  const Matrix distinct = distinct_rows(data.input);
  reduced.full_rank = rank == distinct.rows();
  if (reduced.full_rank) {
    const Vector own = Eigen::BDCSVD<Matrix>(distinct).singularValues();
    reduced.condition = own[0] / own[own.size() - 1];
  }
  return reduced;
}

}  // namespace hadal::dropout
