#include "streamed_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "hadal/error.hpp"
#include "rounding.hpp"

namespace hadal::verify {
namespace {

void require_all(const Factor& block, Index first) {
  if (block.allFinite()) return;
  for (Index i = 0; i < block.rows(); ++i)
    for (Index j = 0; j < block.cols(); ++j)
      if (!std::isfinite(block(i, j)))
        throw DataError(
            fmt::format("row {}, column {}: value {}: expected a matrix without missing entries",
                        first + i, j, block(i, j)));
}

}  // namespace

void StreamedData::for_blocks(Index begin, const Visit& visit) const {
  const double scale = std::ldexp(1.0, -problem_.scaling.data);  // exact, as is the product
  for_row_blocks(source_, begin, problem_.rows, [&](Index first, Factor& block) {
    require_all(block, first);
    block *= removed_ ? 0.0 : scale;
    visit(first, block);
  });
}

void StreamedData::for_residuals(Index begin, const Visit& visit) const {
  const Offset& offset = problem_.offset;
  for_blocks(begin, [&](Index first, Factor& block) {
    for_low_rank(problem_, first, block.rows(), [&](Index i, Index j, double z) {
      const double row = offset.row.size() ? offset.row[first + i] : 0.0;
      const double column = offset.column.size() ? offset.column[j] : 0.0;
      const double centred =
          problem_.has_global()
              ? static_cast<double>(difference(block(i, j), {offset.global, row, column}))
              : block(i, j);
      block(i, j) = centred - z;
    });
    visit(first, block);
  });
}

Matrix StreamedData::residual_gram() const {
  return problem_.rows <= problem_.columns ? gram_of_rows() : gram_of_columns();
}

/// All pairs of rows: some are held, and met by all that follow.
Matrix StreamedData::gram_of_rows() const {
  constexpr Index held_values = Index{1} << 27;  // 1 GiB
  const Index n = problem_.rows;
  const Index most = std::clamp<Index>(held_values / problem_.columns, 1, n);
  Matrix gram = Matrix::Zero(n, n);
  for (Index begin = 0; begin < n; begin += most) {
    Factor held(std::min(most, n - begin), problem_.columns);
    Index filled = 0;
    for_residuals(begin, [&](Index first, Factor& block) {
      const Index taken = std::min(block.rows(), held.rows() - filled);
      held.middleRows(filled, taken) = block.topRows(taken);
      filled += taken;
      gram.block(first, begin, block.rows(), filled).noalias() =
          block * held.topRows(filled).transpose();
    });
  }
  return gram;
}

Matrix StreamedData::gram_of_columns() const {
  const Index n = problem_.columns;
  Matrix gram = Matrix::Zero(n, n);
  for_residuals(0, [&](Index, Factor& block) { gram.noalias() += block.transpose() * block; });
  return gram;
}

}  // namespace hadal::verify
