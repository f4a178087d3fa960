#include "figures.hpp"

#include <algorithm>

#include "categories.hpp"
#include "entry.hpp"
#include "factor_norm.hpp"
#include "figure_sums.hpp"

namespace hadal::verify {
namespace {

/// Squares of a vector, summed.
template <class Values>
Real square_of(const Values& values) {
  Real sum = 0;
  for (Index i = 0; i < values.size(); ++i) {
    const Real x = values.data()[i];
    sum += x * x;
  }
  return sum;
}

}  // namespace

FigureSums::FigureSums(const Problem& problem, Index entries)
    : problem_(problem),
      entries_(entries),
      left_size_(problem.dictionary_u.magnitude_times(problem.u).rowwise().norm()),
      right_size_(problem.dictionary_v.magnitude_times(problem.v).rowwise().norm()),
      row_sums_(static_cast<std::size_t>(problem.rows)) {}

/// Weights round: one unit towards zero keeps R / w where the conjugate is finite, which matters
/// only where it is not finite everywhere.
double FigureSums::inside_domain(double residual) const {
  return problem_.loss == LossKind::squared ? residual : std::nextafter(residual, 0.0);
}

double FigureSums::prediction_operations() const {
  const Index elements = problem_.dictionary_u.matrix.cols() + problem_.dictionary_v.matrix.cols();
  const double bases = problem_.has_dictionary() ? 16 : 0;
  return static_cast<double>(problem_.u.cols() + elements) + bases + problem_.factor_roundings + 8;
}

/// Prediction error: z is a sum of r products and a scaling, each rounded once, of factors that are
/// themselves sums of as many products as a dictionary has elements; 8 units more are for the
/// entries of each basis.
Real FigureSums::low_rank_margin(Index i, Index j) const {
  return Real{gamma(prediction_operations())} *
             (problem_.norm.at(i, j) * left_size_[i] * right_size_[j]) +
         problem_.factor_loss;
}

double FigureSums::add(Index i, Index j, double y, double w, double low_rank) {
  const Offset& offset = problem_.offset;
  const double row_offset = offset.row.size() ? offset.row[i] : 0.0;
  const double column_offset = offset.column.size() ? offset.column[j] : 0.0;
  const Real rest = difference(y, {offset.global, row_offset, column_offset});
  const double centred = static_cast<double>(rest);
  const double error = centred - low_rank;
  // In the data's units offsets are subtracted from the data; elsewhere they are added to z, which
  // is rounded once more. In extended precision the sums themselves are off by a few units.
  const Real moved = Real{offset.global} + row_offset + column_offset;
  const Real offset_size =
      std::abs(Real{offset.global}) + std::abs(row_offset) + std::abs(column_offset);
  const Real offset_margin = 4 * wide_unit * (in_data_units_ ? std::abs(rest) : offset_size);
  const auto z = static_cast<double>(low_rank + moved);
  const double rounded = in_data_units_ ? std::abs(centred) : moved != 0 ? std::abs(z) : 0.0;
  const Real margin =
      gamma(prediction_operations()) * Real{rounded} + low_rank_margin(i, j) + offset_margin;
  const Entry entry = entry_of(problem_, in_data_units_ ? centred : y, error, z, margin);
  const double residual = inside_domain(w * entry.force);

  RowSums& sums = row_sums_[static_cast<std::size_t>(i)];
  const Real wide_residual = residual;
  sums.loss += w * entry.loss;
  sums.loss_margin += w * entry.loss_margin;
  sums.error += in_data_units_ ? Real{error} * error : entry.loss;
  sums.error_margin += entry.loss_margin;
  const bool subtract = offset.policy == OffsetPolicy::mean;
  const Real target = subtract ? rest : Real{y};
  sums.linear += wide_residual * target;
  sums.linear_size += std::abs(wide_residual) * std::abs(target);
  if (subtract) sums.linear_margin += std::abs(wide_residual) * offset_margin;
  sums.square += wide_residual * wide_residual / w;
  sums.total += wide_residual;
  sums.total_size += std::abs(wide_residual);
  sums.prediction_margin = std::max(sums.prediction_margin, margin);
  return residual;
}

std::vector<double> FigureSums::add_categories(Index i, Index j, std::size_t chosen, double w,
                                               const std::vector<double>& low_rank) {
  std::vector<Real> margins;
  for (std::size_t c = 0; c < low_rank.size(); ++c)
    margins.push_back(low_rank_margin(i, j + static_cast<Index>(c)));
  CategoryEntry entry = category_entry(low_rank, margins, chosen, w);
  RowSums& sums = row_sums_[static_cast<std::size_t>(i)];
  sums.loss += w * entry.loss;
  sums.loss_margin += w * entry.loss_margin;
  sums.error += entry.loss;
  sums.error_margin += entry.loss_margin;
  for (const double r : entry.residual) sums.total_size += std::abs(r);
  return std::move(entry.residual);
}

Figures FigureSums::finish(std::vector<double> residual, std::vector<double> gradient) {
  figures_.residual = std::move(residual);
  figures_.gradient = std::move(gradient);
  for (const RowSums& sums : row_sums_) all_.add(sums);
  objective();
  dual();
  return std::move(figures_);
}

void FigureSums::objective() {
  const Offset& offset = problem_.offset;
  Real objective = all_.loss;
  objective += problem_.lambda * penalty();
  if (offset.policy == OffsetPolicy::free)
    objective +=
        offset.ridge / Real{2} *
        (Real{offset.global} * offset.global + square_of(offset.row) + square_of(offset.column));
  figures_.objective = objective;
  figures_.objective_margin = all_.loss_margin * 2 + summation() * objective + vanished();
  const Real count = static_cast<Real>(std::max<Index>(1, entries_ / problem_.categories));
  if (in_data_units_) {
    figures_.train_error = std::sqrt(all_.error / count);
    figures_.train_error_margin = 4 * all_.prediction_margin;
  } else {
    figures_.train_error = all_.error / count;
    figures_.train_error_margin = 4 * all_.error_margin / count;
  }
}

Real FigureSums::penalty() const {
  if (problem_.penalty) return problem_.penalty->value;
  if (!problem_.structured) return (square_of(problem_.u) + square_of(problem_.v)) / 2;
  return structured_penalty(problem_.norm_u, problem_.u, problem_.norm_v, problem_.v);
}

void FigureSums::dual() {
  const bool free = problem_.offset.policy == OffsetPolicy::free && problem_.has_global();
  if (in_data_units_) {
    const auto parabola = std::make_shared<ParabolicDual>();
    parabola->linear = all_.linear;
    parabola->linear_margin = summation() * all_.linear_size + 2 * all_.linear_margin + vanished();
    parabola->curvature = all_.square * (1 + summation()) + vanished();
    if (free) parabola->curvature += free_offset_curvature();
    figures_.dual_size = std::abs(all_.linear);
    figures_.dual = parabola;
  } else {
    const Real curvature = free ? free_offset_curvature() : Real{0};
    figures_.dual = std::make_shared<EntropicDual>(problem_, figures_.residual, curvature);
  }
  if (problem_.norm.row_scale.size()) {
    // Two roundings an entry: || dQ ||_2 <= || dQ ||_F <= gamma_2 || Q ||_F.
    Real square = 0;
    for (const double q : figures_.gradient) square += Real{q} * q;
    figures_.gradient_margin = rounded_up(gamma(4) * std::sqrt(square) + vanished());
  }
}

/// ||B^T R||^2 / ridge, rounded up: the sums of R over all, rows and columns, where present.
Real FigureSums::free_offset_curvature() const {
  const auto upper_square = [&](Real sum, Real size) {
    const Real bound = std::abs(sum) + summation() * size;
    return bound * bound;
  };
  Real square = upper_square(all_.total, all_.total_size);
  if (problem_.offset.row.size())
    for (const RowSums& row : row_sums_) square += upper_square(row.total, row.total_size);
  if (problem_.offset.column.size()) {
    std::vector<Real> total(static_cast<std::size_t>(problem_.columns)), size(total.size());
    for (std::size_t k = 0; k < problem_.column.size(); ++k) {
      const auto j = static_cast<std::size_t>(problem_.column[k]);
      total[j] += figures_.residual[k];
      size[j] += std::abs(figures_.residual[k]);
    }
    for (std::size_t j = 0; j < total.size(); ++j) square += upper_square(total[j], size[j]);
  }
  return square / problem_.offset.ridge * (1 + summation());
}

/// Relative error of any of the sums: as many additions as there are terms, a few operations
/// each.
Real FigureSums::summation() const {
  const Index terms =
      entries_ + problem_.u.size() + problem_.v.size() + problem_.rows + problem_.columns;
  const double penalty =
      problem_.penalty ? problem_.penalty->operations
                       : penalty_operations(problem_.norm_u, problem_.norm_v, problem_.u.rows(),
                                            problem_.v.rows(), problem_.u.cols());
  return wide_gamma(static_cast<Real>(terms) + penalty);
}
/// What underflow can take from the sums: less than 2^-1000 a term beside data of magnitude one;
/// nothing where all terms are zero.
Real FigureSums::vanished() const {
  const bool all_zero = all_.total_size + figures_.objective == 0;
  return all_zero ? 0 : static_cast<Real>(entries_ + 1) * 0x1p-1000L;
}

namespace {

/// The residuals of one row, of the model's lifted factors.
void add_row(const Problem& problem, Index i, const Factor& left, const Factor& right,
             FigureSums& sums, std::vector<double>& residual) {
  const auto low_rank = [&](Index j) {
    return problem.norm.at(i, j) * left.row(i).dot(right.row(j));
  };
  const auto end = static_cast<std::size_t>(problem.row_start[static_cast<std::size_t>(i) + 1]);
  auto at = static_cast<std::size_t>(problem.row_start[static_cast<std::size_t>(i)]);
  if (problem.loss != LossKind::multinomial) {
    for (; at < end; ++at) {
      const Index j = problem.column[at];
      residual[at] = sums.add(i, j, problem.y[at], problem.w(static_cast<Index>(at)), low_rank(j));
    }
    return;
  }
  const auto count = static_cast<std::size_t>(problem.categories);
  std::vector<double> scores(count);
  for (; at < end; at += count) {
    const auto first = problem.y.begin() + static_cast<std::ptrdiff_t>(at);
    const auto chosen = static_cast<std::size_t>(
        std::max_element(first, first + static_cast<std::ptrdiff_t>(count)) - first);
    for (std::size_t c = 0; c < count; ++c) scores[c] = low_rank(problem.column[at + c]);
    const std::vector<double> group = sums.add_categories(
        i, problem.column[at], chosen, problem.w(static_cast<Index>(at)), scores);
    std::copy(group.begin(), group.end(), residual.begin() + static_cast<std::ptrdiff_t>(at));
  }
}

}  // namespace

Figures figures_of(const Problem& problem) {
  FigureSums sums(problem, problem.size());
  const Factor left = problem.dictionary_u.times(problem.u);
  const Factor right = problem.dictionary_v.times(problem.v);
  std::vector<double> residual(problem.y.size()), gradient(problem.y.size());
#pragma omp parallel for schedule(dynamic, 64)
  for (Index i = 0; i < problem.rows; ++i) {
    add_row(problem, i, left, right, sums, residual);
    for (Index k = problem.row_start[static_cast<std::size_t>(i)];
         k < problem.row_start[static_cast<std::size_t>(i) + 1]; ++k) {
      const auto at = static_cast<std::size_t>(k);
      const auto& norm = problem.norm;
      gradient[at] = norm.row_scale.size()
                         ? norm.row_scale[i] * residual[at] * norm.column_scale[problem.column[at]]
                         : residual[at];
    }
  }
  return sums.finish(std::move(residual), std::move(gradient));
}

}  // namespace hadal::verify
