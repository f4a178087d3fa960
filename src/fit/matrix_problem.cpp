#include "hadal/fit/matrix_problem.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>

#include "hadal/certify/spectral_bound.hpp"
#include "hadal/descent/block_proximal.hpp"
#include "hadal/descent/factor_newton.hpp"
#include "hadal/error.hpp"
#include "hadal/fit/category_scores.hpp"
#include "hadal/fit/loss_values.hpp"
#include "hadal/fit/preprocess.hpp"
#include "hadal/model/categories.hpp"
#include "hadal/solve/solve.hpp"
#include "loss_of_entries.hpp"
#include "units.hpp"

namespace hadal {
namespace {

Offset initial_offset(const Entries& entries, const MatrixFitOptions& options) {
  if (entries.size() == 0) {
    throw DataError("the matrix has no observed entries; expected at least one");
  }
  if (options.offset_policy == OffsetPolicy::mean)
    return mean_offset(entries, options.offset_terms());
  Offset offset;
  offset.terms = options.offset_terms();
  offset.policy = OffsetPolicy::free;
  offset.ridge = offset.terms == OffsetTerms::none ? 0 : options.offset_ridge;
  return offset;
}

/// Offsets may be far larger than what they leave, hence the exact error of every subtraction is
/// kept as well (Knuth's TwoSum).
double without(double value, const std::array<double, 3>& offsets) {
  long double high = value, low = 0;
  for (const long double offset : offsets) {
    const long double sum = high - offset, other = sum - high;
    low += (high - (sum - other)) + (-offset - other);
    high = sum;
  }
  return static_cast<double>(high + low);
}

Vector centred(const Entries& entries, const Offset& offset) {
  Vector y(entries.size());
  for (Index k = 0; k < entries.size(); ++k) {
    y[k] = without(entries.value[k],
                   {offset.global, offset.row.size() ? offset.row[entries.row[k]] : 0.0,
                    offset.column.size() ? offset.column[entries.column[k]] : 0.0});
  }
  return y;
}

/// Offsets that are means may explain the data altogether. What they leave then is the rounding of
/// the offsets themselves, a few units in the last place of the largest value; it counts as zero.
void drop_rounding(const Entries& entries, Vector& y) {
  double largest = 0;
  for (const double value : entries.value) largest = std::max(largest, std::abs(value));
  if (y.cwiseAbs().maxCoeff() <= 0x1p-48 * largest) y.setZero();
}

Vector weights_of(const Entries& entries, double unit) {
  return Eigen::Map<const Vector>(entries.weight.data(),
                                  static_cast<Index>(entries.weight.size())) /
         unit;
}

/// What a dictionary is divided by. A basis is of magnitude one already.
double unit_of(const Dictionary& dictionary) {
  if (dictionary.kind() != DictionaryKind::matrix) return 1;
  return power_of_four(dictionary.matrix().cwiseAbs().maxCoeff());
}

Dictionary without_unit(const Dictionary& dictionary) {
  const double unit = unit_of(dictionary);
  return unit == 1 ? dictionary : Dictionary(Factor(dictionary.matrix() / unit));
}

bool frees(OffsetTerms terms, OffsetTerms which) {
  return terms == which || terms == OffsetTerms::both;
}

}  // namespace

class MatrixProblem::Summands {
 public:
  Summands(const Entries& entries, const MatrixFitOptions& options) : entries_(&entries) {
    if (options.loss != LossKind::multinomial) return;
    scores_ = scores_of(entries, options.categories);
    entries_ = &scores_;
    tiling_.columns_together = static_cast<Index>(options.categories.size());
  }
  Summands(const Summands&) = delete;
  Summands& operator=(const Summands&) = delete;
  const Entries& entries() const { return *entries_; }
  const Tiling& tiling() const { return tiling_; }

 private:
  const Entries* entries_;
  Entries scores_;
  Tiling tiling_;
};

MatrixProblem::MatrixProblem(const Entries& entries, const MatrixFitOptions& options)
    : MatrixProblem(Summands(entries, options), options) {}

MatrixProblem::MatrixProblem(const Summands& summands, const MatrixFitOptions& options)
    : pattern_(summands.entries(), summands.tiling()),
      offset_(initial_offset(summands.entries(), options)),
      norm_(count_weights(summands.entries(), options.norm_alpha)),
      kind_(options.loss),
      categories_(options.loss == LossKind::multinomial ? options.categories
                                                        : std::vector<std::int64_t>()),
      dictionary_u_(options.dictionary_u),
      dictionary_v_(options.dictionary_v),
      dictionary_unit_(unit_of(dictionary_u_) * unit_of(dictionary_v_)),
      family_({pattern_, without_unit(dictionary_u_), without_unit(dictionary_v_)}, norm_.row_scale,
              norm_.column_scale) {
  if (!(options.norm_u.plain() && options.norm_v.plain()))
    structured_.emplace(space(), options.norm_u, options.norm_v);
  const Entries& entries = summands.entries();
  Vector y = centred(entries, offset_);
  if (offset_.policy == OffsetPolicy::mean && offset_.terms != OffsetTerms::none)
    drop_rounding(entries, y);
  const bool scales = predicts_in_data_units(kind_);
  const double largest = scales ? y.cwiseAbs().maxCoeff() : 1;
  const double heaviest =
      entries.weight.empty() ? 1 : *std::max_element(entries.weight.begin(), entries.weight.end());
  check_range(largest, heaviest, entries.size());
  if (scales) data_unit_ = power_of_four(largest);
  weight_unit_ = power_of_four(heaviest);
  if (kind_ == LossKind::huber)
    huber_threshold_ = usable_huber_threshold(options.huber_threshold, y);
  y /= data_unit_;
  loss_.emplace(loss_of(pattern_.arranged(entries, std::move(y)),
                        pattern_.arranged(entries, weights_of(entries, weight_unit_))));
}

MatrixProblem::AnyLoss MatrixProblem::loss_of(Vector y, Vector weight) const {
  if (kind_ == LossKind::multinomial)
    return MultinomialLoss(static_cast<Index>(categories_.size()), std::move(y), std::move(weight));
  const double threshold = huber_threshold_ / data_unit_;
  if (offset_.policy != OffsetPolicy::free || offset_.terms == OffsetTerms::none)
    return loss_of_entries<AnyLoss>(kind_, threshold, std::move(y), std::move(weight));
  const bool rows = frees(offset_.terms, OffsetTerms::rows);
  const bool columns = frees(offset_.terms, OffsetTerms::columns);
  const double ridge = offset_.ridge / weight_unit_;
  if (kind_ == LossKind::squared)
    return FreeOffsetLoss(pattern_, SquaredLoss(std::move(y), std::move(weight)), rows, columns,
                          ridge);
  return CurvedOffsetLoss(pattern_,
                          curved_loss_of_entries<CurvedOffsetLoss::Base>(
                              kind_, threshold, std::move(y), std::move(weight)),
                          rows, columns, ridge);
}

double MatrixProblem::lambda_max() const {
  if (!lambda_max_) {
    Vector residual = Vector::Zero(pattern_.observed());
    with_loss([&](const auto& loss) { loss.evaluate(residual, residual); });
    PolarRequest thorough;
    thorough.thorough = true;
    thorough.lambda = std::numeric_limits<double>::infinity();
    const double polar =
        structured_ ? structured_->polar(residual, structured_->empty(), thorough).value
                    : largest_singular_value(space().pattern(), family_.pull(std::move(residual)));
    lambda_max_ = polar * lambda_unit();
  }
  return *lambda_max_;
}

double MatrixProblem::lambda_at(double ratio) const {
  return lambda_of(ratio, lambda_max(), lambda_unit());
}

const Vector& MatrixProblem::target() const {
  return with_loss([](const auto& loss) -> const Vector& { return loss.target(); });
}
const Vector& MatrixProblem::weight() const {
  return with_loss([](const auto& loss) -> const Vector& { return loss.weight(); });
}

LoopState<RankOneAtoms> MatrixProblem::start() const {
  LoopState<RankOneAtoms> state;
  state.atoms = state.found = family_.empty();
  return state;
}

LoopState<RankOneAtoms> MatrixProblem::start_from(RankOneAtoms atoms) const {
  LoopState<RankOneAtoms> state = start();
  state.atoms = std::move(atoms);
  return state;
}

SolveResult<RankOneAtoms> MatrixProblem::solve(double lambda, LoopState<RankOneAtoms> start,
                                               SolveOptions options, const SolveObserver& observer,
                                               const Checkpoint<RankOneAtoms>& checkpoint) const {
  options.lambda = lambda / lambda_unit();
  const double objective_unit = data_unit_ * data_unit_ * weight_unit_;
  const auto run = [&](const auto& loss, const auto& family, const auto& descent) {
    SolveLoop loop(loss, family, descent, options);
    if (observer) {
      loop.observe([&](const OuterIteration& o) {
        return observer(in_data_units(o, objective_unit, lambda_unit()));
      });
    }
    loop.checkpoint(checkpoint);
    return loop.run(std::move(start));
  };
  SolveResult<RankOneAtoms> result = with_loss([&](const auto& loss) {
    return structured_ ? run(loss, *structured_, BlockProximal())
                       : run(loss, family_, FactorNewton());
  });
  result.certificate = in_data_units(result.certificate, objective_unit, lambda_unit());
  for (OuterIteration& outer : result.trace)
    outer = in_data_units(outer, objective_unit, lambda_unit());
  return result;
}

std::optional<OffsetValues> MatrixProblem::free_offsets_at(const Vector& z) const {
  if (const auto* free = std::get_if<FreeOffsetLoss>(&*loss_)) return free->offsets_at(z);
  if (const auto* free = std::get_if<CurvedOffsetLoss>(&*loss_)) return free->offsets_at(z);
  return {};
}

Vector MatrixProblem::target_at(const RankOneAtoms& atoms) const {
  Vector z;
  family_.predict(atoms, z);
  const auto b = free_offsets_at(z);
  Vector y = target();
  if (b) y -= b->on(pattern_);
  return y;
}

Offset MatrixProblem::offset_at(const RankOneAtoms& atoms) const {
  Vector z;
  family_.predict(atoms, z);
  const auto b = free_offsets_at(z);
  Offset offset = offset_;
  if (!b) return offset;
  offset.global = b->global * data_unit_;
  offset.row = b->row * data_unit_;
  offset.column = b->column * data_unit_;
  return offset;
}

double MatrixProblem::factor_unit() const {
  return std::sqrt(data_unit_) / std::sqrt(dictionary_unit_);
}

void MatrixProblem::describe(const RankOneAtoms& atoms, MatrixModel& model) const {
  model.loss = kind_;
  model.huber_threshold = huber_threshold_;
  model.categories = categories_;
  model.lambda_max = lambda_max();
  model.norm = norm_;
  if (structured_) {
    model.norm_u = structured_->u().norm();
    model.norm_v = structured_->v().norm();
  }
  model.offset = offset_at(atoms);
  model.dictionary_u = dictionary_u_;
  model.dictionary_v = dictionary_v_;
  model.u = factor_unit() * atoms.u;
  model.v = factor_unit() * atoms.v;
  model.train_error = train_error(atoms);
}

double MatrixProblem::train_error(const RankOneAtoms& atoms) const {
  Vector z;
  family_.predict(atoms, z);
  if (const auto b = free_offsets_at(z)) z += b->on(pattern_);
  const Vector& y = target();
  double sum = 0;
  if (const auto count = static_cast<Index>(categories_.size()); count > 0) {
    for (Index first = 0; first < y.size(); first += count) {
      Index chosen = 0;
      y.segment(first, count).maxCoeff(&chosen);
      sum += category_loss(z.segment(first, count), chosen);
    }
    return mean_error(kind_, sum, static_cast<double>(y.size() / count));
  }
  for (Index k = 0; k < y.size(); ++k) sum += entry_error(kind_, y[k], z[k]);
  return data_unit_ * mean_error(kind_, sum, static_cast<double>(y.size()));
}

}  // namespace hadal
