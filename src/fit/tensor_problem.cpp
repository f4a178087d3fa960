#include "hadal/fit/tensor_problem.hpp"

#include <algorithm>
#include <cmath>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/descent/tensor_proximal.hpp"
#include "hadal/error.hpp"
#include "hadal/fit/category_scores.hpp"
#include "hadal/fit/loss_values.hpp"
#include "hadal/kernel/tall.hpp"
#include "hadal/kernel/tensor_products.hpp"
#include "hadal/model/categories.hpp"
#include "hadal/solve/solve.hpp"
#include "loss_of_entries.hpp"
#include "units.hpp"

namespace hadal {
namespace {

/// The largest power of 2^degree that is at most `size`; 1 for 0.
double power_of_degree(double size, Index degree) {
  if (!(size > 0)) return 1;
  const auto exponent = static_cast<double>(std::ilogb(size));
  const auto steps = static_cast<int>(std::floor(exponent / static_cast<double>(degree)));
  return std::ldexp(1.0, steps * static_cast<int>(degree));
}

/// Of the data's modes as they are given, l2 of a mode of categories.
std::vector<FactorNorm> norm_of_each_mode(const TensorFitOptions& options, Index order) {
  const Index given = order - (options.loss == LossKind::multinomial ? 1 : 0);
  std::vector<FactorNorm> norms = options.norms;
  if (norms.size() <= 1)
    norms.assign(static_cast<std::size_t>(given),
                 options.norms.empty() ? FactorNorm{} : options.norms.front());
  norms.resize(static_cast<std::size_t>(order));
  return norms;
}

const TensorEntries& with_entries(const TensorEntries& entries) {
  if (entries.size() == 0)
    throw DataError("the tensor has no observed entries; expected at least one");
  return entries;
}

Vector divided(const std::vector<double>& values, double unit) {
  return Eigen::Map<const Vector>(values.data(), static_cast<Index>(values.size())) / unit;
}

}  // namespace

class TensorProblem::Summands {
 public:
  Summands(const TensorEntries& entries, const TensorFitOptions& options)
      : entries_(&with_entries(entries)) {
    if (options.loss != LossKind::multinomial) return;
    scores_ = scores_of(entries, options.categories);
    entries_ = &scores_;
  }
  Summands(const Summands&) = delete;
  Summands& operator=(const Summands&) = delete;
  const TensorEntries& entries() const { return *entries_; }

 private:
  const TensorEntries* entries_;
  TensorEntries scores_;
};

TensorProblem::TensorProblem(const TensorEntries& entries, const TensorFitOptions& options)
    : TensorProblem(Summands(entries, options), options) {}

TensorProblem::TensorProblem(const Summands& summands, const TensorFitOptions& options)
    : pattern_(summands.entries()),
      family_(pattern_, norm_of_each_mode(options, pattern_.order())),
      kind_(options.loss),
      categories_(kind_ == LossKind::multinomial ? options.categories
                                                 : std::vector<std::int64_t>()),
      loss_(SquaredLoss(Vector())) {
  const TensorEntries& entries = summands.entries();
  const Vector y = divided(entries.value, 1);
  const double largest = predicts_in_data_units(kind_) ? y.cwiseAbs().maxCoeff() : 1;
  const double heaviest =
      entries.weight.empty() ? 1 : *std::max_element(entries.weight.begin(), entries.weight.end());
  check_range(largest, heaviest, entries.size());
  if (predicts_in_data_units(kind_)) data_unit_ = power_of_degree(largest, pattern_.order());
  weight_unit_ = power_of_four(heaviest);
  if (kind_ == LossKind::huber)
    huber_threshold_ = usable_huber_threshold(options.huber_threshold, y);
  loss_ = loss_of(y / data_unit_, divided(entries.weight, weight_unit_));

  PolarRequest request;
  request.precision = 1e-9;
  request.seed = options.seed;
  Vector residual = Vector::Zero(pattern_.observed());
  std::visit([&](const auto& loss) { loss.evaluate(residual, residual); }, loss_);
  lambda_max_ = family_.polar(residual, family_.empty(), request).value * lambda_unit();
}

TensorProblem::AnyLoss TensorProblem::loss_of(Vector y, Vector weight) const {
  if (kind_ == LossKind::multinomial)
    return MultinomialLoss(static_cast<Index>(categories_.size()), std::move(y), std::move(weight));
  return loss_of_entries<AnyLoss>(kind_, huber_threshold_ / data_unit_, std::move(y),
                                  std::move(weight));
}

double TensorProblem::lambda_at(double ratio) const {
  return lambda_of(ratio, lambda_max(), lambda_unit());
}

double TensorProblem::factor_unit() const {
  return std::ldexp(1.0, std::ilogb(data_unit_) / static_cast<int>(pattern_.order()));
}

LoopState<TensorAtoms> TensorProblem::start_from(TensorAtoms atoms) const {
  LoopState<TensorAtoms> state;
  state.atoms = std::move(atoms);
  state.found = family_.empty();
  return state;
}

SolveResult<TensorAtoms> TensorProblem::solve(double lambda, LoopState<TensorAtoms> start,
                                              SolveOptions options, const SolveObserver& observer,
                                              const Checkpoint<TensorAtoms>& checkpoint) const {
  options.lambda = lambda / lambda_unit();
  const double objective_unit = data_unit_ * data_unit_ * weight_unit_;
  SolveResult<TensorAtoms> result = std::visit(
      [&](const auto& loss) {
        const TensorProximal descent;
        SolveLoop loop(loss, family_, descent, options);
        loop.observe([&](const OuterIteration& outer) {
          return observer(in_data_units(outer, objective_unit, lambda_unit()));
        });
        loop.checkpoint(checkpoint);
        return loop.run(std::move(start));
      },
      loss_);
  result.certificate = in_data_units(result.certificate, objective_unit, lambda_unit());
  for (OuterIteration& outer : result.trace)
    outer = in_data_units(outer, objective_unit, lambda_unit());
  return result;
}

/// Of entry k of the data, of which z holds the prediction or the scores.
double TensorProblem::entry_error_at(Index k, double y, const Vector& z) const {
  if (kind_ != LossKind::multinomial) return entry_error(kind_, y / data_unit_, z[k]);
  const auto count = static_cast<Index>(categories_.size());
  return category_loss(z.segment(k * count, count), find_category(categories_, y));
}

double TensorProblem::error_on(const TensorEntries& entries, const TensorAtoms& atoms) const {
  const auto values_at = [&](const TensorEntries& positions) {
    Vector z;
    tensor_values(TensorPattern(positions), atoms.factors, z);
    return z;
  };
  const Vector z = kind_ == LossKind::multinomial
                       ? values_at(score_positions(entries, std::ssize(categories_)))
                       : values_at(entries);
  double sum = 0, total = 0;
  for (Index k = 0; k < entries.size(); ++k) {
    const auto n = static_cast<std::size_t>(k);
    const double w = entries.weight.empty() ? 1 : entries.weight[n];
    sum += w * entry_error_at(k, entries.value[n], z);
    total += w;
  }
  return data_unit_ * mean_error(kind_, sum, total);
}

double TensorProblem::train_error(const TensorAtoms& atoms) const {
  Vector z;
  tensor_values(pattern_, atoms.factors, z);
  const Vector& y =
      std::visit([](const auto& loss) -> const Vector& { return loss.target(); }, loss_);
  const Index scores = std::max<Index>(1, std::ssize(categories_));
  double sum = 0;
  for (Index k = 0; k < y.size() / scores; ++k) {
    Index chosen = 0;
    if (scores > 1) y.segment(k * scores, scores).maxCoeff(&chosen);
    sum += scores > 1 ? category_loss(z.segment(k * scores, scores), chosen)
                      : entry_error(kind_, y[k], z[k]);
  }
  return data_unit_ * mean_error(kind_, sum, static_cast<double>(y.size() / scores));
}

void TensorProblem::describe(const TensorAtoms& atoms, TensorModel& model) const {
  model.loss = kind_;
  model.huber_threshold = huber_threshold_;
  model.categories = categories_;
  model.lambda_max = lambda_max();
  model.train_error = train_error(atoms);
  model.norms.clear();
  for (const NormProx& side : family_.sides()) model.norms.push_back(side.norm());
  model.factors = atoms.factors;
  for (Factor& factor : model.factors) factor *= factor_unit();
}

/// The elementwise product of the factors' Gram matrices where all is observed, with weights one;
/// sums over the entries otherwise.
Matrix TensorProblem::sizes_normal_matrix(const TensorAtoms& atoms) const {
  const Vector& weight = std::get<SquaredLoss>(loss_).weight();
  Matrix normal = Matrix::Ones(atoms.size(), atoms.size());
  if (pattern_.full() && weight.size() == 0) {
    for (const Factor& factor : atoms.factors)
      normal = normal.cwiseProduct(tall_inner(factor, factor));
    return normal;
  }
  Vector z;
  Factor of_first;
  for (Index c = 0; c < atoms.size(); ++c) {
    std::vector<Factor> one;
    for (const Factor& factor : atoms.factors) one.emplace_back(factor.col(c));
    tensor_values(pattern_, one, z);
    if (weight.size()) z = z.cwiseProduct(weight);
    mttkrp(pattern_, z, atoms.factors, 0, of_first);
    normal.col(c) = of_first.cwiseProduct(atoms.factors.front()).colwise().sum().transpose();
  }
  return normal;
}

/// By the normal equations; cyclic minimisation where signs are fixed.
TensorAtoms TensorProblem::with_fitted_sizes(const TensorAtoms& atoms) const {
  const auto& loss = std::get<SquaredLoss>(loss_);
  Vector weighted = loss.target();
  if (loss.weight().size()) weighted = weighted.cwiseProduct(loss.weight());
  Factor of_first;
  mttkrp(pattern_, weighted, atoms.factors, 0, of_first);
  const Vector right = of_first.cwiseProduct(atoms.factors.front()).colwise().sum();
  const Matrix normal = sizes_normal_matrix(atoms);
  const bool signs = std::all_of(family_.sides().begin(), family_.sides().end(),
                                 [](const NormProx& side) { return side.norm().nonnegative; });
  Vector size = Vector::Ones(atoms.size());
  constexpr int rounds = 1000;
  if (signs) {
    for (int round = 0; round < rounds; ++round)
      for (Index c = 0; c < size.size(); ++c)
        if (normal(c, c) > 0)
          size[c] = std::max(0.0, size[c] + (right[c] - normal.row(c).dot(size)) / normal(c, c));
  } else {
    Eigen::LDLT<Matrix> solver;
    solver.compute(normal);
    size = solver.solve(right);
  }
  TensorAtoms fitted = atoms;
  fitted.factors.front() *= size.asDiagonal();
  family_.compress(fitted);
  return fitted;
}

TensorAtoms TensorProblem::with_fitted_factors(const TensorAtoms& atoms) const {
  TensorAtoms fitted = with_fitted_sizes(atoms);
  DescentGoal goal;
  goal.reduction = 1e-9;
  std::visit(
      [&](const auto& loss) {
        const std::vector<double> nothing;
        TensorProximal().descend(loss, family_, 0, fitted, {family_.empty(), nothing}, goal);
      },
      loss_);
  return fitted;
}

}  // namespace hadal
