#include "hadal/prox/norm_prox.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "math/support.hpp"

namespace hadal {
namespace {

struct Case {
  const char* text;
  bool nonnegative;
};
constexpr Case cases[] = {{"l2", false},
                          {"l2", true},
                          {"l1", false},
                          {"0.7*l1 + 0.4*l2", false},
                          {"0.7*l1 + 0.4*l2", true},
                          {"0.3*l1 + 0.2*l2 + 0.5*tv(chain)", false},
                          {"0.3*l1 + 0.2*l2 + 0.5*tv(chain)", true},
                          {"l2 + 0.3*tv(grid8)", true},
                          {"0.2*l1 + 0.1*l2 + 0.3*tv(grid4)", false}};

FactorNorm norm_of(const Case& c) {
  FactorNorm norm = parse_norm(c.text);
  norm.nonnegative = c.nonnegative;
  if (norm.graph.kind == GraphKind::chain) norm.graph = lattice(GraphKind::chain, {12, 1, 1});
  if (norm.tv > 0 && norm.graph.vertices == 0) norm.graph = lattice(norm.graph.kind, {4, 3, 1});
  return norm;
}

Vector prox_at(const NormProx& prox, const Vector& x, double t) {
  Vector dual, y;
  prox(x, t, 1e-22, dual, y);
  return y;
}

/// The convex problem has one minimiser, and y is it iff no direction lowers the objective. Random
/// directions, coordinates, and those towards 0 and x are tried, at several lengths.
TEST(NormProx, NothingNearItIsBetter) {
  test::Random random(1);
  for (const Case& c : cases) {
    const NormProx prox(norm_of(c));
    for (int trial = 0; trial < 20; ++trial) {
      const Vector x = random.vector(12);
      const double t = std::exp(random.uniform(-2, 1));
      const Vector y = prox_at(prox, x, t);
      const auto objective = [&](const Vector& z) {
        return (z - x).squaredNorm() / 2 + t * prox.norm()(z);
      };
      EXPECT_TRUE(!c.nonnegative || y.minCoeff() >= 0);
      for (int k = 0; k < 60; ++k) {
        Vector d = k < 12    ? Vector(Vector::Unit(12, k))
                   : k < 24  ? Vector(-Vector::Unit(12, k - 12))
                   : k == 24 ? Vector(x - y)
                   : k == 25 ? Vector(-y)
                             : random.vector(12);
        for (const double step : {1e-1, 1e-3, 1e-5}) {
          Vector z = y + step * d;
          if (c.nonnegative) z = z.cwiseMax(0);
          EXPECT_GE(objective(z), objective(y) - 1e-12) << c.text << " direction " << k;
        }
      }
    }
  }
}

/// Moreau: for a norm, x - prox(x) is the projection onto t times the dual ball, so that
/// <x - y, z> <= t norm(z) for every z and <x - y, y> = t norm(y).
TEST(NormProx, ObeysMoreausIdentity) {
  test::Random random(2);
  for (const Case& c : cases) {
    const NormProx prox(norm_of(c));
    for (int trial = 0; trial < 20; ++trial) {
      const Vector x = random.vector(12), y = prox_at(prox, x, 0.5), rest = x - y;
      EXPECT_NEAR(rest.dot(y), 0.5 * prox.norm()(y), 1e-10);
      for (int k = 0; k < 50; ++k) {
        Vector z = random.vector(12);
        if (c.nonnegative) z = z.cwiseAbs();
        EXPECT_LE(rest.dot(z), 0.5 * prox.norm()(z) + 1e-9);
      }
    }
  }
}

TEST(NormProx, AlignsWithTheDualNorm) {
  test::Random random(3);
  const Vector a = random.vector(12);
  Vector dual, y;
  const auto aligned = [&](const char* text, bool nonnegative) {
    FactorNorm norm = parse_norm(text);
    norm.nonnegative = nonnegative;
    return NormProx(norm).align(a, Vector(), dual, y);
  };
  EXPECT_NEAR(aligned("l2", false), a.norm(), 1e-12);
  EXPECT_NEAR(aligned("l2", true), a.cwiseMax(0).norm(), 1e-12);
  EXPECT_NEAR(aligned("l1", false), a.cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_NEAR(aligned("l1", true), a.maxCoeff(), 1e-12);
  EXPECT_NEAR(NormProx(parse_norm("2*l2")).align(a, Vector(), dual, y), a.norm() / 2, 1e-12);
}

TEST(NormProx, AlignNeverFallsBelowItsStart) {
  test::Random random(4);
  for (const Case& c : cases) {
    const NormProx prox(norm_of(c));
    for (int trial = 0; trial < 20; ++trial) {
      const Vector a = random.vector(12);
      Vector start = random.vector(12).cwiseAbs(), dual, y;
      const double before = a.dot(start) / prox.norm()(start);
      const double value = prox.align(a, start, dual, y);
      EXPECT_GE(value, before - 1e-12);
      if (value <= 0) continue;
      EXPECT_NEAR(prox.norm()(y), 1, 1e-12);
      EXPECT_NEAR(a.dot(y), value, 1e-12);
      EXPECT_TRUE(!c.nonnegative || y.minCoeff() >= 0);
    }
  }
}

TEST(NormProx, NothingCanBeGainedFromWhatIsNegative) {
  FactorNorm norm = parse_norm("l2");
  norm.nonnegative = true;
  Vector dual, y;
  EXPECT_EQ(NormProx(norm).align(-Vector::Ones(3), Vector(), dual, y), 0);
  EXPECT_EQ(y, Vector::Zero(3));
}

}  // namespace
}  // namespace hadal
