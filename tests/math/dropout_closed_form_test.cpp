#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/dropout/closed_form.hpp"
#include "hadal/dropout/descent.hpp"
#include "hadal/fit/dropout_fit.hpp"
#include "hadal/model/unit_spread.hpp"
#include "math/dropout_support.hpp"
#include "problem_count.hpp"

namespace hadal::dropout {
namespace {

using test::Random;

/// The best of several descents from random starts.
double best_by_descent(const LinearData& data, Index width, const Noise& noise, unsigned seed) {
  double best = std::numeric_limits<double>::infinity();
  for (unsigned start = 0; start < 3; ++start) {
    LinearNetwork network = random_network(data, {width}, 7 * seed + start);
    best = std::min(best, descend(data, noise, {}, network).objective.value());
  }
  return best;
}

TEST(DropoutClosedForm, IsWhatDescentsFromManyStartsFind) {
  for (int k = 0; k < test::problem_count(1000); ++k) {
    const auto seed = static_cast<unsigned>(k);
    Random random(seed);
    const Index rows = random.integer(1, 12), columns = random.integer(1, 10);
    LinearData data{test::random_target(rows, columns, random), {}};
    if (random.chance(0.3)) {
      const Index inputs = random.integer(1, 8);
      data.input = random.matrix(inputs, columns);
    }
    DropoutFitOptions options;
    options.noise.retain = random.uniform(0.1, 0.95);
    options.widths = {random.integer(1, 12)};
    const DropoutModel model = fit_dropout(data, options);
    const double closed = model.certificate.objective;
    const double descended = best_by_descent(data, options.widths[0], options.noise, seed);
    // An optimum of zero is approached by descents only slowly.
    const double size = std::max(descended, 1e-8 * data.target.squaredNorm());
    EXPECT_NEAR(closed, descended, 1e-8 * size) << "problem " << k;
    EXPECT_LE(model.certificate.lower_bound, closed) << "problem " << k;
    EXPECT_LE(model.certificate.lower_bound, descended * (1 + 1e-12)) << "problem " << k;
    if (data.identity() || data.input.rows() < data.input.cols()) {
      EXPECT_EQ(model.status, Status::optimal)
          << "problem " << k << ", gap " << model.certificate.relative_gap;
    }
    EXPECT_LE(spread(unit_products(model.network, data.input)), 1e-9) << "problem " << k;
  }
}

TEST(DropoutClosedForm, OfAnAdaptedWidthDoesNotDependOnTheWidth) {
  for (unsigned seed = 0; seed < 30; ++seed) {
    Random random(seed);
    const LinearData data{test::random_target(9, 7, random), {}};
    DropoutFitOptions options;
    options.noise.retain = random.uniform(0.1, 0.9);
    const DropoutModel chosen = fit_dropout(data, options);
    EXPECT_TRUE(chosen.auto_width);
    EXPECT_EQ(chosen.status, Status::optimal);
    options.adaptive = true;
    for (const Index more : {0, 1, 4}) {
      options.widths = {chosen.network.widths()[0] + more};
      const DropoutModel wider = fit_dropout(data, options);
      const double size = data.target.squaredNorm();
      EXPECT_NEAR(wider.certificate.objective, chosen.certificate.objective, 1e-12 * size);
      EXPECT_TRUE(wider.network.product().isApprox(chosen.network.product(), 1e-8));
    }
    if (chosen.network.widths()[0] == 1) continue;
    options.widths = {chosen.network.widths()[0] - 1};
    EXPECT_GT(fit_dropout(data, options).certificate.objective,
              chosen.certificate.objective * (1 + 1e-12));
  }
}

/// The formula for a fixed width, written out.
TEST(DropoutClosedForm, ShrinksByTheFormulaOfTheMean) {
  Vector s(5);
  s << 9, 6, 4, 1, 0.5;
  const double m = 0.5;
  const Index r = 4;
  for (Index rho = r; rho >= 1; --rho) {
    const double kappa = s.head(rho).mean();
    const double a = m * double(rho) * kappa / (double(r) + m * double(rho));
    if (s[rho - 1] <= a) continue;
    const SupportShrinkage shrunk = shrink(s.head(r), m / double(r), 1);
    EXPECT_EQ(shrunk.support, rho);
    for (Index i = 0; i < rho; ++i) EXPECT_NEAR(shrunk.values[i], s[i] - a, 1e-14);
    return;
  }
  FAIL();
}

TEST(DropoutClosedForm, OfZeroAndOfNoNoise) {
  DropoutFitOptions options;
  options.noise.retain = 0.5;
  options.widths = {3};
  const DropoutModel zero = fit_dropout({Matrix::Zero(4, 3), {}}, options);
  EXPECT_EQ(zero.status, Status::optimal);
  EXPECT_EQ(zero.size(), 0);
  EXPECT_EQ(zero.certificate.objective, 0);
  options.noise.retain = 1;
  Random random(2);
  const Matrix y = random.matrix(6, 5);
  const DropoutModel truncated = fit_dropout({y, {}}, options);
  const Vector s = Eigen::JacobiSVD<Matrix>(y).singularValues();
  EXPECT_NEAR(truncated.certificate.objective, s.tail(2).squaredNorm(), 1e-12 * y.squaredNorm());
  EXPECT_EQ(truncated.status, Status::optimal);
}

TEST(DropoutClosedForm, ScalesWithTheData) {
  Random random(4);
  const Matrix y = random.matrix(6, 5), x = random.matrix(3, 5);
  DropoutFitOptions options;
  options.noise.retain = 0.4;
  options.widths = {4};
  for (const bool input : {false, true}) {
    const DropoutModel plain = fit_dropout({y, input ? x : Matrix()}, options);
    for (const double scale : {1e-150, 1e-3, 1e140}) {
      const DropoutModel scaled =
          fit_dropout({scale * y, input ? Matrix(x / scale) : x.topRows(0)}, options);
      EXPECT_EQ(scaled.status, Status::optimal) << scale;
      EXPECT_NEAR(scaled.certificate.objective / scale / scale / plain.certificate.objective, 1,
                  1e-9)
          << scale;
      EXPECT_LE(spread(scaled.unit_products), 1e-9);
    }
  }
}

/// Sizes beyond those that are decomposed whole.
TEST(DropoutClosedForm, OfALargerMatrixIsThatOfItsWholeDecomposition) {
  Random random(6);
  const Matrix y = random.matrix(420, 12) * random.matrix(12, 360) + random.matrix(420, 360);
  const Vector s = Eigen::BDCSVD<Matrix>(y).singularValues();
  for (const double retain : {0.2, 0.6, 0.95})
    for (const Index width : {5, 40, 200}) {
      DropoutFitOptions options;
      options.noise.retain = retain;
      options.widths = {width};
      const DropoutModel model = fit_dropout({y, {}}, options);
      const double strength = (1 - retain) / retain / static_cast<double>(width);
      const SupportShrinkage best = shrink(s.head(width), strength, 1);
      const double optimum = s.squaredNorm() - s.head(width).squaredNorm() +
                             best.dual.squaredNorm() +
                             strength * best.values.sum() * best.values.sum();
      EXPECT_NEAR(model.certificate.objective, optimum, 1e-10 * optimum) << retain << ' ' << width;
      EXPECT_EQ(model.status, Status::optimal)
          << retain << ' ' << width << ' ' << model.certificate.relative_gap;
      EXPECT_LE(model.certificate.lower_bound, optimum * (1 + 1e-13));
      EXPECT_EQ(model.size(), best.support);
    }
}

}  // namespace
}  // namespace hadal::dropout
