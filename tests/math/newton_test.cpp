#include <gtest/gtest.h>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/descent/factor_newton.hpp"
#include "hadal/descent/two_level.hpp"
#include "hadal/kernel/products.hpp"
#include "hadal/kernel/schur_complement.hpp"
#include "hadal/loss/free_offset.hpp"
#include "hadal/loss/squared.hpp"
#include "math/support.hpp"

namespace hadal {
namespace {

struct Setting {
  explicit Setting(unsigned seed, double density = 0.5)
      : random(seed),
        entries(
            test::sampled_entries(random.matrix(25, 4) * random.matrix(4, 18), density, random)),
        pattern(entries),
        target(Eigen::Map<const Vector>(entries.value.data(), entries.size())),
        weight(random.vector(target.size()).cwiseAbs().array() + 0.2),
        family(pattern) {}
  RankOneAtoms atoms(Index r) {
    RankOneAtoms a{random.matrix(25, r), random.matrix(18, r)};
    family.compress(a);
    return a;
  }
  /// The leading singular pairs of the data, zeros where nothing is observed.
  RankOneAtoms spectral_atoms(Index r) const {
    const Eigen::JacobiSVD<Matrix> svd(test::dense(pattern, target),
                                       Eigen::ComputeThinU | Eigen::ComputeThinV);
    const Vector root = svd.singularValues().head(r).cwiseSqrt();
    return {Factor(svd.matrixU().leftCols(r) * root.asDiagonal()),
            Factor(svd.matrixV().leftCols(r) * root.asDiagonal())};
  }
  template <class L>
  double objective(const L& loss, const RankOneAtoms& a) const {
    Vector z, residual;
    family.predict(a, z);
    return loss.evaluate(z, residual) + lambda * family.penalty(a);
  }
  template <class L>
  double gradient_norm(const L& loss, const RankOneAtoms& a) const {
    Vector z, residual;
    Factor gu, gv;
    family.predict(a, z);
    loss.evaluate(z, residual);
    apply(pattern, residual, a.v, gu);
    apply_transpose(pattern, residual, a.u, gv);
    return std::hypot((gu - lambda * a.u).norm(), (gv - lambda * a.v).norm());
  }

  double lambda = 1;
  test::Random random;
  Entries entries;
  ObservedPattern pattern;
  Vector target, weight;
  RankOneFamily family;
};

template <class L>
void expect_descent(Setting& s, const L& loss) {
  RankOneAtoms atoms = s.spectral_atoms(6);
  const RankOneAtoms none = s.family.empty();
  const std::vector<double> nothing;
  const FactorNewton newton;
  double before = s.objective(loss, atoms);
  for (int i = 0; i < 40; ++i) {
    DescentGoal goal;
    goal.iteration_max = 1;
    goal.reduction = 0;
    const DescentReport report =
        newton.descend(loss, s.family, s.lambda, atoms, {none, nothing}, goal);
    const double after = s.objective(loss, atoms);
    EXPECT_LE(after, before * (1 + 1e-13));
    EXPECT_NEAR(report.objective, after, 1e-12 * after);
    before = after;
  }
  EXPECT_LT(s.gradient_norm(loss, atoms), 1e-12 * s.target.norm() * s.target.norm());
  ASSERT_GT(atoms.size(), 0);
  // Balanced: U^T U = V^T V is diagonal and does not increase.
  const Matrix gram = atoms.u.transpose() * atoms.u;
  EXPECT_LT((gram - Matrix(atoms.v.transpose() * atoms.v)).norm(), 1e-11 * gram.norm());
  EXPECT_LT((gram - Matrix(gram.diagonal().asDiagonal())).norm(), 1e-11 * gram.norm());
  for (Index c = 1; c < atoms.size(); ++c) EXPECT_GE(gram(c - 1, c - 1), gram(c, c));
}

TEST(FactorNewton, NeverRaisesFAndReachesAStationaryPoint) {
  for (const unsigned seed : {1u, 2u, 3u}) {
    Setting s(seed);
    expect_descent(s, SquaredLoss(s.target));
    expect_descent(s, SquaredLoss(s.target, s.weight));
    expect_descent(s, FreeOffsetLoss(s.pattern, SquaredLoss(s.target), true, true, 0.1));
  }
}

TEST(FactorNewton, StopsAtOnceWhenCancelledAndKeepsNothingFromNothing) {
  Setting s(4);
  const SquaredLoss loss(s.target);
  const RankOneAtoms none = s.family.empty();
  const std::vector<double> nothing;
  RankOneAtoms atoms = s.atoms(3);
  const double before = s.objective(loss, atoms);
  DescentGoal goal;
  goal.cancelled = [] { return true; };
  FactorNewton().descend(loss, s.family, s.lambda, atoms, {none, nothing}, goal);
  EXPECT_NEAR(s.objective(loss, atoms), before, 1e-12 * before);
  atoms = none;
  const DescentReport report =
      FactorNewton().descend(loss, s.family, s.lambda, atoms, {none, nothing}, DescentGoal{});
  EXPECT_EQ(atoms.size(), 0);
  EXPECT_TRUE(report.at_floor);
}

TEST(FactorNewton, DropsAtomsThatCostMoreThanTheyBring) {
  Setting s(5);
  s.lambda = 1e6;  // far above lambda_max
  RankOneAtoms atoms = s.atoms(5);
  const RankOneAtoms none = s.family.empty();
  const std::vector<double> nothing;
  FactorNewton().descend(SquaredLoss(s.target), s.family, s.lambda, atoms, {none, nothing},
                         DescentGoal{});
  EXPECT_EQ(atoms.size(), 0);
}

TEST(Compress, KeepsTheProductAndMakesThePenaltyItsNuclearNorm) {
  Setting s(6);
  RankOneAtoms atoms{s.random.matrix(25, 20), s.random.matrix(18, 20)};  // more than columns
  atoms.u.col(3) = atoms.u.col(2);
  const Matrix product = atoms.u * atoms.v.transpose();
  const double before = s.family.penalty(atoms);
  s.family.compress(atoms);
  EXPECT_LE(atoms.size(), 18);
  EXPECT_LT((atoms.u * atoms.v.transpose() - product).norm(), 1e-12 * product.norm());
  EXPECT_NEAR(s.family.penalty(atoms), test::dense_singular_values(product).sum(), 1e-10);
  EXPECT_LE(s.family.penalty(atoms), before);
}

/// The Hessian of F at (U, V) as a dense matrix over the entries of U, then V, row by row.
Matrix dense_hessian(const ObservedPattern& p, const Factor& u, const Factor& v, const Vector& w,
                     const Vector& residual, const Vector& row_scale, const Vector& column_scale,
                     double lambda) {
  const Index r = u.cols(), rows = p.rows() * r;
  Matrix h = lambda * Matrix::Identity(rows + p.columns() * r, rows + p.columns() * r);
  p.for_each([&](Index k, Index i, Index j) {
    const double d = row_scale[i] * column_scale[j];
    Vector jacobian = Vector::Zero(h.rows());
    jacobian.segment(i * r, r) = d * v.row(j).transpose();
    jacobian.segment(rows + j * r, r) = d * u.row(i).transpose();
    h += w[k] * jacobian * jacobian.transpose();
    for (Index c = 0; c < r; ++c) {
      h(i * r + c, rows + j * r + c) -= d * residual[k];
      h(rows + j * r + c, i * r + c) -= d * residual[k];
    }
  });
  return h;
}

void expect_schur_of_dense(Index rows, Index columns, Index r, const Tiling& tiling) {
  test::Random random(9);
  Entries entries = test::sampled_entries(random.matrix(rows, columns), 0.4, random);
  entries.columns += 1;  // a column without entries
  columns += 1;
  const ObservedPattern p(entries, tiling);
  const Factor u = random.matrix(rows, r), v = random.matrix(columns, r);
  const auto positive = [&](Index n) -> Vector {
    return random.vector(n).cwiseAbs().array() + 0.5;
  };
  const Vector w = positive(p.observed()), residual = 0.3 * random.vector(p.observed());
  const Vector row_scale = positive(rows), column_scale = positive(columns);
  const double lambda = 0.8;
  const Matrix h = dense_hessian(p, u, v, w, residual, row_scale, column_scale, lambda);
  const bool keeps = SchurComplement::keeps_rows(p);
  const Index nu = rows * r, nv = columns * r;
  const Matrix kk = keeps ? h.topLeftCorner(nu, nu) : h.bottomRightCorner(nv, nv);
  const Matrix ee = keeps ? h.bottomRightCorner(nv, nv) : h.topLeftCorner(nu, nu);
  const Matrix ke = keeps ? h.topRightCorner(nu, nv) : h.bottomLeftCorner(nv, nu);
  const SchurComplement schur(p, row_scale.asDiagonal() * u, column_scale.asDiagonal() * v, w,
                              residual / 0.7, 0.7, row_scale, column_scale, lambda);

  const auto flat = [](const SingleFactor& f) -> Vector {
    return Eigen::Map<const SingleVector>(f.data(), f.size()).cast<double>();
  };
  const auto draw = [&](Index n) { return SingleFactor(random.matrix(n, r).cast<float>()); };
  const SingleFactor d = draw(keeps ? rows : columns), gk = draw(keeps ? rows : columns),
                     ge = draw(keeps ? columns : rows);
  const auto near = [](const Vector& got, const Vector& expected) {
    EXPECT_LT((got - expected).norm(), 1e-4 * expected.norm());
  };
  SingleFactor out;
  schur.apply(d, out);
  const Eigen::LDLT<Matrix> inverse(ee);
  near(flat(out), kk * flat(d) - ke * inverse.solve(ke.transpose() * flat(d)));
  near(flat(schur.reduce(gk, ge)), flat(gk) - ke * inverse.solve(flat(ge)));
  near(flat(schur.recover(d, ge)), inverse.solve(flat(ge) - ke.transpose() * flat(d)));
}

TEST(SchurComplement, IsThatOfTheDenseHessian) {
  // Both sides kept, lines with fewer and with more entries than atoms, odd and whole lanes.
  for (const Index r : {1, 3, 8, 11}) {
    for (const Tiling& tiling : {Tiling{}, Tiling{1, 1, 4, 3}}) {
      expect_schur_of_dense(9, 14, r, tiling);
      expect_schur_of_dense(15, 8, r, tiling);
    }
  }
}

TEST(SchurComplement, EndsAndStaysFiniteWhereNothingIsLeftOfTheRidge) {
  test::Random random(10);
  const ObservedPattern p(test::sampled_entries(random.matrix(2, 3), 0.9, random));
  const Factor zero_u = Factor::Zero(2, 2), zero_v = Factor::Zero(3, 2);
  const SchurComplement schur(p, zero_u, zero_v, Vector(), Vector::Ones(p.observed()), 1, Vector(),
                              Vector(), 1e-60);  // 0 in single precision
  EXPECT_TRUE(schur.recover(SingleFactor::Zero(2, 2), SingleFactor::Ones(3, 2)).rows() == 3);
}

TEST(TwoLevel, IsSymmetricPositiveDefinite) {
  Setting s(7);
  const RankOneAtoms atoms = s.atoms(5), none = s.family.empty();
  const TwoLevelPreconditioner m(s.family, s.weight, atoms, none, {}, 0.7, 1);
  for (int trial = 0; trial < 30; ++trial) {
    const auto draw = [&](Index rows) {
      return SingleFactor(s.random.matrix(rows, 5).cast<float>());
    };
    const SingleFactor xu = draw(25), xv = draw(18), yu = draw(25), yv = draw(18);
    SingleFactor mxu, mxv, myu, myv;
    m.apply(xu, xv, mxu, mxv);
    m.apply(yu, yv, myu, myv);
    const auto inner = [](const SingleFactor& a, const SingleFactor& b) {
      return a.cast<double>().cwiseProduct(b.cast<double>()).sum();
    };
    const double xy = inner(yu, mxu) + inner(yv, mxv), yx = inner(xu, myu) + inner(xv, myv);
    const double size =
        std::sqrt((inner(mxu, mxu) + inner(mxv, mxv)) * (inner(yu, yu) + inner(yv, yv)));
    EXPECT_NEAR(xy, yx, 1e-4 * size);
    EXPECT_GT(inner(xu, mxu) + inner(xv, mxv), 0);
  }
}

}  // namespace
}  // namespace hadal
