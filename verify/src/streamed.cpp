#include "streamed.hpp"

#include <algorithm>
#include <cmath>

#include "cholesky_bound.hpp"
#include "factor_norm.hpp"
#include "figure_sums.hpp"
#include "lanczos.hpp"
#include "pair_bound.hpp"
#include "rounding.hpp"
#include "streamed_data.hpp"

namespace hadal::verify {
namespace {

/// What bounds the polar of the residual.
struct ResidualBounds {
  Lengths lengths;
  double frobenius = 0;  ///< >= ||R||_F
  double collected = 0;  ///< by the best of the model's atoms: a lower value of the polar
};

Scaling scaling_of(RowSource& source) {
  double largest = 0;
  for_row_blocks(source, 0, source.rows(), [&](Index, Factor& block) {
    largest = std::max(largest, block.cwiseAbs().maxCoeff());
  });
  Scaling scaling;
  if (largest > 0 && std::isfinite(largest)) std::frexp(largest, &scaling.data);
  scaling.data += scaling.data & 1;
  return scaling;
}

class StreamedEvidence : public Evidence {
 public:
  StreamedEvidence(const MatrixModel& model, RowSource& source)
      : model_(model),
        problem_(scaled_model(model, source.rows(), source.columns(), scaling_of(source))),
        data_(source, problem_) {}

  const Problem& problem() const override { return problem_; }
  const EachEntry& each() const override { return each_; }
  void check_model(const Options& options, Checks& checks) override {
    verify::check_model(model_, problem_, each_, options, checks);
  }

  void remove_data() override {
    verify::remove_data(problem_);
    data_.remove();
  }

  Figures figures() override {
    bounds_ = {};
    return pass(problem_, bounds_);
  }

  /// Nothing that a search found at X = 0 exceeds the bound there with ||Q||_F in place of sigma_1.
  void check_lambda_max(Checks& checks) override {
    constexpr double slack = 1e-6;
    Problem empty = problem_;
    empty.u.resize(problem_.rows, 0);
    empty.v.resize(problem_.columns, 0);
    ResidualBounds bounds;
    pass(empty, bounds);
    const double most = problem_.scaling.to_lambda(from_pairs(bounds, bounds.frobenius));
    checks.add("lambda_max", model_.lambda_max, most, model_.lambda_max <= most * (1 + slack),
               "no search of the polar at X = 0 can find more than this");
  }

  PolarBound polar_bound(const Figures&, const Certificate& claim, const Enough&) override {
    constexpr Index order_max = 8000;
    PolarBound result{bounds_.collected, 0, Proof::deterministic, 0, ""};
    double sigma = bounds_.frobenius;
    result.method = "every pair of norm terms at once, with the Frobenius norm for sigma_1";
    const bool used = problem_.norm_u.l2 * problem_.norm_v.l2 > 0 && bounds_.frobenius > 0;
    const Index order = std::min(problem_.rows, problem_.columns);
    if (used && claim.proof != Proof::none && order <= order_max) {
      sigma = std::min(sigma, singular_value_bound());
      result.method = "every pair of norm terms at once, verified Cholesky factorisation";
    }
    result.bound = from_pairs(bounds_, sigma);
    return result;
  }

 private:
  /// The figures, and the lengths of the residual, which is not kept.
  Figures pass(const Problem& problem, ResidualBounds& bounds) const {
    Lengths& lengths = bounds.lengths;
    lengths.terms = terms();
    FigureSums sums(problem, problem.rows * problem.columns);
    lengths.row_positive = lengths.row_negative = Vector::Zero(problem.rows);
    lengths.column_positive = lengths.column_negative = Vector::Zero(problem.columns);
    Factor applied = Factor::Zero(problem.rows, problem.v.cols());
    data_.for_blocks(0, [&](Index first, Factor& block) {
      for_low_rank(problem, first, block.rows(), [&](Index i, Index j, double z) {
        block(i, j) = sums.add(first + i, j, block(i, j), 1, z);
      });
      const Factor positive = block.cwiseMax(0);
      lengths.row_positive.segment(first, block.rows()) = positive.rowwise().squaredNorm();
      lengths.column_positive += positive.colwise().squaredNorm().transpose();
      lengths.row_negative.segment(first, block.rows()) =
          (positive - block).rowwise().squaredNorm();
      lengths.column_negative += (positive - block).colwise().squaredNorm().transpose();
      lengths.largest = std::max(lengths.largest, block.cwiseAbs().maxCoeff());
      if (problem.v.cols() > 0)
        applied.middleRows(first, block.rows()).noalias() = block * problem.v;
    });
    Real square = 0;
    for (Index i = 0; i < problem.rows; ++i)
      square += Real{lengths.row_positive[i]} + lengths.row_negative[i];
    bounds.frobenius = rounded_up(std::sqrt(square * (1 + gamma(terms()))));
    for (Index c = 0; c < problem.u.cols(); ++c) {
      const Real size = norm_of_column(problem.norm_u, problem.u, c) *
                        norm_of_column(problem.norm_v, problem.v, c);
      if (size > 0)
        bounds.collected = std::max(
            bounds.collected, static_cast<double>(problem.u.col(c).dot(applied.col(c)) / size));
    }
    return sums.finish({}, {});
  }

  double terms() const { return static_cast<double>(problem_.rows + problem_.columns + 8); }

  /// >= how far two computations of the residual are apart in the Frobenius norm: entry by entry
  /// each is within gamma_(r + 8) (|y - o| + |u||v|) of the exact one, and y - o = R + <u, v>.
  double repetition() const {
    const Real model = Real{problem_.u.norm()} * problem_.v.norm() * 1.01L;
    const Real unit_size = gamma(static_cast<double>(problem_.u.cols()) + 8) + 4 * wide_unit;
    return rounded_up(2.04L * unit_size * (bounds_.frobenius + 2 * model));
  }

  double from_pairs(const ResidualBounds& bounds, double sigma) const {
    return bound_from_pairs(problem_.norm_u, problem_.norm_v, bounds.lengths, sigma);
  }

  /// >= sigma_1(R). The Gram matrix is that of residuals computed again, each within `repetition`
  /// of R: with F = ||R||_F and e that distance, products of two of them differ from R R^T by at
  /// most 2 (F + e) e + e^2, and the sums of L products by gamma_L (F + e)^2, as || |R| ||_2 <= F.
  double singular_value_bound() const {
    const Matrix gram = data_.residual_gram();
    const Real e = repetition(), f = Real{bounds_.frobenius} + e;
    const Real longest_sum = static_cast<Real>(std::max(problem_.rows, problem_.columns)) + 2;
    const Real margin = gamma(static_cast<double>(longest_sum)) * f * f + 2 * f * e + e * e;
    const CholeskyBound cholesky(gram, rounded_up(1.01L * margin + 1e-290L));
    constexpr Index stride = 10, most = 300;
    Lanczos lanczos(
        [&](const Vector& x) { return Vector(gram.selfadjointView<Eigen::Lower>() * x); },
        random_direction(gram.rows()));
    for (Index steps = stride; lanczos.steps() < std::min(gram.rows(), most); steps += stride) {
      lanczos.extend_to(steps);
      if (lanczos.residual() <= 1e-11 * lanczos.largest()) break;
    }
    const double search = std::sqrt(lanczos.largest());
    return cholesky.bound(search > 0 ? search : bounds_.frobenius, [](double) { return false; });
  }

  const MatrixModel& model_;
  Problem problem_;
  StreamedData data_;
  ResidualBounds bounds_;
  EachEntry each_ = [this](const SeeEntry& see) {
    data_.for_blocks(0, [&](Index first, Factor& block) {
      for (Index i = 0; i < block.rows(); ++i)
        for (Index j = 0; j < block.cols(); ++j) see(first + i, j, 1, block(i, j));
    });
  };
};

}  // namespace

std::unique_ptr<Evidence> streamed_evidence(const MatrixModel& model, RowSource& source) {
  return std::make_unique<StreamedEvidence>(model, source);
}

}  // namespace hadal::verify
