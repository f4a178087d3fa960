#include <gtest/gtest.h>

#include <cmath>

#include "hadal/error.hpp"
#include "hadal/loss/multinomial.hpp"
#include "hadal/model/categories.hpp"
#include "math/support.hpp"

namespace hadal {
namespace {

using Real = long double;
using Wide = Eigen::Matrix<Real, Eigen::Dynamic, 1>;

/// The loss of one group written down once more, in extended precision.
Real plain(const Wide& z, Index chosen) {
  const Real top = z.maxCoeff();
  return top + std::log((z.array() - top).exp().sum()) - z[chosen];
}

/// One-hot groups.
Vector random_target(Index groups, Index categories, test::Random& random) {
  Vector y = Vector::Zero(groups * categories);
  for (Index g = 0; g < groups; ++g) y[g * categories + random.integer(0, categories - 1)] = 1;
  return y;
}

Vector random_weight(Index groups, Index categories, test::Random& random) {
  Vector w(groups * categories);
  for (Index g = 0; g < groups; ++g)
    w.segment(g * categories, categories).setConstant(std::pow(10, random.uniform(-3, 3)));
  return w;
}

Index chosen_of(const Vector& y, Index group, Index categories) {
  Index at = 0;
  y.segment(group * categories, categories).maxCoeff(&at);
  return at;
}

/// f(random, loss, categories) for losses of several sizes, with weights.
template <class F>
void for_losses(const F& f) {
  test::Random random(3);
  for (const Index categories : {2, 3, 7, 100})
    for (const Index groups : {1, 40, 1500}) {
      const Vector y = random_target(groups, categories, random);
      f(random, MultinomialLoss(categories, y, random_weight(groups, categories, random)),
        categories);
    }
}

TEST(MultinomialLoss, IsWhatItIsDefinedAs) {
  for_losses([](test::Random& random, const MultinomialLoss& loss, Index categories) {
    const Index n = loss.target().size();
    for (const double spread : {0.0, 1.0, 30.0, 2000.0}) {
      const Vector z = spread * random.vector(n);
      Vector residual;
      Real expected = 0;
      for (Index g = 0; g < n / categories; ++g)
        expected += loss.weight()[g * categories] *
                    plain(z.segment(g * categories, categories).cast<Real>(),
                          chosen_of(loss.target(), g, categories));
      // The plain sum cancels, in extended precision.
      const double cancelled = 1e-18 * loss.weight().sum() * (1 + z.cwiseAbs().maxCoeff());
      EXPECT_NEAR(loss.evaluate(z, residual), double(expected),
                  1e-13 * double(expected) + cancelled);
      Vector alias = z;
      EXPECT_EQ(loss.evaluate(alias, alias), loss.evaluate(z, residual));
      EXPECT_EQ(alias, residual);
    }
  });
}

// Nothing is lost where the observed category is almost certain: the loss then is exp(-40).
TEST(MultinomialLoss, KeepsItsDigitsWhereItAlmostVanishes) {
  const MultinomialLoss loss(2, Vector{{1, 0}});
  Vector residual;
  EXPECT_NEAR(loss.evaluate(Vector{{40, 0}}, residual) / std::exp(-40), 1, 1e-14);
  EXPECT_NEAR(residual[0] / std::exp(-40), 1, 1e-12);
  EXPECT_NEAR(category_loss(Vector{{40, 0}}, 0) / std::exp(-40), 1, 1e-14);
}

TEST(MultinomialLoss, ResidualIsTheNegativeGradient) {
  for_losses([](test::Random& random, const MultinomialLoss& loss, Index categories) {
    const Index n = loss.target().size();
    const Vector z = random.vector(n), d = random.vector(n);
    Vector residual;
    loss.evaluate(z, residual);
    const Real h = 1e-5L;
    Real difference = 0, size = 0;
    for (Index g = 0; g < n / categories; ++g) {
      const Wide at = z.segment(g * categories, categories).cast<Real>();
      const Wide step = h * d.segment(g * categories, categories).cast<Real>();
      const Index c = chosen_of(loss.target(), g, categories);
      const Real w = loss.weight()[g * categories];
      difference += w * (plain(at + step, c) - plain(at - step, c)) / (2 * h);
      size += w;
    }
    EXPECT_NEAR(-residual.dot(d), double(difference), 1e-8 * double(size));
  });
}

// The conjugate is infinite off the simplex, to the last bit: R of a group has to sum to zero as
// doubles do that are added without any rounding, and p = e_c - s R / w may not be negative.
TEST(MultinomialLoss, ResidualStaysOnTheSimplexExactly) {
  for_losses([](test::Random& random, const MultinomialLoss& loss, Index categories) {
    const Index n = loss.target().size();
    for (const double spread : {0.0, 0.1, 5.0, 100.0, 700.0, 1e6}) {
      const Vector z = spread * random.vector(n);
      Vector residual;
      loss.evaluate(z, residual);
      for (Index g = 0; g < n / categories; ++g) {
        const Vector r = residual.segment(g * categories, categories);
        const Index c = chosen_of(loss.target(), g, categories);
        // Multiples of one power of two, below 2^53 of it: every order of adding is exact.
        double smallest = 0, largest = 0;
        for (const double x : r) {
          if (x == 0) continue;
          int e = 0;
          const double fraction = std::frexp(x, &e);
          const auto digits = static_cast<std::int64_t>(std::ldexp(std::abs(fraction), 53));
          const double last = std::ldexp(double(digits & -digits), e - 53);
          smallest = smallest == 0 ? last : std::min(smallest, last);
          largest = std::max(largest, std::abs(x));
        }
        ASSERT_LE(largest, 0x1p53 * smallest);
        ASSERT_EQ(r.sum(), 0);
        ASSERT_LE(r[c], loss.weight()[g * categories]);
        for (Index b = 0; b < categories; ++b) ASSERT_TRUE(b == c ? r[b] >= 0 : r[b] <= 0);
      }
    }
  });
}

TEST(MultinomialLoss, HessianProductIsTheDerivativeOfTheGradient) {
  for_losses([](test::Random& random, const MultinomialLoss& loss, Index categories) {
    const Index n = loss.target().size();
    const Vector z = random.vector(n), d = random.vector(n);
    const SoftmaxHessian hessian = loss.hessian_at(z);
    Vector product = d, before, after;
    hessian.apply_hessian(product);
    const double h = 1e-5;
    loss.evaluate(z + h * d, after);
    loss.evaluate(z - h * d, before);
    const Vector expected = (before - after) / (2 * h);
    const double heaviest = loss.weight().maxCoeff();
    EXPECT_LT((product - expected).cwiseAbs().maxCoeff(), 1e-5 * heaviest);
    // Its diagonal, column by column of the first group.
    for (Index c = 0; c < std::min<Index>(categories, 5); ++c) {
      Vector unit = Vector::Zero(n);
      unit[c] = 1;
      hessian.apply_hessian(unit);
      EXPECT_NEAR(unit[c], hessian.weight()[c], 1e-12 * heaviest);
      for (Index k = categories; k < n; ++k) ASSERT_EQ(unit[k], 0);
    }
  });
}

TEST(MultinomialLoss, CurvatureIsAtLeastTheHessian) {
  for_losses([](test::Random& random, const MultinomialLoss& loss, Index categories) {
    const Vector z = 3 * random.vector(loss.target().size());
    Vector curvature;
    loss.curvature(z, curvature);
    EXPECT_GT(curvature.minCoeff(), 0);
    const Index groups = std::min<Index>(20, z.size() / categories);
    for (Index g = 0; g < groups; ++g) {
      const Vector p = softmax(z.segment(g * categories, categories));
      const double w = loss.weight()[g * categories];
      Matrix rest = -w * (Matrix(p.asDiagonal()) - p * p.transpose());
      rest.diagonal() += curvature.segment(g * categories, categories);
      const Eigen::SelfAdjointEigenSolver<Matrix> eigen(rest, Eigen::EigenvaluesOnly);
      EXPECT_GT(eigen.eigenvalues()[0], -1e-14 * w);
      EXPECT_LE(curvature.segment(g * categories, categories).maxCoeff(), w / 2 * (1 + 1e-12));
    }
  });
}

// With the whole interval open the best D at R = -grad loss(z) is at least loss(z) + <R, z>, the
// equality of Fenchel and Young at s = 1.
TEST(MultinomialLoss, DualMeetsFenchelAndYoung) {
  for_losses([](test::Random& random, const MultinomialLoss& loss, Index) {
    for (const double spread : {0.1, 1.0, 5.0}) {
      // Towards what was observed, where D still rises at s = 1.
      const Vector z = spread * (loss.target() + 0.1 * random.vector(loss.target().size()));
      Vector residual;
      const double at = loss.evaluate(z, residual), young = at + residual.dot(z);
      const DualPoint dual = loss.dual(residual, 1);
      EXPECT_GE(dual.value, young - 1e-12 * (at + std::abs(young)));
      if (dual.scale == 1) {
        EXPECT_NEAR(dual.value, young, 1e-11 * (at + std::abs(young)));
      }
    }
  });
}

// -conjugate(-s R) is the least value of loss(z') + s <R, z'> over z': by Newton's method from many
// places, in extended precision, for one group.
TEST(MultinomialLoss, DualIsTheConjugateByBruteForce) {
  test::Random random(5);
  for (int trial = 0; trial < 200; ++trial) {
    const Index categories = random.integer(2, 5);
    const double w = std::pow(10, random.uniform(-2, 2));
    const Vector y = random_target(1, categories, random);
    const MultinomialLoss loss(categories, y, Vector::Constant(categories, w));
    const Index c = chosen_of(y, 0, categories);
    Vector residual;
    loss.evaluate(random.uniform(0.1, 4) * random.vector(categories), residual);
    const DualPoint dual = loss.dual(residual, random.uniform(0.05, 1));
    const auto f = [&](const Wide& z) {
      return w * plain(z, c) + Real{dual.scale} * residual.cast<Real>().dot(z);
    };
    // Where the gradient vanishes: softmax(z) = e_c - s R / w.
    const Wide p = (y - dual.scale / w * residual).cast<Real>();
    if (p.minCoeff() <= 0) continue;
    const Wide best = p.array().log();
    EXPECT_NEAR(dual.value, double(f(best)), 1e-12 * w);
    for (int other = 0; other < 50; ++other)
      EXPECT_LE(
          dual.value - dual.rounding,
          double(f(best + Wide(random.uniform(0, 3) * random.vector(categories).cast<Real>()))));
  }
}

TEST(MultinomialLoss, DualLessItsRoundingIsABoundAndTheBestOfTheInterval) {
  for_losses([](test::Random& random, const MultinomialLoss& loss, Index) {
    const Index n = loss.target().size();
    Vector other;
    for (const double spread : {0.1, 1.0, 5.0}) {
      const Vector z = spread * random.vector(n);
      Vector residual;
      const double at = loss.evaluate(z, residual);
      double last = 0;
      for (const double s_max : {0.0, 0.2, 0.4, 0.7, 1.0}) {
        const DualPoint dual = loss.dual(residual, s_max);
        EXPECT_GE(dual.value, last * (1 - 1e-12));  // a larger interval
        EXPECT_LE(dual.scale, s_max);
        EXPECT_LT(dual.rounding, 1e-12 * (1 + at));
        last = dual.value;
        for (const double t : {0.0, 0.5, 0.9, 1.0, 1.1})
          EXPECT_LE(dual.value - dual.rounding,
                    loss.evaluate(t * z, other) + dual.scale * residual.dot(t * z) + 1e-13 * at);
      }
    }
  });
}

// The smallest change of one double leaves the simplex, and proves nothing.
TEST(MultinomialLoss, AResidualOffTheSimplexProvesNothing) {
  const MultinomialLoss loss(3, Vector{{0, 1, 0, 1, 0, 0}});
  Vector residual;
  loss.evaluate(Vector{{0.1, 0.3, -0.2, 0.4, 0.5, 0.1}}, residual);
  EXPECT_GT(loss.dual(residual, 1).value, 0);
  residual[4] = std::nextafter(residual[4], 0.0);
  EXPECT_EQ(loss.dual(residual, 1).value, 0);
}

TEST(MultinomialLoss, RefusesWhatIsNoGroupOfCategories) {
  const Vector good{{0, 1, 1, 0}};
  EXPECT_NO_THROW(MultinomialLoss(2, good, Vector::Ones(4)));
  EXPECT_THROW(MultinomialLoss(1, good), ArgumentError);
  EXPECT_THROW(MultinomialLoss(101, Vector::Unit(101, 3)), ArgumentError);
  EXPECT_THROW(MultinomialLoss(3, good), ArgumentError);
  EXPECT_THROW(MultinomialLoss(4, good), ArgumentError);
  EXPECT_THROW(MultinomialLoss(2, Vector{{0, 1, 1, 1}}), ArgumentError);
  EXPECT_THROW(MultinomialLoss(2, Vector{{0, 1, 0, 0}}), ArgumentError);
  EXPECT_THROW(MultinomialLoss(2, good, Vector::Ones(3)), ArgumentError);
  EXPECT_THROW(MultinomialLoss(2, good, Vector{{1, 1, 1, 2}}), ArgumentError);
}

}  // namespace
}  // namespace hadal
