#include <gtest/gtest.h>

#include <cmath>

#include "hadal/error.hpp"
#include "hadal/fit/loss_values.hpp"
#include "hadal/loss/separable.hpp"
#include "math/support.hpp"

namespace hadal {
namespace {

using Real = long double;

/// The losses written down once more, plainly and in extended precision.
Real plain(const HuberEntry& e, Real z, Real y) {
  const Real size = std::abs(y - z), d = e.threshold;
  return size <= d ? size * size / 2 : d * size - d * d / 2;
}
Real plain(const LogisticEntry&, Real z, Real y) { return std::log1p(std::exp(-y * z)); }
Real plain(const PoissonEntry&, Real z, Real y) {
  return std::exp(z) - y * z - (y > 0 ? y - y * std::log(y) : 0);
}

template <class E>
struct Case {
  E entry;
  std::vector<double> values;  ///< of y
};

/// f(entry, y) for every loss and value.
template <class F>
void for_entries(const F& f) {
  const auto each = [&](const auto& c) {
    for (const double y : c.values) f(c.entry, y);
  };
  each(Case<HuberEntry>{{0.73}, {-2.0, 0.0, 0.3, 5.0}});
  each(Case<LogisticEntry>{{}, {-1.0, 1.0}});
  each(Case<PoissonEntry>{{}, {0.0, 0.5, 1.0, 7.0, 1000.0}});
}

const std::vector<double> predictions = {-30, -4, -1.3, -0.2, 0, 0.1, 0.7, 2, 6.9, 30};

TEST(EntryLosses, AreWhatTheyAreDefinedAs) {
  for_entries([](const auto& e, double y) {
    for (const double z : predictions) {
      const double value = e.at(z, y).value, expected = static_cast<double>(plain(e, z, y));
      EXPECT_NEAR(value, expected, 1e-13 * std::abs(expected) + 1e-15 * (1 + std::abs(y * z)));
      EXPECT_GE(value, 0);
    }
  });
}

TEST(EntryLosses, ForceAndCurvatureAreDerivatives) {
  for_entries([](const auto& e, double y) {
    for (const double z : predictions) {
      const Real h = 1e-5L;
      const Real before = plain(e, z - h, y), at = plain(e, z, y), after = plain(e, z + h, y);
      const EntryPoint point = e.at(z, y);
      const double size = 1 + std::abs(point.force) + point.curvature;
      EXPECT_NEAR(point.force, static_cast<double>((before - after) / (2 * h)), 1e-8 * size);
      EXPECT_NEAR(point.curvature, static_cast<double>((before - 2 * at + after) / (h * h)),
                  1e-5 * size + 1e-9 * std::abs(static_cast<double>(at)));
    }
  });
}

TEST(EntryLosses, StayFiniteWhereExpDoesNot) {
  for (const double z : {-800.0, 800.0}) {
    const EntryPoint logistic = LogisticEntry().at(z, 1);
    EXPECT_NEAR(logistic.value, z < 0 ? 800 : 0, 1e-12);
    EXPECT_NEAR(logistic.force, z < 0 ? 1 : 0, 1e-12);
    EXPECT_TRUE(std::isfinite(logistic.curvature));
  }
  EXPECT_NEAR(PoissonEntry().at(-800, 3).value, 2400 - 3 + 3 * std::log(3), 1e-9);
  EXPECT_TRUE(std::isinf(PoissonEntry().at(800, 3).value));  // and never not-a-number
  EXPECT_TRUE(std::isinf(PoissonEntry().at(800, 0).value));
}

// -e*(-f) = e(z) + f z at the force f of z, and for every s and z' it is at most e(z') + s f z'.
TEST(EntryLosses, DualMeetsFenchelAndYoung) {
  for_entries([](const auto& e, double y) {
    for (const double z : predictions) {
      const double f = e.at(z, y).force;
      const Real at_z = plain(e, z, y) + Real{f} * z;
      const Real slack = 1e-13L * (1 + std::abs(y * z) + std::abs(f * z));
      EXPECT_NEAR(static_cast<double>(e.dual(f, y, 1).value), static_cast<double>(at_z),
                  static_cast<double>(slack));
      EXPECT_EQ(e.dual(f, y, 0).value, 0);
      for (const Real s : {0.0L, 0.2L, 0.5L, 0.99L, 1.0L}) {
        const DualTerm dual = e.dual(f, y, s);
        Real least = INFINITY;
        for (Real other = -40; other <= 40; other += 0.001L)
          least = std::min(least, plain(e, other, y) + s * f * other);
        EXPECT_LE(dual.value, least + slack) << "y " << y << " z " << z << " s " << double(s);
        // The minimum over z' is the value itself, as far as the grid goes.
        if (std::abs(z) < 20 && s > 0) {
          EXPECT_NEAR(double(dual.value), double(least), 1e-6 * (1 + std::abs(y) + std::exp(z)));
        }
      }
    }
  });
}

TEST(EntryLosses, DualSlopeIsTheDerivativeOfTheDual) {
  for_entries([](const auto& e, double y) {
    for (const double z : predictions) {
      const double f = e.at(z, y).force;
      if (f == 0 || std::abs(z) > 20) continue;
      for (const double s : {0.1, 0.5, 0.9}) {
        const Real h = 1e-6L;
        const Real slope = (e.dual(f, y, s + h).value - e.dual(f, y, s - h).value) / (2 * h);
        EXPECT_NEAR(e.dual_slope(f, y, s), double(slope),
                    1e-6 * (1 + std::abs(f) * (1 + std::abs(z) + std::log1p(std::abs(y)))));
      }
    }
  });
}

/// Whole losses, with weights.
template <class E>
SeparableLoss<E> whole(const Case<E>& c, Index size, test::Random& random) {
  const Vector y = Vector::NullaryExpr(size, [&] {
    return c.values[static_cast<std::size_t>(random.integer(0, c.values.size() - 1))];
  });
  return SeparableLoss<E>(c.entry, y, random.vector(size).cwiseAbs().array() + 0.2);
}

template <class F>
void for_losses(const F& f) {
  test::Random random(3);
  for (const Index size : {1, 40, 3000}) {
    f(random, whole(Case<HuberEntry>{{0.73}, {-2.0, 0.0, 0.3, 5.0}}, size, random));
    f(random, whole(Case<LogisticEntry>{{}, {-1.0, 1.0}}, size, random));
    f(random, whole(Case<PoissonEntry>{{}, {0.0, 0.5, 1.0, 7.0}}, size, random));
  }
}

TEST(SeparableLosses, ResidualIsTheNegativeGradientAndConvex) {
  for_losses([](test::Random& random, const auto& loss) {
    const Index n = loss.target().size();
    const Vector z = random.vector(n), d = random.vector(n);
    Vector residual, other, curvature;
    const double h = 1e-5, at = loss.evaluate(z, residual);
    const double ahead = loss.evaluate(z + h * d, other), behind = loss.evaluate(z - h * d, other);
    EXPECT_NEAR((ahead - behind) / (2 * h), -residual.dot(d), 1e-6 * (1 + at));
    EXPECT_GE(ahead + behind, 2 * at * (1 - 1e-14));
    loss.curvature(z, curvature);
    EXPECT_GT(curvature.minCoeff(), 0);
    Vector alias = z;
    EXPECT_EQ(loss.evaluate(alias, alias), at);
    EXPECT_EQ(alias, residual);
  });
}

// Weak duality to the last digit: D(s) less its rounding is below the loss plus s <R, z'> for the
// z' where that is least, found in extended precision by Newton's method from the loss's own force.
TEST(SeparableLosses, DualLessItsRoundingIsABound) {
  for_losses([](test::Random& random, const auto& loss) {
    const Index n = loss.target().size();
    for (const double spread : {0.1, 1.0, 5.0}) {
      const Vector z = spread * random.vector(n);
      Vector residual, other;
      const double at = loss.evaluate(z, residual);
      for (const double s_max : {0.0, 0.4, 1.0}) {
        const DualPoint dual = loss.dual(residual, s_max);
        EXPECT_GE(dual.value, 0);
        EXPECT_GE(dual.scale, 0);
        EXPECT_LE(dual.scale, s_max);
        EXPECT_LT(dual.rounding, 1e-12 * (1 + at));
        const auto bound = [&](const Vector& at_z) {
          return loss.evaluate(at_z, other) + dual.scale * residual.dot(at_z);
        };
        EXPECT_LE(dual.value - dual.rounding, bound(z) * (1 + 1e-13) + 1e-13);
        for (const double t : {0.0, 0.5, 0.9, 1.1})
          EXPECT_LE(dual.value - dual.rounding, bound(t * z) + 1e-13 * (1 + at));
      }
    }
  });
}

// The returned s is where D is largest: no other s of the interval has a larger D.
TEST(SeparableLosses, DualIsMaximisedOverTheInterval) {
  for_losses([](test::Random& random, const auto& loss) {
    const Vector z = -3 * random.vector(loss.target().size());
    Vector residual;
    loss.evaluate(z, residual);
    const double best = loss.dual(residual, 1).value;
    double last = 0;
    for (double s = 0.02; s <= 1; s += 0.02) {
      const double value = loss.dual(residual, s).value;
      EXPECT_GE(value, last * (1 - 1e-12));  // a larger interval
      EXPECT_LE(value, best * (1 + 1e-12));
      last = value;
    }
    // Against a grid of single points.
    double grid = 0;
    for (double s = 1e-9; s <= 1; s *= 1.02) {
      Real sum = 0;
      for (Index k = 0; k < z.size(); ++k) {
        const double w = loss.weight()[k];
        if constexpr (std::is_same_v<std::decay_t<decltype(loss)>, LogisticLoss>)
          sum += w * LogisticEntry().dual(residual[k] / w, loss.target()[k], s).value;
        else if constexpr (std::is_same_v<std::decay_t<decltype(loss)>, PoissonLoss>)
          sum += w * PoissonEntry().dual(residual[k] / w, loss.target()[k], s).value;
        else
          sum += w * HuberEntry{0.73}.dual(residual[k] / w, loss.target()[k], s).value;
      }
      grid = std::max(grid, double(sum));
    }
    EXPECT_GE(best, grid * (1 - 1e-10));
    EXPECT_LE(best, grid * 1.01 + 1e-9);
  });
}

TEST(SeparableLosses, RefuseWeightsThatDoNotFit) {
  EXPECT_THROW(LogisticLoss({}, Vector::Ones(3), Vector::Ones(2)), ArgumentError);
}

TEST(HuberThreshold, EstimatesTheSpreadOfNormalDataWithGrossErrors) {
  test::Random random(9);
  Vector y = (3 * random.vector(20000)).array() + 50;
  EXPECT_NEAR(default_huber_threshold(y), 1.345 * 3, 0.1);
  y.head(1000).setConstant(1e9);
  EXPECT_NEAR(default_huber_threshold(y), 1.345 * 3, 0.3);
  EXPECT_EQ(default_huber_threshold(Vector::Constant(5, 2.5)), 1);
  Vector mostly = Vector::Zero(10);
  mostly[3] = 20;
  EXPECT_NEAR(default_huber_threshold(mostly), 1.345 * 2, 1e-12);
}

}  // namespace
}  // namespace hadal
