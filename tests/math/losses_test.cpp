#include <gtest/gtest.h>

#include "hadal/error.hpp"
#include "hadal/loss/free_offset.hpp"
#include "hadal/loss/squared.hpp"
#include "math/support.hpp"

namespace hadal {
namespace {

struct Setting {
  explicit Setting(unsigned seed, bool weighted)
      : random(seed),
        entries(test::sampled_entries(random.matrix(9, 7), 0.6, random)),
        pattern(entries),
        target(random.vector(pattern.observed())) {
    if (weighted) weight = random.vector(pattern.observed()).cwiseAbs().array() + 0.2;
  }
  SquaredLoss squared() const { return SquaredLoss(target, weight); }
  FreeOffsetLoss free(bool rows, bool columns) const {
    return FreeOffsetLoss(pattern, squared(), rows, columns, ridge);
  }

  static constexpr double ridge = 0.05;
  test::Random random;
  Entries entries;
  ObservedPattern pattern;
  Vector target, weight;
};

template <class F>
void for_losses(const F& f) {
  for (const bool weighted : {false, true}) {
    Setting setting(weighted ? 1 : 2, weighted);
    f(setting, setting.squared());
    for (const bool rows : {false, true})
      for (const bool columns : {false, true}) f(setting, setting.free(rows, columns));
  }
}

template <class L>
double value_of(const L& loss, const Vector& z) {
  Vector residual;
  return loss.evaluate(z, residual);
}

TEST(Losses, ResidualIsTheNegativeGradient) {
  for_losses([](Setting& s, const auto& loss) {
    const Vector z = s.random.vector(s.target.size()), d = s.random.vector(s.target.size());
    Vector residual;
    loss.evaluate(z, residual);
    const double h = 1e-4;  // quadratic: the central difference is exact but for rounding
    const double slope = (value_of(loss, z + h * d) - value_of(loss, z - h * d)) / (2 * h);
    EXPECT_NEAR(slope, -residual.dot(d), 1e-8);
  });
}

TEST(Losses, HessianIsTheDerivativeOfTheGradientAndSemidefinite) {
  for_losses([](Setting& s, const auto& loss) {
    const Vector z = s.random.vector(s.target.size()), d = s.random.vector(s.target.size());
    Vector before, after, h = d;
    loss.evaluate(z, before);
    loss.evaluate(z + d, after);
    loss.apply_hessian(h);
    EXPECT_LT((before - after - h).norm(), 1e-9);
    EXPECT_GE(d.dot(h), 0);
  });
}

TEST(Losses, AreConvex) {
  for_losses([](Setting& s, const auto& loss) {
    const Vector a = s.random.vector(s.target.size()), b = s.random.vector(s.target.size());
    for (const double t : {0.2, 0.5, 0.9})
      EXPECT_LE(value_of(loss, t * a + (1 - t) * b),
                t * value_of(loss, a) + (1 - t) * value_of(loss, b) + 1e-12);
  });
}

// Fenchel and Young: loss(z) + conjugate(G) = <G, z> at G = grad loss(z), and never less elsewhere.
TEST(Losses, DualMeetsFenchelAndYoung) {
  for_losses([](Setting& s, const auto& loss) {
    // From z = t Y the unconstrained best s is known to be inside [0, 1] for small t.
    const Vector z = s.random.vector(s.target.size());
    Vector residual;
    const double value = loss.evaluate(z, residual);
    // D(1) = loss(z) - <G, z>; the maximum over [0, s_max] can only be larger.
    EXPECT_GE(loss.dual(residual, 1).value, value + residual.dot(z) - 1e-9);
    // Every D(s) is below the loss at any z' plus <s R, z'>.
    for (const double s_max : {0.0, 0.3, 0.9, 1.0}) {
      const DualPoint point = loss.dual(residual, s_max);
      EXPECT_GE(point.scale, 0);
      EXPECT_LE(point.scale, s_max);
      EXPECT_GE(point.rounding, 0);
      EXPECT_GE(point.value, 0);
      for (int trial = 0; trial < 20; ++trial) {
        const Vector other = s.random.vector(s.target.size());
        EXPECT_LE(point.value, value_of(loss, other) + point.scale * residual.dot(other) + 1e-9);
      }
    }
    // At z = 0, D(1) is the loss itself.
    const Vector zero = Vector::Zero(z.size());
    const double at_zero = loss.evaluate(zero, residual);
    EXPECT_NEAR(loss.dual(residual, 1).value, at_zero, 1e-9 * at_zero);
  });
}

TEST(Losses, MaximumOfTheDualParabolaIsOverTheInterval) {
  DualParabola p;
  p.linear = 2;
  p.quadratic = 4;
  EXPECT_DOUBLE_EQ(maximise(p, 1).scale, 0.5);
  EXPECT_DOUBLE_EQ(maximise(p, 1).value, 0.5);
  EXPECT_DOUBLE_EQ(maximise(p, 0.25).value, 0.5 - 0.125);
  p.linear = -1;
  EXPECT_EQ(maximise(p, 1).value, 0);
  EXPECT_EQ(maximise(p, 1).scale, 0);
}

TEST(FreeOffsets, MinimiseTheLoss) {
  for (const bool weighted : {false, true}) {
    Setting s(5, weighted);
    const FreeOffsetLoss loss = s.free(true, true);
    const Vector z = s.random.vector(s.target.size());
    const OffsetValues b = loss.offsets_at(z);
    ASSERT_EQ(b.row.size(), 9);
    ASSERT_EQ(b.column.size(), 7);
    const auto penalised = [&](const OffsetValues& o) {
      double sum =
          Setting::ridge / 2 * (o.global * o.global + o.row.squaredNorm() + o.column.squaredNorm());
      s.pattern.for_each([&](Index k, Index i, Index j) {
        const double e = s.target[k] - z[k] - o.global - o.row[i] - o.column[j];
        sum += (weighted ? s.weight[k] : 1) * e * e / 2;
      });
      return sum;
    };
    EXPECT_NEAR(penalised(b), value_of(loss, z), 1e-11);
    for (int trial = 0; trial < 50; ++trial) {
      OffsetValues other = b;
      other.global += 0.01 * s.random.normal();
      other.row += 0.01 * s.random.vector(9);
      other.column += 0.01 * s.random.vector(7);
      EXPECT_GT(penalised(other), penalised(b));
    }
  }
}

TEST(Losses, RefuseWhatDoesNotFit) {
  EXPECT_THROW(SquaredLoss(Vector::Ones(3), Vector::Ones(2)), ArgumentError);
  Setting s(6, false);
  for (const double ridge : {0.0, -1.0, std::nan("")})
    EXPECT_THROW(FreeOffsetLoss(s.pattern, s.squared(), true, true, ridge), ArgumentError);
}

}  // namespace
}  // namespace hadal
