#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "hadal/error.hpp"
#include "hadal/fit/matrix_fit.hpp"
#include "hadal/verify/verify.hpp"
#include "math/reference.hpp"
#include "math/support.hpp"
#include "problem_count.hpp"

namespace hadal {
namespace {

Matrix random_values(Index rows, Index columns, test::Random& random) {
  switch (random.integer(0, 5)) {
    case 0:  // noise
      return random.matrix(rows, columns);
    case 1:  // few distinct values, as ratings have
      return Matrix::NullaryExpr(rows, columns, [&] { return double(random.integer(1, 5)); });
    case 2: {  // rank deficient, exactly where the product is
      const Index rank = random.integer(1, std::min(rows, columns));
      return random.matrix(rows, rank) * random.matrix(rank, columns);
    }
    case 3: {  // zero rows
      Matrix m = random.matrix(rows, columns);
      for (Index i = 0; i < rows; ++i)
        if (random.chance(0.5)) m.row(i).setZero();
      return m;
    }
    case 4:  // repeated singular values
      return Matrix::Identity(rows, columns) * random.uniform(0.5, 2);
    default:  // all alike
      return Matrix::Constant(rows, columns, random.normal());
  }
}

struct Problem {
  MatrixData data;
  MatrixFitOptions options;
};

/// A part of the entries, or all of them, unless `density` says how much is observed.
Problem random_problem(unsigned seed, std::optional<double> density_given = {}) {
  test::Random random(seed);
  const Index rows = random.integer(1, 12), columns = random.integer(1, 9);
  const double drawn = random.chance(0.3) ? 1 : random.uniform(0.1, 1);
  const double density = density_given.value_or(drawn);
  const double scale = random.chance(0.3) ? std::pow(10, random.uniform(-150, 150)) : 1;
  Problem p;
  p.data.entries =
      test::sampled_entries(scale * random_values(rows, columns, random), density, random);
  if (random.chance(0.3))
    for (Index k = 0; k < p.data.entries.size(); ++k)
      p.data.entries.weight.push_back(std::pow(10, random.uniform(-1, 1)));
  p.options.lambda.kind = LambdaChoice::Kind::ratio;
  p.options.lambda.value = random.chance(0.1) ? 1 : std::pow(10, random.uniform(-2, 0));
  p.options.offset = static_cast<OffsetTerms>(random.integer(0, 4));
  p.options.offset_policy = random.chance(0.4) ? OffsetPolicy::free : OffsetPolicy::mean;
  p.options.offset_ridge = std::pow(10, random.uniform(-3, 0));
  p.options.norm_alpha = random.chance(0.3) ? random.uniform(0, 1) : 0;
  p.options.proof = static_cast<ProofChoice>(random.integer(0, 3));
  p.options.seed = seed;
  p.options.threads = 1;
  return p;
}

/// The largest value once mean offsets are subtracted.
double largest(const Entries& entries, const Offset& offset) {
  double size = 0;
  for (Index k = 0; k < entries.size(); ++k) {
    const double mean =
        offset.policy == OffsetPolicy::mean ? offset.at(entries.row[k], entries.column[k]) : 0;
    size = std::max(size, std::abs(entries.value[k] - mean));
  }
  return size;
}

/// Whether the offsets explain the data up to rounding, so that no digit of F means anything.
bool nothing_left(const Entries& entries, const MatrixModel& model) {
  return !(largest(entries, model.offset) > 0x1p-48 * largest(entries, Offset{}));
}

/// Everything there is to say against a model, independently of how it was found.
class Examination {
 public:
  Examination(const Problem& problem, const MatrixModel& model)
      : unit_(largest(problem.data.entries, model.offset)),
        square_(static_cast<long double>(unit_) * unit_),
        model_(model),
        reference_(problem.data.entries, model, unit_) {
    const Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic> u =
        model.u.cast<long double>() / unit_;
    x_ = u * model.v.cast<long double>().transpose();
    objective_ = reference_.objective(x_);
    dual_ = reference_.dual(x_);
  }

  /// The objective is the value of the convex problem at the model.
  void expect_objective() const {
    EXPECT_NEAR(double(claimed(model_.certificate.objective) / objective_), 1, 1e-10);
  }
  /// No valid bound from the model's residual exceeds the exact one, but for the rounding of the
  /// residual itself (data are of size one here).
  void expect_no_false_bound() const {
    EXPECT_LE(claimed(model_.certificate.lower_bound), dual_ + 1e-13L * objective_ + 1e-14L);
  }
  void expect_optimal() const {
    EXPECT_LE(objective_ - dual_, model_.tolerance * 1.01L * objective_ + 1e-13L * objective_);
  }
  /// The optimum of a solver that knows nothing of factors, run until its own gap is far below the
  /// one claimed.
  void expect_agreement() const {
    constexpr long double accuracy = 1e-12L;
    const auto solution = reference_.solve(accuracy, 200'000);
    EXPECT_LE(solution.value - solution.bound, accuracy * solution.value) << "not converged";
    EXPECT_LE(claimed(model_.certificate.lower_bound), solution.value * (1 + 1e-12L));
    EXPECT_LE(std::abs(objective_ / solution.value - 1), model_.tolerance + 2 * accuracy);
  }

 private:
  long double claimed(double figure) const { return figure / square_; }

  double unit_;
  long double square_;
  const MatrixModel& model_;
  test::Reference<long double> reference_;
  Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic> x_;
  long double objective_ = 0, dual_ = 0;
};

TEST(RandomProblems, NoModelClaimsMoreThanIsTrue) {
  int optimal = 0, examined = 0;
  for (int seed = 0; seed < test::problem_count(2000); ++seed) {
    SCOPED_TRACE("problem " + std::to_string(seed));
    const Problem problem = random_problem(static_cast<unsigned>(seed));
    if (problem.data.entries.size() == 0) {
      EXPECT_THROW(fit_matrix(problem.data, problem.options), DataError);
      continue;
    }
    const MatrixModel model = fit_matrix(problem.data, problem.options);
    const verify::Report report = verify::verify_matrix(model, problem.data);
    EXPECT_TRUE(report.confirmed);
    for (const verify::Check& check : report.checks) {
      if (!check.passed)
        ADD_FAILURE() << check.name << ": " << check.claimed << ", found " << check.found << ", "
                      << check.remark;
    }
    if (nothing_left(problem.data.entries, model)) {
      EXPECT_EQ(model.size(), 0);
      EXPECT_EQ(model.certificate.objective, 0);
      continue;
    }
    const Examination examination(problem, model);
    ++examined;
    examination.expect_objective();
    if (problem.options.proof == ProofChoice::none) {
      EXPECT_EQ(model.status, Status::unproven);
    } else {
      EXPECT_EQ(model.status, Status::optimal) << to_string(model.stop);
      examination.expect_no_false_bound();
    }
    if (model.status == Status::optimal) {
      ++optimal;
      examination.expect_optimal();
      examination.expect_agreement();
    }
  }
  EXPECT_GT(optimal, examined / 2);
  RecordProperty("optimal", optimal);
}

TEST(RandomProblems, NothingObservedIsRefused) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const Problem problem = random_problem(seed, 0);
    ASSERT_EQ(problem.data.entries.size(), 0);
    EXPECT_THROW(fit_matrix(problem.data, problem.options), DataError);
  }
}

TEST(RandomProblems, EverythingObservedIsSolved) {
  int solved = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE("problem " + std::to_string(seed));
    Problem problem = random_problem(seed, 1);
    ASSERT_EQ(problem.data.entries.size(),
              problem.data.entries.rows * problem.data.entries.columns);
    problem.options.proof = ProofChoice::automatic;
    const MatrixModel model = fit_matrix(problem.data, problem.options);
    EXPECT_EQ(model.status, Status::optimal);
    EXPECT_TRUE(verify::verify_matrix(model, problem.data).confirmed);
    if (nothing_left(problem.data.entries, model)) continue;
    const Examination examination(problem, model);
    examination.expect_objective();
    examination.expect_no_false_bound();
    examination.expect_optimal();
    examination.expect_agreement();
    ++solved;
  }
  EXPECT_GT(solved, 30);
}

}  // namespace
}  // namespace hadal
