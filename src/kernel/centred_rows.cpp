#include "hadal/kernel/centred_rows.hpp"

#include <algorithm>
#include <vector>

namespace hadal {
namespace {

/// Columns that one thread works on at a time: a panel of a block then stays in its cache.
constexpr Index panel_columns = 2048;

Index panels_of(Index columns) { return (columns + panel_columns - 1) / panel_columns; }

/// Calls f(panel, first column, columns) for all panels, divided among the threads.
template <class F>
void for_panels(Index columns, const F& f) {
#pragma omp parallel for schedule(dynamic, 1)
  for (Index p = 0; p < panels_of(columns); ++p) {
    const Index first = p * panel_columns;
    f(p, first, std::min(panel_columns, columns - first));
  }
}

/// The sums of one panel of a block, in double along a row of the panel.
struct PanelSums {
  long double square = 0, product = 0, magnitude = 0;
  double largest = 0;
  Vector row_positive, row_negative;
  Factor applied;

  void see(const Factor& residual, const Eigen::Ref<const Factor>& y,
           Eigen::Ref<Vector> column_positive, Eigen::Ref<Vector> column_negative) {
    row_positive.resize(y.rows());
    row_negative.resize(y.rows());
    for (Index i = 0; i < y.rows(); ++i) {
      const auto r = residual.row(i);
      const auto positive = r.cwiseMax(0);
      const auto negative = r.cwiseMin(0);
      row_positive[i] = positive.squaredNorm();
      row_negative[i] = negative.squaredNorm();
      column_positive += positive.cwiseAbs2().transpose();
      column_negative += negative.cwiseAbs2().transpose();
      square += row_positive[i] + row_negative[i];
      product += r.dot(y.row(i));
      magnitude += r.cwiseProduct(y.row(i)).cwiseAbs().sum();
      largest = std::max(largest, r.cwiseAbs().maxCoeff());
    }
  }

  void add_to(ResidualSums& sums, Index first) const {
    sums.square += square;
    sums.product += product;
    sums.magnitude += magnitude;
    sums.largest = std::max(sums.largest, largest);
    sums.row_positive.segment(first, row_positive.size()) += row_positive;
    sums.row_negative.segment(first, row_negative.size()) += row_negative;
    sums.rows_applied.middleRows(first, applied.rows()) += applied;
  }
};

/// gram(first.., held..) = block held^T, as far as it is in the lower triangle.
void add_products(const Factor& block, Index first, const Eigen::Ref<const Factor>& held,
                  Index held_first, Matrix& gram) {
  constexpr Index tile = 64;
  const Index across = (held.rows() + tile - 1) / tile;
#pragma omp parallel for schedule(dynamic, 1)
  for (Index t = 0; t < across; ++t) {
    const Index begin = t * tile, count = std::min(tile, held.rows() - begin);
    if (held_first + begin > first + block.rows() - 1) continue;
    gram.block(first, held_first + begin, block.rows(), count).noalias() =
        block * held.middleRows(begin, count).transpose();
  }
}

}  // namespace

void CentredRows::for_blocks(
    Index begin, Index end,
    const std::function<void(Index first, const Factor& block)>& visit) const {
  for_row_blocks(source_, begin, end, [&](Index first, Factor& block) {
    const double scale = 1 / unit_;
#pragma omp parallel for schedule(static)
    for (Index i = 0; i < block.rows(); ++i) {
      const double row = offset_.row.size() ? offset_.row[first + i] : 0.0;
      // The mean comes first: it is what may be far larger than what is left.
      if (offset_.terms != OffsetTerms::none)
        block.row(i).array() = (block.row(i).array() - offset_.global) - row;
      if (offset_.column.size()) block.row(i) -= offset_.column.transpose();
      block.row(i) *= scale;
    }
    visit(first, block);
  });
}

Factor CentredRows::times(const Factor& v) const {
  Factor out = Factor::Zero(rows(), v.cols());
  if (v.cols() == 0) return out;
  for_blocks(0, rows(), [&](Index first, const Factor& block) {
    constexpr Index strip = 8;
#pragma omp parallel for schedule(dynamic, 1)
    for (Index i = 0; i < block.rows(); i += strip) {
      const Index count = std::min(strip, block.rows() - i);
      out.middleRows(first + i, count).noalias() = block.middleRows(i, count) * v;
    }
  });
  return out;
}

Factor CentredRows::transposed_times(const Factor& u) const {
  Factor out = Factor::Zero(columns(), u.cols());
  if (u.cols() == 0) return out;
  for_blocks(0, rows(), [&](Index first, const Factor& block) {
    for_panels(columns(), [&](Index, Index column, Index count) {
      out.middleRows(column, count).noalias() +=
          block.middleCols(column, count).transpose() * u.middleRows(first, block.rows());
    });
  });
  return out;
}

Vector CentredRows::row(Index i) const {
  Vector row;
  for_blocks(i, i + 1, [&](Index, const Factor& block) { row = block.row(0).transpose(); });
  return row;
}

ResidualSums CentredRows::residual_sums(const Factor& u, const Factor& v) const {
  ResidualSums sums;
  sums.row_positive = sums.row_negative = Vector::Zero(rows());
  sums.column_positive = sums.column_negative = Vector::Zero(columns());
  sums.rows_applied = Factor::Zero(rows(), v.cols());
  for_blocks(0, rows(), [&](Index first, const Factor& block) {
    std::vector<PanelSums> panels(static_cast<std::size_t>(panels_of(columns())));
    for_panels(columns(), [&](Index p, Index column, Index count) {
      PanelSums& panel = panels[static_cast<std::size_t>(p)];
      const auto y = block.middleCols(column, count);
      Factor residual = y;
      if (v.cols() > 0)
        residual.noalias() -=
            u.middleRows(first, block.rows()) * v.middleRows(column, count).transpose();
      panel.see(residual, y, sums.column_positive.segment(column, count),
                sums.column_negative.segment(column, count));
      panel.applied = residual * v.middleRows(column, count);
    });
    for (const PanelSums& panel : panels) panel.add_to(sums, first);
  });
  return sums;
}

Matrix CentredRows::gram(const Watch& watch, Index held_values) const {
  return rows() <= columns() ? gram_of_rows(watch, held_values) : gram_of_columns(watch);
}

Matrix CentredRows::gram_of_rows(const Watch& watch, Index held_values) const {
  const Index n = rows();
  const Index at_once = std::clamp<Index>(held_values / columns(), 1, n);
  double done = 0, all = 0;
  for (Index begin = 0; begin < n; begin += at_once)
    all += static_cast<double>(std::min(at_once, n - begin) * (n - begin));
  Matrix gram = Matrix::Zero(n, n);
  bool going_on = true;
  for (Index begin = 0; begin < n && going_on; begin += at_once) {
    Factor held(std::min(at_once, n - begin), columns());
    for_blocks(begin, n, [&](Index first, const Factor& block) {
      if (!going_on) return;
      const Index kept = std::clamp<Index>(begin + held.rows() - first, 0, block.rows());
      held.middleRows(std::min(first - begin, held.rows()), kept) = block.topRows(kept);
      const Index known = std::min(held.rows(), first - begin + block.rows());
      add_products(block, first, held.topRows(known), begin, gram);
      done += static_cast<double>(held.rows() * block.rows());
      going_on = watch(done / all);
    });
  }
  return gram;
}

Matrix CentredRows::gram_of_columns(const Watch& watch) const {
  constexpr Index tile = 128;
  const Index n = columns(), tiles = (n + tile - 1) / tile;
  Matrix gram = Matrix::Zero(n, n);
  bool going_on = true;
  for_blocks(0, rows(), [&](Index first, const Factor& block) {
    if (!going_on) return;
#pragma omp parallel for schedule(dynamic, 1)
    for (Index t = 0; t < tiles; ++t) {
      const Index begin = t * tile, count = std::min(tile, n - begin);
      gram.block(begin, begin, n - begin, count).noalias() +=
          block.rightCols(n - begin).transpose() * block.middleCols(begin, count);
    }
    going_on = watch(static_cast<double>(first + block.rows()) / static_cast<double>(rows()));
  });
  return gram;
}

}  // namespace hadal
