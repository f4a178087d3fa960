#include "hadal/loss/multinomial.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "dual_sums.hpp"
#include "hadal/error.hpp"
#include "hadal/model/categories.hpp"

namespace hadal {
namespace {

/// What is added to the Hessian, which vanishes where a probability is almost 1 and in the
/// direction of all scores of a group alike: far below what decides where a step goes.
constexpr double least_curvature = 1e-6;

using Group = std::array<double, static_cast<std::size_t>(categories_max)>;

/// p <- softmax(z); returns -log of p at `chosen`, without cancellation where that is almost 1.
double set_softmax(const double* z, Index categories, int chosen, double* p) {
  const Index top = std::max_element(z, z + categories) - z;
  const double largest = z[top], to_chosen = largest - z[chosen];
  double others = 0;
  for (Index c = 0; c < categories; ++c) {
    p[c] = std::exp(z[c] - largest);
    if (c != top) others += p[c];
  }
  for (Index c = 0; c < categories; ++c) p[c] /= 1 + others;
  return to_chosen + std::log1p(others);
}

/// p <- w (e_c - p), c the chosen one, such that the doubles of the group sum to zero exactly and
/// the chosen one's does not exceed w.
///
/// The others' are taken down to multiples of a power of two: less than 2^52 of it together, so
/// that their sum has no rounding. The sum of p over the others is at most 1 + (C + 3) 2^-53 as
/// computed, C <= 100; `inside` is more than that and the roundings here.
void set_force(double* p, Index categories, int chosen, double w) {
  constexpr double inside = 1 - 0x1p-44, vanishing = 1e-280;
  double about = 0;
  for (Index c = 0; c < categories; ++c) {
    p[c] *= inside * w;
    if (c != chosen) about += p[c];
  }
  if (!(about > vanishing)) {  // or not a number
    std::fill(p, p + categories, 0.0);
    return;
  }
  int exponent = 0;
  std::frexp(about, &exponent);
  const double quantum = std::ldexp(1.0, exponent - 51), per_unit = std::ldexp(1.0, 51 - exponent);
  double sum = 0;
  for (Index c = 0; c < categories; ++c) {
    if (c == chosen) continue;
    const double taken = std::floor(p[c] * per_unit) * quantum;
    p[c] = -taken;
    sum += taken;
  }
  p[chosen] = sum;
}

}  // namespace

SoftmaxHessian::SoftmaxHessian(Index categories, Vector probability, const Vector& weight)
    : categories_(categories), probability_(std::move(probability)), scale_(weight) {
  const auto p = probability_.array();
  diagonal_ = p * (1 - p) + least_curvature;
  if (scale_.size()) diagonal_.array() *= scale_.array();
}

void SoftmaxHessian::apply_hessian(Vector& s) const {
#pragma omp parallel for schedule(static)
  for (Index first = 0; first < s.size(); first += categories_) {
    auto group = s.segment(first, categories_);
    const auto p = probability_.segment(first, categories_);
    const double mean = p.dot(group);
    group.array() = p.array() * (group.array() - mean) + least_curvature * group.array();
    if (scale_.size()) group.array() *= scale_.segment(first, categories_).array();
  }
}

MultinomialLoss::MultinomialLoss(Index categories, Vector target, Vector weight)
    : categories_(categories), target_(std::move(target)), weight_(std::move(weight)) {
  const auto refuse = [](const std::string& what) {
    throw ArgumentError("multinomial loss: " + what);
  };
  if (categories < categories_min || categories > categories_max)
    refuse(std::to_string(categories) + " categories; expected 2 to 100");
  if (target_.size() % categories != 0)
    refuse(std::to_string(target_.size()) + " scores; expected a multiple of " +
           std::to_string(categories));
  if (weight_.size() != 0 && weight_.size() != target_.size())
    refuse(std::to_string(weight_.size()) + " weights for " + std::to_string(target_.size()) +
           " scores; expected as many, or none");
  chosen_.reserve(static_cast<std::size_t>(target_.size() / categories));
  for (Index first = 0; first < target_.size(); first += categories) {
    const auto group = target_.segment(first, categories);
    Index chosen = 0;
    const bool one = group.maxCoeff(&chosen) == 1 && group.cwiseAbs().sum() == 1;
    if (!one) refuse("a group without exactly one category; expected a 1 and else zeros");
    if (weight_.size() && (weight_.segment(first, categories).array() != weight_[first]).any())
      refuse("weights that differ in a group; expected one for all of its scores");
    chosen_.push_back(static_cast<int>(chosen));
  }
}

double MultinomialLoss::evaluate(const Vector& z, Vector& residual) const {
  residual.resize(target_.size());
  return sum_in_blocks<double>(groups(), [&](Index g) {
    const int chosen = chosen_[static_cast<std::size_t>(g)];
    const Index first = g * categories_;
    Group p;  // z and the residual may be the same
    const double value = set_softmax(z.data() + first, categories_, chosen, p.data());
    set_force(p.data(), categories_, chosen, w(first));
    std::copy_n(p.data(), categories_, residual.data() + first);
    return w(first) * value;
  });
}

Vector MultinomialLoss::probabilities(const Vector& z) const {
  Vector p(z.size());
#pragma omp parallel for schedule(static)
  for (Index g = 0; g < groups(); ++g)
    set_softmax(z.data() + g * categories_, categories_, 0, p.data() + g * categories_);
  return p;
}

void MultinomialLoss::curvature(const Vector& z, Vector& curvature) const {
  const Vector p = probabilities(z);
  curvature = (2 * p.array() * (1 - p.array())).max(least_curvature);
  if (weight_.size()) curvature.array() *= weight_.array();
}

SoftmaxHessian MultinomialLoss::hessian_at(const Vector& z) const {
  return {categories_, probabilities(z), weight_};
}

/// The derivative of -p log p is f (log p + 1), f = R / w, and f sums to zero over a group.
double MultinomialLoss::dual_slope(const Vector& residual, double s) const {
  return sum_in_blocks<double>(target_.size(), [&](Index k) {
    const double r = residual[k];
    return r != 0 ? r * std::log(std::max(0.0, target_[k] - s * (r / w(k)))) : 0;
  });
}

DualTerm MultinomialLoss::dual_of_group(const Vector& residual, Index group, long double s) const {
  const Index first = group * categories_;
  const long double weight = w(first);
  long double sum = 0;  // exact for a residual of `evaluate`
  DualTerm all;
  for (Index k = first; k < first + categories_; ++k) {
    const long double pull = s * (residual[k] / weight), y = target_[k];
    const DualTerm term = entropy(y - pull, 4 * wide_unit * (y + std::abs(pull)));
    all += {-weight * term.value, weight * term.magnitude, weight * term.error};
    sum += residual[k];
  }
  if (sum != 0) all.value = -std::numeric_limits<long double>::infinity();
  return all;
}

DualPoint MultinomialLoss::dual(const Vector& residual, double s_max) const {
  const double scale = best_dual_scale([&](double s) { return dual_slope(residual, s); }, s_max);
  const DualTerm sum =
      sum_in_blocks<DualTerm>(groups(), [&](Index g) { return dual_of_group(residual, g, scale); });
  return dual_point(sum, scale, categories_ + sum_block + groups() / sum_block);
}

}  // namespace hadal
