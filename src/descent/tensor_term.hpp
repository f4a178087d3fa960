#pragma once

#include <algorithm>
#include <vector>

#include "hadal/kernel/tall.hpp"
#include "hadal/kernel/tensor_products.hpp"
#include "hadal/loss/loss.hpp"

/// The loss as a sweep over the factors of a tensor model sees it. Both kinds offer
///   step(factors, grams, mode, gram, minimise): one majorised step of a mode. `gram` is the
///   product
///     of the other modes' Gram matrices, minimise(target, curvature) the new factor; factors[mode]
///     and grams[mode] become those of the new one;
///   value(factors, grams): the loss;
///   moved(): the factors were changed otherwise.
namespace hadal {

inline Matrix gram_of_factor(const Factor& x) { return tall_inner(x, x); }

inline double inner_of_products(const std::vector<Matrix>& grams) {
  Matrix product = grams.front();
  for (std::size_t m = 1; m < grams.size(); ++m) product = product.cwiseProduct(grams[m]);
  return product.sum();
}

/// The squared loss of a full tensor Y without weights: products with Y are all it needs.
class ExactTensorTerm {
 public:
  ExactTensorTerm(const TensorPattern& pattern, const Vector& y)
      : pattern_(pattern), y_(y), half_square_(y.squaredNorm() / 2) {}

  template <class Minimise>
  void step(std::vector<Factor>& factors, std::vector<Matrix>& grams, std::size_t mode,
            const Matrix&, const Minimise& minimise) {
    multiply(factors, mode);
    factors[mode] = minimise(Matrix(product_), 1.0);
    grams[mode] = gram_of_factor(factors[mode]);
    linear_ = product_.cwiseProduct(factors[mode]).sum();
    known_ = true;
  }

  double value(const std::vector<Factor>& factors, const std::vector<Matrix>& grams) {
    if (!known_) {
      multiply(factors, 0);
      linear_ = product_.cwiseProduct(factors[0]).sum();
      known_ = true;
    }
    return half_square_ - linear_ + inner_of_products(grams) / 2;
  }

  void moved() { known_ = false; }
  void raise_curvature() {}
  /// What rounding leaves undecided in `value`.
  double rounding() const { return 1e-15 * half_square_; }
  double passes() const { return passes_; }

 private:
  void multiply(const std::vector<Factor>& factors, std::size_t mode) {
    mttkrp(pattern_, y_, factors, static_cast<Index>(mode), product_);
    ++passes_;
  }

  const TensorPattern& pattern_;
  const Vector& y_;
  double half_square_, linear_ = 0, passes_ = 0;
  bool known_ = false;
  Factor product_;
};

/// Any loss on observed entries.
template <Loss L>
class TensorDataTerm {
 public:
  TensorDataTerm(const TensorPattern& pattern, const L& loss)
      : pattern_(pattern), loss_(loss), curvature_(pattern.shape().size(), 1.0) {}

  template <class Minimise>
  void step(std::vector<Factor>& factors, std::vector<Matrix>& grams, std::size_t mode,
            const Matrix& gram, const Minimise& minimise) {
    constexpr double relief = 0.7, rounding_error = 1e-13;
    const double before = value(factors, grams);
    mttkrp(pattern_, residual_, factors, static_cast<Index>(mode), product_);
    ++passes_;
    const Matrix now = factors[mode], slope = product_;
    const Matrix curved = now * gram;
    for (int trial = 0;; ++trial) {
      const double curvature = curvature_[mode];
      factors[mode] = minimise(Matrix(slope / curvature + curved), curvature);
      const Matrix change = Matrix(factors[mode]) - now;
      const double majorant = before - slope.cwiseProduct(change).sum() +
                              curvature / 2 * change.cwiseProduct(change * gram).sum();
      moved();
      const double after = value(factors, grams);
      if (after <= majorant + rounding_error * before || trial == 60) {
        if (trial == 0) curvature_[mode] = relief * curvature;
        break;
      }
      curvature_[mode] = 2 * curvature;
      factors[mode] = now;
    }
    grams[mode] = gram_of_factor(factors[mode]);
  }

  double value(const std::vector<Factor>& factors, const std::vector<Matrix>&) {
    if (known_) return value_;
    tensor_values(pattern_, factors, residual_);
    if (curved_) start_curvature();
    value_ = loss_.evaluate(residual_, residual_);
    known_ = true;
    ++passes_;
    return value_;
  }

  void moved() { known_ = false; }
  void raise_curvature() {
    for (double& curvature : curvature_) curvature *= 2;
  }
  double rounding() const { return 0; }
  double passes() const { return passes_; }

 private:
  /// Observed entries are a sample of all: about as much smaller is the curvature of the sum over
  /// them. Twice that is a first guess.
  void start_curvature() {
    double largest = 1;
    if constexpr (CurvedLoss<L>) {
      Vector curvature;
      loss_.curvature(residual_, curvature);
      largest = curvature.maxCoeff();
    } else if (loss_.weight().size()) {
      largest = loss_.weight().maxCoeff();
    }
    double density = static_cast<double>(pattern_.observed());
    for (const Index size : pattern_.shape()) density /= static_cast<double>(size);
    std::fill(curvature_.begin(), curvature_.end(), largest * std::min(1.0, 2 * density));
    curved_ = false;
  }

  const TensorPattern& pattern_;
  const L& loss_;
  std::vector<double> curvature_;
  bool curved_ = true;  ///< still to be set, at the first point
  Vector residual_;
  Factor product_;
  double value_ = 0, passes_ = 0;
  bool known_ = false;
};

}  // namespace hadal
