#include "hadal/fit/streamed_problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "hadal/descent/block_proximal.hpp"
#include "hadal/error.hpp"
#include "hadal/solve/solve.hpp"
#include "units.hpp"

namespace hadal {
namespace {

/// What one pass over the data as they are stored says.
struct Means {
  Vector row, column;
  double global = 0;
  double largest = 0;  ///< absolute value
};

void require_all(const Factor& block, Index first) {
  for (Index i = 0; i < block.rows(); ++i) {
    for (Index j = 0; j < block.cols(); ++j) {
      if (std::isfinite(block(i, j))) continue;
      throw DataError(fmt::format(
          "row {}, column {}: value {}: expected every entry of a matrix that is streamed",
          first + i, j, block(i, j)));
    }
  }
}

Means means_of(RowSource& source) {
  Means means;
  means.row = Vector::Zero(source.rows());
  means.column = Vector::Zero(source.columns());
  for_row_blocks(source, 0, source.rows(), [&](Index first, const Factor& block) {
    if (!block.allFinite()) require_all(block, first);
    means.row.segment(first, block.rows()) = block.rowwise().sum();
    means.column += block.colwise().sum().transpose();
    means.largest = std::max(means.largest, block.cwiseAbs().maxCoeff());
  });
  const auto rows = static_cast<double>(source.rows());
  const auto columns = static_cast<double>(source.columns());
  means.global = means.row.sum() / rows / columns;
  means.row /= columns;
  means.column /= rows;
  return means;
}

/// With every entry observed the least-squares fit of row and column effects is that of the means.
Offset offset_of(const Means& means, OffsetTerms terms) {
  Offset offset;
  offset.terms = terms;
  if (terms == OffsetTerms::none) return offset;
  offset.global = means.global;
  const bool both = terms == OffsetTerms::both;
  if (both || terms == OffsetTerms::rows) offset.row = means.row.array() - means.global;
  if (both || terms == OffsetTerms::columns) offset.column = means.column.array() - means.global;
  return offset;
}

/// The largest size of what the offset leaves; 0 where that is its own rounding, a few units in the
/// last place of the data.
double largest_left(RowSource& source, const Means& means, const Offset& offset) {
  if (offset.terms == OffsetTerms::none) return means.largest;
  double largest = 0;
  const CentredRows centred(source, offset, 1);
  centred.for_blocks(0, source.rows(), [&](Index, const Factor& block) {
    largest = std::max(largest, block.cwiseAbs().maxCoeff());
  });
  return largest <= 0x1p-48 * means.largest ? 0 : largest;
}

}  // namespace

StreamedProblem::StreamedProblem(RowSource& source, const MatrixFitOptions& options,
                                 const CentredRows::Watch& watch) {
  const Means means = means_of(source);
  offset_ = offset_of(means, options.offset_terms());
  const double largest = largest_left(source, means, offset_);
  check_range(largest, 1, source.rows() * source.columns());
  // What the offset explains altogether counts as zero: divided by infinity, it is.
  data_unit_ = power_of_four(largest);
  const bool zero = largest == 0;
  target_.emplace(source, offset_, zero ? std::numeric_limits<double>::infinity() : data_unit_);
  loss_.emplace(*target_);
  family_.emplace(*target_, loss_->half_square(), options.norm_u, options.norm_v, watch);
}

double StreamedProblem::lambda_max() const {
  if (!lambda_max_) {
    LowRankField residual;
    family_->predict(family_->empty(), residual);
    loss_->evaluate(residual, residual);
    PolarRequest request;
    request.precision = 1e-3;  // every round of the search is two passes over the data
    lambda_max_ = family_->polar(residual, family_->empty(), request).value * data_unit_;
  }
  return *lambda_max_;
}

double StreamedProblem::lambda_at(double ratio) const {
  return lambda_of(ratio, lambda_max(), data_unit_);
}

SolveResult<RankOneAtoms> StreamedProblem::solve(double lambda, SolveOptions options,
                                                 const SolveObserver& observer) const {
  options.lambda = lambda / data_unit_;
  const BlockProximal descent;
  SolveLoop loop(*loss_, *family_, descent, options);
  if (observer) {
    loop.observe([&](const OuterIteration& o) {
      return observer(in_data_units(o, data_unit_ * data_unit_, data_unit_));
    });
  }
  SolveResult<RankOneAtoms> result = loop.run();
  result.certificate = in_data_units(result.certificate, data_unit_ * data_unit_, data_unit_);
  for (OuterIteration& outer : result.trace)
    outer = in_data_units(outer, data_unit_ * data_unit_, data_unit_);
  return result;
}

void StreamedProblem::describe(const RankOneAtoms& atoms, MatrixModel& model) const {
  const double root = std::sqrt(data_unit_);
  model.loss = LossKind::squared;
  model.lambda_max = lambda_max();
  model.norm_u = family_->structured().u().norm();
  model.norm_v = family_->structured().v().norm();
  model.offset = offset_;
  model.u = root * atoms.u;
  model.v = root * atoms.v;
  LowRankField z{atoms.u, atoms.v, {}};
  const double half_square = loss_->evaluate(z, z);
  const auto entries = static_cast<double>(pattern().observed());
  model.train_error = data_unit_ * std::sqrt(2 * half_square / entries);
}

}  // namespace hadal
