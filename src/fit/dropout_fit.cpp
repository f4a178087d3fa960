#include "hadal/fit/dropout_fit.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "dropout_options.hpp"
#include "hadal/algebra/decompositions.hpp"
#include "hadal/dropout/closed_form.hpp"
#include "hadal/dropout/descent.hpp"
#include "hadal/dropout/lower_bound.hpp"
#include "hadal/dropout/training.hpp"
#include "hadal/error.hpp"
#include "hadal/version.hpp"
#include "resources.hpp"

namespace hadal {
namespace {

using namespace dropout;

/// The exponent of two that brings the largest element of a matrix near one.
int exponent_of(const Matrix& a) {
  const double largest = a.size() ? a.cwiseAbs().maxCoeff() : 0.0;
  return largest > 0 ? std::ilogb(largest) : 0;
}

Matrix scaled(const Matrix& a, int exponent) {
  return a.unaryExpr([exponent](double x) { return std::ldexp(x, exponent); });
}

/// Y and X brought near size one by powers of two, of which the target's is shared evenly among the
/// layers.
class Scaling {
 public:
  Scaling(const LinearData& data, std::size_t layers) : layers_(static_cast<int>(layers)) {
    input_ = exponent_of(data.input);
    const int exponent = exponent_of(data.target);
    layer_ = static_cast<int>(std::floor(static_cast<double>(exponent) / layers_));
  }

  LinearData apply(const LinearData& data) const {
    return {scaled(data.target, -target()), scaled(data.input, -input_)};
  }
  int target() const { return layer_ * layers_; }
  /// Of a figure in squared units of the target.
  double squared(double figure) const { return std::ldexp(figure, 2 * target()); }

  void undo(LinearNetwork& network) const {
    for (Matrix& layer : network.layers) layer = scaled(layer, layer_);
    network.layers.front() = scaled(network.layers.front(), -input_);
  }

 private:
  int layers_, layer_ = 0, input_ = 0;
};

/// One fit, of data near size one.
class DropoutFit {
 public:
  DropoutFit(const LinearData& data, const DropoutFitOptions& options, const FitObserver& observe)
      : data_(data),
        options_(options),
        observe_(observe),
        scaling_(data, options.widths.empty() ? 2 : options.widths.size() + 1),
        near_one_(scaling_.apply(data)),
        reduced_(reduce(near_one_)) {}

  DropoutModel run() {
    choose_width();
    decompose();
    switch (options_.method) {
      case DropoutMethod::closed:
        solve_closed();
        break;
      case DropoutMethod::descent:
        descend_from(random_network(near_one_, widths_, options_.seed));
        break;
      case DropoutMethod::sgd:
        train_network();
        break;
    }
    return finished();
  }

 private:
  /// Where none is given, the rank that the penalty leaves of the data, which does not depend on
  /// the width when the retain probability is adapted to it.
  void choose_width() {
    model_.noise = options_.noise;
    widths_ = options_.widths;
    model_.auto_width = widths_.empty();
    const Index block = options_.noise.block;
    if (widths_.empty()) {
      penalty_ = induced_penalty({block}, options_.noise);
      penalty_.rank_max = std::min(reduced_.data.outputs(), reduced_.data.samples());
      if (options_.size_max > 0) penalty_.rank_max = std::min(penalty_.rank_max, options_.size_max);
      decompose();
      const Index rank = std::max<Index>(1, shrunk(penalty_, triplets_).values.size());
      widths_ = {(rank + block - 1) / block * block};
    }
    if (model_.auto_width || options_.adaptive)
      model_.noise.retain =
          adapted_retain(options_.noise.retain, static_cast<double>(widths_.front() / block));
    model_.retain_start = model_.noise.retain;
    if (options_.retain_end > 0) model_.noise.retain = options_.retain_end;
    penalty_ = induced_penalty(widths_, model_.noise);
  }

  /// The singular values that decide the optimum, and their vectors.
  void decompose() {
    constexpr double accuracy = 1e-9;
    const Matrix& target = reduced_.data.target;
    const auto wanted = [this](const Vector& found) { return deciding(penalty_, found); };
    if (triplets_.size() > 0 && wanted(triplets_.values) <= triplets_.size()) return;
    triplets_ = leading_singular(target, wanted, accuracy, options_.seed);
    passes_ += triplets_.passes / static_cast<double>(target.cols());
  }

  void solve_closed() {
    const Spectrum best = shrunk(penalty_, triplets_);
    if (auto network = exact_network(best)) {
      keep(in_input(std::move(*network)));
      return;
    }
    descend_from(in_input(split_network(best)));
    // There may be local minima: several starts, unless one is proved to be enough.
    constexpr std::uint64_t starts = 8;
    const double bound = bound_optimum().value;
    for (std::uint64_t start = 1; start <= starts && !stopped_; ++start) {
      if (best_.value() - bound <= options_.tolerance * best_.value()) return;
      descend_from(random_network(near_one_, widths_, options_.seed + start));
    }
  }

  /// The network whose own penalty is the induced one, where there is a formula for it.
  std::optional<LinearNetwork> exact_network(const Spectrum& best) const {
    const Index rank = best.values.size();
    if (rank == 0) return zero_network();
    if (widths_.size() > 1) {
      if (rank == 1) return equalised_rank_one(best, widths_);
      return {};
    }
    const Index block = model_.noise.block;
    if (block == 1) return equalised(best, widths_.front());
    if (rank > block) return {};
    // Every block carries the same part of all.
    Spectrum part = best;
    const Index blocks = widths_.front() / block;
    part.values /= static_cast<double>(blocks);
    const LinearNetwork one = equalised(part, block);
    return LinearNetwork{{one.layers[0].replicate(blocks, 1), one.layers[1].replicate(1, blocks)}};
  }

  LinearNetwork zero_network() const {
    LinearNetwork network;
    Index below = reduced_.data.samples();
    for (const Index width : widths_) {
      network.layers.push_back(Matrix::Zero(width, below));
      below = width;
    }
    network.layers.push_back(Matrix::Zero(data_.outputs(), below));
    return network;
  }

  /// The optimal product, carried evenly by all layers: a start where there is no formula.
  LinearNetwork split_network(const Spectrum& best) const {
    if (widths_.size() == 1) return equalised(best, widths_.front());
    const Index rank = best.values.size();
    const Vector root =
        best.values.array().pow(1.0 / static_cast<double>(widths_.size() + 1)).matrix();
    LinearNetwork network;
    Matrix turned = best.right;
    for (const Index width : widths_) {
      const Matrix next = equalising_rotation(best.values, width).topRows(rank).transpose();
      network.layers.push_back(next * root.asDiagonal() * turned.transpose());
      turned = next;
    }
    network.layers.push_back(best.left * root.asDiagonal() * turned.transpose());
    return network;
  }

  /// From the row space of the input to the input itself.
  LinearNetwork in_input(LinearNetwork network) const {
    if (!near_one_.identity()) network.layers.front() = network.layers.front() * reduced_.inverse;
    return network;
  }

  void keep(LinearNetwork network) {
    const Objective value = objective(near_one_, network, model_.noise);
    if (!model_.network.layers.empty() && value.value() >= best_.value()) return;
    best_ = value;
    model_.network = std::move(network);
  }

  void descend_from(LinearNetwork start) {
    DescentOptions options;
    options.iteration_max = options_.iteration_max;
    options.observe = [this](int iteration, const Objective& at) {
      constexpr int every = 20;
      if (iteration % every == 0) tell(iteration, at.value());
      return may_go_on();
    };
    const DescentResult result = descend(near_one_, model_.noise, options, start);
    model_.iterations += result.iterations;
    tell(result.iterations, result.objective.value());
    if (!result.converged && !stopped_) model_.stop = StopReason::iteration_limit;
    keep(std::move(start));
  }

  void train_network() {
    TrainingOptions options;
    options.epochs = options_.epochs;
    options.batch = options_.batch;
    options.step = options_.step;
    options.retain_end = options_.retain_end;
    options.seed = options_.seed;
    options.observe = [this](const CurvePoint& point) {
      tell(static_cast<int>(point.epoch), point.deterministic);
      return may_go_on();
    };
    Noise start = model_.noise;
    start.retain = model_.retain_start;
    LinearNetwork network = random_network(near_one_, widths_, options_.seed);
    TrainingResult result = train(near_one_, start, options, network);
    model_.noise = result.noise;
    model_.iterations = result.epochs;
    for (CurvePoint& point : result.curve) {
      point.deterministic = scaling_.squared(point.deterministic);
      point.stochastic = scaling_.squared(point.stochastic);
      point.standard_error = scaling_.squared(point.standard_error);
    }
    model_.curve = std::move(result.curve);
    penalty_ = induced_penalty(widths_, model_.noise);
    decompose();
    keep(std::move(network));
  }

  void tell(int iteration, double value) {
    OuterIteration at;
    at.iteration = iteration;
    at.size = *std::ranges::min_element(widths_);
    at.objective = scaling_.squared(value);
    at.lower_bound = -std::numeric_limits<double>::infinity();
    at.relative_gap = std::numeric_limits<double>::infinity();
    at.seconds = watch_.elapsed();
    at.passes = passes_;
    model_.trace.push_back(at);
    if (observe_ && !observe_({"fit", 0, 0, at})) stop(StopReason::interrupted);
  }

  bool may_go_on() {
    if (watch_.left() <= 0) stop(StopReason::time_limit);
    return !stopped_;
  }

  void stop(StopReason why) {
    stopped_ = true;
    model_.stop = why;
  }

  Matrix proof_right() const {
    return near_one_.identity() ? triplets_.right : Matrix(reduced_.basis * triplets_.right);
  }

  /// The same whenever it is asked for.
  const DropoutBound& bound_optimum() {
    if (!bound_)
      bound_ = lower_bound(near_one_, reduced_, penalty_, triplets_.left, proof_right(),
                           {options_.proof, options_.failure_probability, 0, options_.seed + 1});
    return *bound_;
  }

  void certify() {
    Certificate& claim = model_.certificate;
    const DropoutBound& bound = bound_optimum();
    claim.objective = scaling_.squared(best_.value());
    claim.lower_bound = std::min(claim.objective, scaling_.squared(bound.value));
    claim.gap = claim.objective - claim.lower_bound;
    // In scaled units: a small objective may have no digits in the user's own.
    claim.relative_gap = best_.value() > 0 ? std::max(0.0, 1 - bound.value / best_.value()) : 0.0;
    claim.polar_bound = std::ldexp(bound.rest.value, scaling_.target());
    claim.proof = bound.rest.proof;
    claim.failure_probability = bound.rest.failure_probability;
    claim.method = "singular values of the target, those left out by: " + bound.rest.method;
  }

  DropoutModel finished() {
    certify();
    model_.lambda = penalty_.strength;
    model_.with_input = !data_.identity();
    model_.proof_left = triplets_.left;
    model_.proof_right = proof_right();
    const double unit = std::ldexp(1.0, scaling_.target());
    model_.target_values = triplets_.values * unit;
    model_.product_values = product_values() * unit;
    if (widths_.size() == 1)
      model_.unit_products = unit_products(model_.network, near_one_.input) * unit;
    model_.train_error =
        std::sqrt(scaling_.squared(best_.error) / static_cast<double>(data_.target.size()));
    scaling_.undo(model_.network);
    model_.tolerance = options_.tolerance;
    model_.status = status_of(model_.certificate, options_.tolerance);
    if (model_.stop == StopReason::tolerance && model_.status != Status::optimal)
      model_.stop = StopReason::exhausted;
    finish_trace();
    model_.seed = options_.seed;
    model_.version = version;
    model_.validation_error = std::numeric_limits<double>::quiet_NaN();
    constexpr const char* names[] = {"closed", "descent", "sgd"};
    model_.method = names[static_cast<int>(options_.method)];
    model_.seconds = watch_.elapsed();
    return std::move(model_);
  }

  /// Singular values of M X, through the thin layers: those of R_1 R_2^T of the two outer layers.
  Vector product_values() const {
    const LinearNetwork& network = model_.network;
    Matrix first = network.layers.front();
    if (!near_one_.identity()) first = first * near_one_.input;
    for (std::size_t l = 1; l + 1 < network.layers.size(); ++l) first = network.layers[l] * first;
    const Matrix &top = network.layers.back(), bottom = first.transpose();
    const auto triangle = [](const Matrix& a) {
      const Index size = std::min(a.rows(), a.cols());
      const Eigen::HouseholderQR<Matrix> qr(a);
      return Matrix(qr.matrixQR().topRows(size).triangularView<Eigen::Upper>());
    };
    const Matrix core = triangle(top) * triangle(bottom).transpose();
    const Vector values = singular_values(core);
    constexpr double negligible = 1e-12;
    const double floor = values.size() ? negligible * values[0] : 0.0;
    return values.head((values.array() > floor).count());
  }

  void finish_trace() {
    const Certificate& claim = model_.certificate;
    OuterIteration last;
    last.iteration = model_.iterations;
    last.size = model_.product_values.size();
    last.objective = claim.objective;
    last.lower_bound = claim.lower_bound;
    last.relative_gap = claim.relative_gap;
    last.polar = 0;
    last.seconds = watch_.elapsed();
    last.passes = passes_;
    model_.trace.push_back(last);
  }

  const LinearData& data_;
  const DropoutFitOptions& options_;
  const FitObserver& observe_;
  Stopwatch watch_{options_.time_limit};
  Scaling scaling_;
  LinearData near_one_;
  ReducedData reduced_;
  std::vector<Index> widths_;
  InducedPenalty penalty_;
  SingularTriplets triplets_;
  Objective best_;
  std::optional<DropoutBound> bound_;
  double passes_ = 0;
  bool stopped_ = false;
  DropoutModel model_;
};

/// The number of threads of BLAS for the duration of a fit, whose products are all there is to it.
/// Small ones are faster on one: waking another takes longer than the product.
class BlasThreads {
 public:
  BlasThreads(int count, Index elements) {
    constexpr Index small = 1 << 18;
    if (elements < small) count = 1;
    if (count == 0 || !openblas_set_num_threads) return;
    before_ = openblas_get_num_threads();
    openblas_set_num_threads(count);
  }
  ~BlasThreads() {
    if (before_ > 0) openblas_set_num_threads(before_);
  }
  BlasThreads(const BlasThreads&) = delete;
  BlasThreads& operator=(const BlasThreads&) = delete;

 private:
  int before_ = 0;
};

}  // namespace

DropoutModel fit_dropout(const LinearData& data, const DropoutFitOptions& options,
                         const FitObserver& observe) {
  check_dropout_options(options);
  require_valid(data);
  const BlasThreads threads(options.threads, data.target.size());
  return DropoutFit(data, options, observe).run();
}

}  // namespace hadal
