#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/error.hpp"
#include "hadal/loss/squared.hpp"
#include "hadal/solve/path.hpp"
#include "hadal/solve/solve.hpp"

// The loop on a family of atoms of its own: signed columns of a dictionary with penalty |w|. The
// problem is the lasso, the polar max_j |a_j^T q| is exact.
namespace hadal {
namespace {

struct Signed {
  std::vector<Index> column;
  std::vector<double> weight;
  Index size() const { return static_cast<Index>(column.size()); }
};

struct LassoFamily {
  using Atoms = Signed;
  Matrix dictionary;
  int degree = 1;
  Proof kind = Proof::deterministic;

  static int map_degree() { return 1; }
  int penalty_degree() const { return degree; }
  Atoms empty() const { return {}; }
  void predict(const Atoms& a, Vector& z) const {
    z = Vector::Zero(dictionary.rows());
    for (Index k = 0; k < a.size(); ++k) z += a.weight[k] * dictionary.col(a.column[k]);
  }
  double penalty(const Atoms& a) const {
    double sum = 0;
    for (const double w : a.weight) sum += std::abs(w);
    return sum;
  }
  PolarResult<Atoms> polar(const Vector& q, const Atoms&, const PolarRequest&) const {
    const Vector c = dictionary.transpose() * q;
    Index best = 0;
    PolarResult<Atoms> result;
    result.value = c.cwiseAbs().maxCoeff(&best);
    result.found = {{best}, {c[best] < 0 ? -1.0 : 1.0}};
    result.collected = {result.value};
    result.bound = {result.value * (1 + 1e-14), kind, "enumeration", 0};
    return result;
  }
  void append(Atoms& a, const Atoms& found, const std::vector<double>& amounts,
              double scale) const {
    for (std::size_t k = 0; k < amounts.size(); ++k) {
      a.column.push_back(found.column[k]);
      a.weight.push_back(scale * amounts[k] * found.weight[k]);
    }
  }
  void compress(Atoms& a) const {
    std::map<Index, double> sums;
    for (Index k = 0; k < a.size(); ++k) sums[a.column[k]] += a.weight[k];
    a = {};
    for (const auto& [column, weight] : sums) {
      if (weight == 0) continue;
      a.column.push_back(column);
      a.weight.push_back(weight);
    }
  }
};

double soft(double x, double by) { return std::copysign(std::max(0.0, std::abs(x) - by), x); }

/// Coordinate descent on the atoms' weights.
struct CoordinateDescent {
  DescentReport descend(const SquaredLoss& loss, const LassoFamily& family, double lambda,
                        Signed& atoms, const Outside<Signed>&, const DescentGoal&) const {
    family.compress(atoms);
    Vector z, residual;
    family.predict(atoms, z);
    double change = 0;
    for (int sweep = 0; sweep < 2000; ++sweep) {
      change = 0;
      for (Index k = 0; k < atoms.size(); ++k) {
        const auto a = family.dictionary.col(atoms.column[k]);
        const double square = a.squaredNorm(), old = atoms.weight[k];
        atoms.weight[k] = soft(a.dot(loss.target() - z) + square * old, lambda) / square;
        z += (atoms.weight[k] - old) * a;
        change = std::max(change, std::abs(atoms.weight[k] - old));
      }
      if (change < 1e-14) break;
    }
    DescentReport report;
    report.objective = loss.evaluate(z, residual) + lambda * family.penalty(atoms);
    report.at_floor = change < 1e-12;
    return report;
  }
};

struct NoDescent {
  DescentReport descend(const SquaredLoss&, const LassoFamily&, double, Signed&,
                        const Outside<Signed>&, const DescentGoal&) const {
    DescentReport report;
    report.at_floor = true;
    return report;
  }
};

class ToyFamily : public testing::Test {
 protected:
  ToyFamily() {
    std::srand(1);
    family.dictionary = Matrix::Random(20, 35);
    loss = SquaredLoss(Vector::Random(20) + 2 * family.dictionary.col(3));
    options.lambda = 0.1 * (family.dictionary.transpose() * loss.target()).cwiseAbs().maxCoeff();
    options.tolerance = 1e-9;
    options.proof = Proof::deterministic;
  }
  template <class D>
  SolveLoop<SquaredLoss, LassoFamily, D> loop(const D& d) const {
    return {loss, family, d, options};
  }
  double optimum() const {
    Signed all;
    for (Index j = 0; j < 35; ++j) all.column.push_back(j), all.weight.push_back(1e-3);
    const Signed none;
    const std::vector<double> nothing;
    return descent.descend(loss, family, options.lambda, all, {none, nothing}, {}).objective;
  }

  LassoFamily family;
  SquaredLoss loss{Vector()};
  SolveOptions options;
  CoordinateDescent descent;
};

TEST_F(ToyFamily, ReachesTheLassoOptimumFromEveryStart) {
  const double exact = optimum();
  const auto cold = loop(descent).run();
  const auto warm = loop(descent).run_from({{5, 8, 5}, {2.0, -1.0, 3.0}});
  for (const auto* result : {&cold, &warm}) {
    EXPECT_EQ(result->stop, StopReason::tolerance);
    EXPECT_NEAR(result->certificate.objective, exact, 1e-8 * exact);
    EXPECT_LE(result->certificate.lower_bound, exact * (1 + 1e-12));
    EXPECT_EQ(status_of(result->certificate, options.tolerance), Status::optimal);
  }
}

TEST_F(ToyFamily, OrthonormalDictionaryHasAClosedForm) {
  family.dictionary = Eigen::HouseholderQR<Matrix>(family.dictionary.leftCols(20)).householderQ();
  const Vector c = family.dictionary.transpose() * loss.target();
  const auto result = loop(descent).run();
  for (Index k = 0; k < result.atoms.size(); ++k)
    EXPECT_NEAR(result.atoms.weight[k], soft(c[result.atoms.column[k]], options.lambda), 1e-8);
  EXPECT_EQ(result.atoms.size(), (c.array().abs() > options.lambda).count());
}

TEST_F(ToyFamily, RefusesMismatchedDegreesNamingBoth) {
  family.degree = 2;
  try {
    loop(descent);
    FAIL();
  } catch (const ArgumentError& e) {
    EXPECT_NE(std::string(e.what()).find("degree 1"), std::string::npos);
    EXPECT_NE(std::string(e.what()).find("degree 2"), std::string::npos);
  }
}

TEST_F(ToyFamily, RefusesOptionsOutOfRange) {
  for (const double bad : {0.0, -1.0, std::nan(""), double(INFINITY)}) {
    options.lambda = bad;
    EXPECT_THROW(loop(descent), ArgumentError);
  }
  options.lambda = 1;
  options.tolerance = 0;
  EXPECT_THROW(loop(descent), ArgumentError);
}

TEST_F(ToyFamily, ObserverSeesEveryIterationWithFNeverRising) {
  auto l = loop(descent);
  std::vector<OuterIteration> seen;
  l.observe([&](const OuterIteration& o) { return seen.push_back(o), true; });
  const auto result = l.run();
  ASSERT_EQ(static_cast<int>(seen.size()), result.iterations);
  EXPECT_EQ(seen.size(), result.trace.size());
  for (std::size_t k = 0; k < seen.size(); ++k) {
    EXPECT_EQ(seen[k].iteration, static_cast<int>(k));
    if (k == 0) continue;
    EXPECT_LE(seen[k].objective, seen[k - 1].objective * (1 + 1e-14));
    EXPECT_GE(seen[k].lower_bound, seen[k - 1].lower_bound);
  }
}

TEST_F(ToyFamily, LimitsEndWithTheirReasonAndAnHonestCertificate) {
  const double exact = optimum();
  const auto expect_honest = [&](const SolveResult<Signed>& result, StopReason reason) {
    EXPECT_EQ(result.stop, reason) << to_string(result.stop);
    EXPECT_EQ(status_of(result.certificate, options.tolerance), Status::bounded);
    EXPECT_LE(result.certificate.lower_bound, exact * (1 + 1e-12));
    EXPECT_GE(result.certificate.objective, exact * (1 - 1e-12));
  };
  auto interrupted = loop(descent);
  interrupted.observe([](const OuterIteration& o) { return o.iteration < 1; });
  expect_honest(interrupted.run(), StopReason::interrupted);
  const SolveOptions usual = options;
  options.iteration_max = 2;
  expect_honest(loop(descent).run(), StopReason::iteration_limit);
  options = usual;
  options.size_max = 2;
  const auto small = loop(descent).run();
  expect_honest(small, StopReason::size_limit);
  EXPECT_LE(small.atoms.size(), 2);
  options = usual;
  options.time_limit = 1e-12;
  expect_honest(loop(descent).run(), StopReason::time_limit);
}

TEST_F(ToyFamily, ResumesFromEveryCheckpointToTheSameBits) {
  std::vector<LoopState<Signed>> states;
  auto l = loop(descent);
  l.checkpoint([&](const LoopState<Signed>& s) { states.push_back(s); });
  const auto whole = l.run();
  ASSERT_GT(states.size(), 2u);
  for (const LoopState<Signed>& state : states) {
    const auto resumed = loop(descent).run(state);
    EXPECT_EQ(resumed.atoms.column, whole.atoms.column);
    EXPECT_EQ(resumed.atoms.weight, whole.atoms.weight);
    EXPECT_EQ(resumed.iterations, whole.iterations);
  }
}

TEST_F(ToyFamily, FollowsAPathToTheOptimumOfEveryLambda) {
  const double usual = options.lambda;
  std::vector<double> seen;
  const auto solve = [&](double lambda, Signed atoms) {
    options.lambda = lambda;
    return loop(descent).run_from(std::move(atoms));
  };
  follow_path(std::vector<double>{usual, 4 * usual, 2 * usual}, family.empty(), solve,
              [&](double lambda, const SolveResult<Signed>& result) {
                seen.push_back(lambda);
                EXPECT_EQ(result.stop, StopReason::tolerance);
                const double exact = optimum();
                EXPECT_NEAR(result.certificate.objective, exact, 1e-5 * exact);
              });
  EXPECT_THAT(seen, testing::ElementsAre(4 * usual, 2 * usual, usual));
}

TEST_F(ToyFamily, APathEndsWhereItIsCutShort) {
  int points = 0;
  const auto interrupted = [&](double lambda, Signed atoms) {
    options.lambda = lambda;
    auto l = loop(descent);
    l.observe([](const OuterIteration&) { return false; });
    return l.run_from(std::move(atoms));
  };
  const double usual = options.lambda;
  follow_path(std::vector<double>{usual, usual / 2}, family.empty(), interrupted,
              [&](double, const SolveResult<Signed>&) { ++points; });
  EXPECT_EQ(points, 1);
}

TEST_F(ToyFamily, WithoutAProofNothingIsOptimal) {
  const double exact = optimum();
  options.proof = Proof::none;
  const auto searched = loop(descent).run();
  EXPECT_EQ(searched.stop, StopReason::exhausted);
  EXPECT_EQ(status_of(searched.certificate, options.tolerance), Status::unproven);
  EXPECT_NEAR(searched.certificate.objective, exact, 1e-8 * exact);
  // A family that can only search, although a proof was asked for.
  options.proof = Proof::deterministic;
  family.kind = Proof::none;
  EXPECT_EQ(status_of(loop(descent).run().certificate, options.tolerance), Status::unproven);
}

TEST_F(ToyFamily, SettlesWhereGrowingPromisesLittle) {
  const double exact = optimum();
  options.proof = Proof::none;
  const auto whole = loop(descent).run();
  options.settled = 0.05;
  const auto settled = loop(descent).run();
  EXPECT_LT(settled.iterations, whole.iterations);
  EXPECT_GT(settled.certificate.objective, exact);
  EXPECT_LT(settled.certificate.objective, 1.5 * exact);
  options.settled_growths = 2;
  EXPECT_EQ(loop(descent).run().iterations, settled.iterations + 1);
  EXPECT_EQ(status_of(settled.certificate, options.tolerance), Status::unproven);
}

TEST_F(ToyFamily, ADescentThatDoesNothingStalls) {
  // Too large a weight to begin with: only a descent could shrink it.
  const NoDescent nothing;
  const auto result = loop(nothing).run_from({{3}, {50.0}});
  EXPECT_TRUE(result.stop == StopReason::stalled || result.stop == StopReason::iteration_limit);
  EXPECT_LE(result.iterations, options.iteration_max);
  EXPECT_EQ(status_of(result.certificate, options.tolerance), Status::bounded);
}

}  // namespace
}  // namespace hadal
