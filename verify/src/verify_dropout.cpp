#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "checks.hpp"
#include "dropout_bound.hpp"
#include "dropout_figures.hpp"
#include "hadal/algebra/decompositions.hpp"
#include "hadal/error.hpp"
#include "hadal/verify/verify.hpp"
#include "verification.hpp"

namespace hadal::verify {
namespace {

int exponent_of(const Matrix& a) {
  const double largest = a.size() ? a.cwiseAbs().maxCoeff() : 0.0;
  return largest > 0 ? std::ilogb(largest) : 0;
}

void scale(Matrix& a, int exponent) {
  a = a.unaryExpr([exponent](double x) { return std::ldexp(x, exponent); }).eval();
}

void require_shapes(const DropoutModel& model, const Matrix& target, const Matrix& input) {
  const auto& layers = model.network.layers;
  if (layers.size() < 2)
    throw ModelError(fmt::format("the model has {} layers, expected at least 2", layers.size()));
  for (std::size_t l = 0; l < layers.size(); ++l) {
    if (layers[l].size() == 0 || (l > 0 && layers[l].cols() != layers[l - 1].rows()))
      throw ModelError(
          fmt::format("layer {} is {} x {}, expected columns like the rows of the layer "
                      "below",
                      l, layers[l].rows(), layers[l].cols()));
  }
  const Noise& noise = model.noise;
  if (!(noise.retain > 0 && noise.retain <= 1))
    throw ModelError(
        fmt::format("the retain probability is {}, expected one > 0 and <= 1", noise.retain));
  for (const Index width : model.network.widths())
    if (noise.block < 1 || width % noise.block != 0)
      throw ModelError(fmt::format("a block has {} units, expected a divisor of the width {}",
                                   noise.block, width));
  const bool plain = noise.kind == NoiseKind::dropout && noise.block == 1;
  if (layers.size() > 2 && !plain)
    throw ModelError("the model has several hidden layers and other noise than dropout");
  if (noise.kind != NoiseKind::dropblock && noise.block != 1)
    throw ModelError("the model has blocks, expected none without dropblock");
  if (model.with_input != (input.size() > 0))
    throw ModelError(model.with_input ? "the model has an input, none was given"
                                      : "an input was given, the model has none");
  if (target.rows() != model.network.outputs())
    throw ModelError(fmt::format("the data have {} outputs, the model has {}", target.rows(),
                                 model.network.outputs()));
  const Index inputs = model.with_input ? input.rows() : target.cols();
  if (inputs != model.network.inputs() || (model.with_input && input.cols() != target.cols()))
    throw ModelError(
        fmt::format("the data have {} inputs and {} samples of the target, the model "
                    "has {} inputs",
                    inputs, target.cols(), model.network.inputs()));
  if (model.proof_left.rows() != target.rows() || model.proof_right.rows() != target.cols() ||
      model.proof_left.cols() != model.proof_right.cols())
    throw ModelError("the vectors of the proof do not have the shape of the data");
}

/// The verification of one model, in units in which target and input are near one.
class DropoutVerification {
 public:
  DropoutVerification(const DropoutModel& model, const Matrix& target, const Matrix& input,
                      const Options& options)
      : model_(model), claim_(model.certificate), options_(options), samples_{target, input} {
    const int layers = static_cast<int>(model.network.layers.size());
    const int each = static_cast<int>(std::floor(double(exponent_of(target)) / layers));
    exponent_ = each * layers;
    const int of_input = exponent_of(input);
    scale(samples_.target, -exponent_);
    scale(samples_.input, -of_input);
    for (Matrix& layer : model_.network.layers) scale(layer, -each);
    scale(model_.network.layers.front(), of_input);
  }

  Report run() {
    check_problem();
    check_record();
    figures_ = dropout_figures(model_, samples_);
    check_figures();
    check_spectra();
    prove();
    Report report;
    report.confirmed = checks_.all_passed();
    report.checks = checks_.take();
    report.found = found_;
    report.status = status_of(found_, model_.tolerance);
    return report;
  }

 private:
  double squared(Real value) const { return static_cast<double>(std::ldexp(value, 2 * exponent_)); }
  double unit() const { return std::ldexp(1.0, exponent_); }

  void check_problem() {
    const auto strength = static_cast<double>(induced_strength(model_));
    checks_.equal("lambda", model_.lambda, strength, 1e-12 * strength,
                  "expected the strength that noise and widths make");
    checks_.add("lambda_max", model_.lambda_max, 0, model_.lambda_max == 0, "expected 0");
    const bool finite =
        std::ranges::all_of(model_.network.layers, [](const Matrix& w) { return w.allFinite(); });
    checks_.add("weights are finite", 1, finite, finite, "a weight is not a finite number");
    const bool annealed = model_.retain_start != model_.noise.retain;
    checks_.add("chosen width", model_.auto_width, model_.auto_width,
                !model_.auto_width || model_.network.layers.size() == 2,
                "only the width of one hidden layer is chosen");
    checks_.add("retain at the start", model_.retain_start, model_.noise.retain,
                !annealed || model_.method == "sgd", "only stochastic training changes it");
  }

  /// The claim agrees with itself.
  void check_record() {
    const double size = std::max(std::abs(claim_.objective), std::abs(claim_.lower_bound));
    checks_.equal("gap as recorded", claim_.gap, claim_.objective - claim_.lower_bound,
                  8 * verify::unit * size, "expected objective - lower_bound");
    checks_.add("sign of the gap", claim_.gap, 0, claim_.gap >= 0,
                "a lower bound cannot exceed the objective");
    const double relative =
        relative_to_objective(std::ldexp(Real{claim_.objective}, -2 * exponent_),
                              std::ldexp(Real{claim_.lower_bound}, -2 * exponent_));
    const bool has_digits = claim_.objective > 1e-290;
    checks_.add("relative gap as recorded", claim_.relative_gap, relative,
                !has_digits || std::abs(claim_.relative_gap - relative) <= 1e-9 * relative + 1e-15,
                "expected gap / objective");
    const Status status = status_of(claim_, model_.tolerance);
    checks_.add("status as recorded", static_cast<double>(model_.status),
                static_cast<double>(status), model_.status == status,
                "the status does not follow from proof, gap and tolerance");
    const double p = claim_.failure_probability;
    const bool fits = claim_.proof == Proof::deterministic ? p == 0
                      : claim_.proof == Proof::none        ? p == 1
                                                           : p > 0 && p < 1;
    checks_.add("failure probability", p, p, fits,
                "expected 0 for a deterministic proof, 1 for none, something between otherwise");
    checks_.add("tolerance", model_.tolerance, model_.tolerance,
                std::isfinite(model_.tolerance) && model_.tolerance > 0,
                "expected a finite number > 0");
    checks_.add("dual scale", claim_.dual_scale, 0, claim_.dual_scale == 0, "expected 0");
    if (!model_.curve.empty())
      checks_.note("curve of the training", "a record of draws: not checked");
    if (model_.trace.empty()) return;
    const OuterIteration& last = model_.trace.back();
    checks_.add("history ends with the claim", last.objective, claim_.objective,
                last.objective == claim_.objective && last.lower_bound == claim_.lower_bound &&
                    last.relative_gap == claim_.relative_gap && last.size == model_.size(),
                "the last row of the history is another");
  }

  void check_figures() {
    const Real value = figures_.error + std::max(Real{0}, figures_.penalty);
    const Real margin = figures_.error_margin + figures_.penalty_margin;
    objective_ = value + margin;
    found_.objective = squared(objective_);
    checks_.equal("objective", claim_.objective, found_.objective,
                  options_.figure_tolerance * squared(size_of(objective_)) + 2 * squared(margin),
                  "the objective computed from model and data differs");
    const double mean =
        unit() *
        static_cast<double>(std::sqrt(figures_.error / static_cast<Real>(samples_.target.size())));
    // Of a square root: d sqrt(E) <= min(sqrt(dE), dE / sqrt(E)).
    Real of_root = std::sqrt(figures_.error_margin);
    if (figures_.error > 0)
      of_root = std::min(of_root, figures_.error_margin / std::sqrt(figures_.error));
    of_root /= std::sqrt(static_cast<Real>(samples_.target.size()));
    checks_.equal("train error", model_.train_error, mean,
                  options_.figure_tolerance * mean + unit() * static_cast<double>(of_root),
                  "the error without noise differs");
  }

  /// Figures of the report: singular values of the product and of the target, products of units.
  void check_spectra() {
    const Matrix& last = model_.network.layers.back();
    const Matrix& units = figures_.last_units;
    const double size = last.norm() * units.norm();
    const Matrix core = triangle_of(last) * triangle_of(units.transpose()).transpose();
    Vector values;
    if (core.allFinite()) values = Eigen::BDCSVD<Matrix>(core).singularValues();
    check_values("singular values of the product", model_.product_values, values, 1e-9 * size,
                 "they are not those of M X");
    const Matrix target = model_.proof_left.transpose() * samples_.target * model_.proof_right;
    Vector kept;
    if (target.size() && target.allFinite()) kept = Eigen::BDCSVD<Matrix>(target).singularValues();
    check_values("singular values of the target", model_.target_values, kept,
                 1e-9 * samples_.target.norm(), "they are not those of the proof's vectors");
    if (model_.network.layers.size() > 2) return;
    const Vector products = last.colwise().norm().transpose().cwiseProduct(units.rowwise().norm());
    const bool same =
        products.size() == model_.unit_products.size() &&
        (products - model_.unit_products / unit()).cwiseAbs().maxCoeff() <= 1e-9 * size;
    checks_.add("products of the units", model_.unit_products.sum(), unit() * products.sum(), same,
                "they are not ||u_i|| ||v_i^T X||");
  }

  /// R of A = Q R.
  static Matrix triangle_of(const Matrix& a) {
    const Eigen::HouseholderQR<Matrix> qr(a);
    return qr.matrixQR().topRows(std::min(a.rows(), a.cols())).triangularView<Eigen::Upper>();
  }

  /// The claimed values are the found ones; what is missing of them is zero.
  void check_values(const char* name, const Vector& claimed, const Vector& found, double slack,
                    const char* remark) {
    Vector all = Vector::Zero(std::max(claimed.size(), found.size()));
    all.head(claimed.size()) = claimed / unit();
    all.head(found.size()) -= found;
    const double apart = all.size() ? all.cwiseAbs().maxCoeff() : 0.0;
    checks_.add(name, claimed.sum(), unit() * found.sum(), apart <= slack, remark);
  }

  /// Below a trillionth of the target's squares there is only rounding.
  Real size_of(Real objective) const {
    return std::max(objective, Real{1e-12} * samples_.target.squaredNorm());
  }

  double relative_to_objective(Real objective, Real lower) const {
    const Real size = size_of(objective);
    return size > 0 ? static_cast<double>((objective - lower) / size) : 0.0;
  }

  double relative_gap(Real lower) const { return relative_to_objective(objective_, lower); }

  bool supports_claim(Real lower) const {
    constexpr double slack = 1e-3;
    if (model_.status == Status::optimal)
      return relative_gap(lower) <=
             model_.tolerance + std::min(options_.figure_tolerance, slack * model_.tolerance);
    return squared(lower) >=
           claim_.lower_bound - slack * claim_.gap - options_.figure_tolerance * found_.objective;
  }

  void prove() {
    const bool equalised = model_.method == "equalise";
    const DropoutLowerBound bound =
        equalised ? penalty_lower_bound(model_, samples_) : dropout_lower_bound(model_, samples_);
    if (equalised)
      checks_.add("the network computes the data", 0, squared(figures_.error),
                  figures_.error <= Real{1e-20} * samples_.target.squaredNorm(),
                  "its product is another matrix");
    if (equalised)
      checks_.add("no values left out", claim_.polar_bound, 0, claim_.polar_bound == 0,
                  "expected 0 where the data themselves are computed");
    constexpr double orthonormal = 1e-8, singular = 1e-6;
    checks_.add("vectors of the proof", 0, bound.vectors_off, bound.vectors_off <= orthonormal,
                "they are not orthonormal");
    if (bound.singular)
      checks_.add("the same, as singular vectors", 0, unit() * bound.residual,
                  bound.residual <= singular * samples_.target.norm(),
                  "they are not singular vectors of the target");
    const Real lower = std::min(bound.value, objective_);
    found_.lower_bound = rounded_down(std::ldexp(lower, 2 * exponent_));
    found_.gap = found_.objective - found_.lower_bound;
    found_.relative_gap = relative_gap(lower);
    found_.polar_bound = unit() * bound.rest.bound;
    found_.proof = bound.rest.proof;
    found_.failure_probability = bound.rest.failure_probability;
    found_.method = equalised
                        ? bound.rest.method
                        : "singular values of the target, those left out by: " + bound.rest.method;
    if (claim_.proof == Proof::none) {
      checks_.note("proof", "the model claims no proof: its lower bound is an estimate");
      return;
    }
    checks_.add("bound of the values left out", claim_.polar_bound, unit() * bound.rest.search,
                claim_.polar_bound >= unit() * bound.rest.search * (1 - options_.figure_tolerance),
                "the search found a larger singular value than the claimed bound");
    const bool kind = claim_.proof == Proof::deterministic ? found_.proof == Proof::deterministic
                                                           : found_.proof != Proof::none;
    checks_.add("kind of proof", claim_.failure_probability, found_.failure_probability,
                kind && found_.failure_probability <= claim_.failure_probability,
                "no proof of the claimed kind: " + found_.method);
    checks_.add("lower bound", claim_.lower_bound, found_.lower_bound, supports_claim(lower),
                "the proved lower bound is smaller");
    checks_.add("relative gap", claim_.relative_gap, found_.relative_gap, supports_claim(lower),
                "the proved gap is larger than the claimed one");
  }

  DropoutModel model_;
  const Certificate claim_;
  const Options& options_;
  LinearSamples samples_;
  int exponent_ = 0;
  DropoutFigures figures_;
  Real objective_ = 0;
  Checks checks_;
  Certificate found_;
};

}  // namespace

Report verify_dropout(const DropoutModel& model, const Matrix& target, const Matrix& input,
                      const Options& options) {
  return timed(options, [&] {
    require_shapes(model, target, input);
    return DropoutVerification(model, target, input, options).run();
  });
}

}  // namespace hadal::verify
