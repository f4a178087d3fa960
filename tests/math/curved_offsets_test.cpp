#include <gtest/gtest.h>

#include <cmath>

#include "hadal/error.hpp"
#include "hadal/loss/curved_offset.hpp"
#include "math/support.hpp"

// Free offsets of the losses that are not quadratic, minimised out.
namespace hadal {
namespace {

constexpr double ridge = 0.05;

/// One loss with each kind of offsets, on entries of a 9 x 7 matrix.
struct Setting {
  Setting(int kind, bool weighted, bool of_rows, bool of_columns)
      : random(static_cast<unsigned>(8 * kind + 4 * weighted + 2 * of_rows + of_columns)),
        pattern(test::sampled_entries(random.matrix(9, 7), 0.6, random)),
        loss(pattern, base_of(kind, weighted), of_rows, of_columns, ridge),
        rows(of_rows),
        columns(of_columns) {}

  CurvedOffsetLoss::Base base_of(int kind, bool weighted) {
    Vector y = random.vector(pattern.observed()), w;
    if (weighted) w = random.vector(y.size()).cwiseAbs().array() + 0.2;
    if (kind == 0) return HuberLoss({0.6}, 2 * y, w);
    if (kind == 1)
      return LogisticLoss({}, y.unaryExpr([](double x) { return x > 0.4 ? 1.0 : -1.0; }), w);
    return PoissonLoss({}, (3 * y.cwiseAbs()).array().round().matrix(), w);
  }
  double value(const Vector& z) const {
    Vector residual;
    return loss.evaluate(z, residual);
  }
  Vector force(const Vector& z) const {
    Vector residual;
    loss.evaluate(z, residual);
    return residual;
  }
  Vector point() { return random.vector(pattern.observed()); }

  test::Random random;
  ObservedPattern pattern;
  CurvedOffsetLoss loss;
  bool rows, columns;
};

template <class F>
void for_settings(const F& f) {
  for (int kind = 0; kind < 3; ++kind)
    for (const bool weighted : {false, true})
      for (const bool rows : {false, true})
        for (const bool columns : {false, true}) {
          SCOPED_TRACE(testing::Message() << kind << weighted << rows << columns);
          Setting setting(kind, weighted, rows, columns);
          f(setting);
        }
}

TEST(CurvedOffsets, ResidualIsTheNegativeGradient) {
  for_settings([](Setting& s) {
    const Vector z = s.point(), d = s.point();
    const double h = 1e-5;
    const double slope = (s.value(z + h * d) - s.value(z - h * d)) / (2 * h);
    EXPECT_NEAR(slope, -s.force(z).dot(d), 1e-6 * (1 + std::abs(slope)));
  });
}

// The forces of all entries that an offset moves pull as much as the ridge.
TEST(CurvedOffsets, AreTheBestOnes) {
  for_settings([](Setting& s) {
    const Vector z = s.point(), force = s.force(z);
    const OffsetValues b = s.loss.offsets_at(z);
    double all = 0;
    Vector row = Vector::Zero(9), column = Vector::Zero(7);
    s.pattern.for_each([&](Index k, Index i, Index j) {
      all += force[k];
      row[i] += force[k];
      column[j] += force[k];
    });
    EXPECT_NEAR(all, ridge * b.global, 1e-9);
    EXPECT_EQ(b.row.size(), s.rows ? 9 : 0);
    EXPECT_EQ(b.column.size(), s.columns ? 7 : 0);
    if (s.rows) {
      EXPECT_LE((row - ridge * b.row).norm(), 1e-9);
    }
    if (s.columns) {
      EXPECT_LE((column - ridge * b.column).norm(), 1e-9);
    }
  });
}

TEST(CurvedOffsets, HessianIsTheDerivativeOfTheGradient) {
  for_settings([](Setting& s) {
    const Vector z = s.point(), d = s.point();
    Vector image = d, diagonal;
    s.loss.hessian_at(z).apply_hessian(image);
    const double h = 1e-6;
    const Vector slope = -(s.force(z + h * d) - s.force(z - h * d)) / (2 * h);
    // Curvatures are raised where they vanish, of the Huber loss to 1e-3.
    EXPECT_LE((image - slope).norm(), 0.02 * (1 + slope.norm()));
    s.loss.curvature(z, diagonal);
    EXPECT_LE(d.dot(image), d.dot(diagonal.cwiseProduct(d)));
    EXPECT_GE(d.dot(image), 0);
  });
}

// Weak duality at any s and any z, and no gap between a minimiser and its own gradient.
TEST(CurvedOffsets, DualIsNeverAboveAnyValueAndMeetsTheOneAtZero) {
  for_settings([](Setting& s) {
    const Vector zero = Vector::Zero(s.pattern.observed());
    Vector residual;
    const double at_zero = s.loss.evaluate(zero, residual);
    const DualPoint best = s.loss.dual(residual, 1);
    EXPECT_NEAR(best.value, at_zero, 1e-8 * at_zero);
    for (int trial = 0; trial < 5; ++trial) {
      const Vector z = s.point();
      const Vector g = s.force(z);
      for (const double s_max : {0.2, 0.7, 1.0}) {
        const DualPoint dual = s.loss.dual(g, s_max);
        // D(s) = min over z' of loss(z') + <s R, z'>, here at a few of them.
        for (int other = 0; other < 10; ++other) {
          const Vector at = s.point();
          EXPECT_LE(dual.value - dual.rounding, s.value(at) + dual.scale * g.dot(at) + 1e-10);
        }
      }
    }
  });
}

TEST(CurvedOffsets, HugeValuesAndForcesThatBalanceEndWell) {
  // Two gross errors that balance: the Huber loss does not bend between them, only the ridge does.
  Entries entries;
  entries.rows = 2;
  entries.columns = 1;
  entries.row = {0, 1};
  entries.column = {0, 0};
  entries.value = {0, 0};
  const ObservedPattern pattern(entries);
  const CurvedOffsetLoss huber(pattern, HuberLoss({1}, Vector{{1e6, -1e6}}), false, false, 1e-3);
  EXPECT_NEAR(huber.offsets_at(Vector::Zero(2)).global, 0, 1e-9);
  const CurvedOffsetLoss poisson(pattern, PoissonLoss({}, Vector{{0, 1e9}}), false, true, 1e-3);
  Vector residual;
  EXPECT_TRUE(std::isfinite(poisson.evaluate(Vector{{5, -5}}, residual)));
  EXPECT_FALSE(std::isfinite(poisson.evaluate(Vector{{1e4, 0}}, residual)));
}

TEST(CurvedOffsets, RefuseARidgeThatIsNone) {
  Setting s(0, false, true, true);
  for (const double none : {0.0, -1.0, std::nan("")})
    EXPECT_THROW(CurvedOffsetLoss(s.pattern, s.base_of(0, false), true, true, none), ArgumentError);
}

}  // namespace
}  // namespace hadal
