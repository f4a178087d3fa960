#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "hadal/dropout/equalise.hpp"
#include "hadal/fit/dropout_fit.hpp"
#include "hadal/model/unit_spread.hpp"
#include "math/dropout_support.hpp"

namespace hadal {
namespace {

Matrix target() {
  test::Random random(5);
  return random.matrix(50, 8) * random.matrix(8, 40) + 0.3 * random.matrix(50, 40);
}

DropoutFitOptions training(double retain, Index width) {
  DropoutFitOptions options;
  options.method = DropoutMethod::sgd;
  options.noise.retain = retain;
  options.widths = {width};
  options.epochs = 20'000;
  return options;
}

TEST(DropoutTraining, ConvergesToTheClosedFormAndToBalancedUnits) {
  for (const double retain : {0.3, 0.5, 0.8})
    for (const Index width : {5, 20}) {
      const dropout::LinearData data{target(), {}};
      DropoutFitOptions options = training(retain, width);
      const DropoutModel trained = fit_dropout(data, options);
      options.method = DropoutMethod::closed;
      const DropoutModel closed = fit_dropout(data, options);
      EXPECT_LE(trained.certificate.objective, 1.01 * closed.certificate.objective);
      EXPECT_GE(trained.certificate.objective, closed.certificate.objective);
      EXPECT_NEAR(trained.certificate.lower_bound, closed.certificate.lower_bound,
                  1e-9 * closed.certificate.objective);
      EXPECT_EQ(trained.status, Status::bounded);
      EXPECT_LE(spread(trained.unit_products), 0.05) << retain << ' ' << width;
    }
}

TEST(DropoutTraining, DrawsAroundItsExpectationAllTheWay) {
  for (const NoiseKind kind : {NoiseKind::dropout, NoiseKind::dropconnect, NoiseKind::dropblock}) {
    DropoutFitOptions options = training(0.5, 12);
    options.noise.kind = kind;
    options.noise.block = kind == NoiseKind::dropblock ? 3 : 1;
    options.epochs = 60;
    const DropoutModel model = fit_dropout({target(), {}}, options);
    ASSERT_GE(model.curve.size(), 50);
    for (const CurvePoint& point : model.curve)
      EXPECT_NEAR(point.stochastic, point.deterministic, 6 * point.standard_error)
          << to_string(kind) << ' ' << point.epoch;
    EXPECT_LT(model.curve.back().deterministic, 0.8 * model.curve.front().deterministic);
  }
}

TEST(DropoutTraining, AnnealsItsRate) {
  DropoutFitOptions options = training(0.4, 10);
  options.retain_end = 0.8;
  options.epochs = 3000;
  const DropoutModel model = fit_dropout({target(), {}}, options);
  EXPECT_EQ(model.retain_start, 0.4);
  EXPECT_NEAR(model.noise.retain, 0.8, 1e-12);
  for (std::size_t k = 1; k < model.curve.size(); ++k)
    EXPECT_GT(model.curve[k].retain, model.curve[k - 1].retain);
  // The certificate is about the noise at the end.
  EXPECT_LE(model.certificate.relative_gap, 0.05);
}

TEST(DropoutTraining, IsTheSameForTheSameSeed) {
  DropoutFitOptions options = training(0.5, 6);
  options.epochs = 50;
  options.batch = 7;
  const DropoutModel first = fit_dropout({target(), {}}, options);
  const DropoutModel second = fit_dropout({target(), {}}, options);
  options.seed = 1;
  const DropoutModel other = fit_dropout({target(), {}}, options);
  EXPECT_EQ(first.network.layers[0], second.network.layers[0]);
  EXPECT_EQ(first.certificate.objective, second.certificate.objective);
  EXPECT_NE(first.certificate.objective, other.certificate.objective);
}

TEST(DropoutTraining, OfManyLayersDoesNotDiverge) {
  for (const std::vector<Index>& widths : std::vector<std::vector<Index>>{{6, 6, 6}, {8, 8}}) {
    DropoutFitOptions options = training(0.3, 1);
    options.widths = widths;
    options.epochs = 1000;
    const DropoutModel model = fit_dropout({target(), {}}, options);
    EXPECT_TRUE(std::isfinite(model.certificate.objective));
    EXPECT_LT(model.certificate.objective, model.curve.front().deterministic);
  }
}

TEST(DropoutTraining, ThatDivergesWithTheStepAskedForClaimsNothing) {
  DropoutFitOptions options = training(0.5, 6);
  options.step = 1e3;
  const DropoutModel model = fit_dropout({target(), {}}, options);
  EXPECT_EQ(model.stop, StopReason::stalled);
  EXPECT_NE(model.status, Status::optimal);
  EXPECT_TRUE(std::isfinite(model.certificate.objective));
}

TEST(DropoutTraining, StopsWhenToldTo) {
  DropoutFitOptions options = training(0.5, 6);
  int told = 0;
  const DropoutModel model =
      fit_dropout({target(), {}}, options, [&](const FitProgress&) { return ++told < 3; });
  EXPECT_EQ(model.stop, StopReason::interrupted);
  EXPECT_LT(model.iterations, options.epochs);
  EXPECT_TRUE(std::isfinite(model.certificate.lower_bound));
}

}  // namespace
}  // namespace hadal
