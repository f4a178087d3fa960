#include "hadal/fit/matrix_fold.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace hadal {
namespace {

constexpr double small_ratio = 0.02;

/// Two non-negative patterns in much noise: far below its level atoms fit noise.
Entries noisy_entries(unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  constexpr Index rows = 30, columns = 40;
  const Factor u = Factor::NullaryExpr(rows, 2, [&] { return std::abs(normal(random)); });
  const Factor v = Factor::NullaryExpr(columns, 2, [&] { return std::abs(normal(random)); });
  Entries entries;
  entries.rows = rows;
  entries.columns = columns;
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < columns; ++j) {
      entries.row.push_back(static_cast<std::int32_t>(i));
      entries.column.push_back(static_cast<std::int32_t>(j));
      entries.value.push_back(u.row(i).dot(v.row(j)) + 2 * normal(random));
    }
  return entries;
}

MatrixFitOptions non_negative() {
  MatrixFitOptions options;
  options.norm_u.nonnegative = options.norm_v.nonnegative = true;
  options.norm_v.l1 = 0.5;
  return options;
}

Split third_held_out() {
  const Entries entries = noisy_entries(1);
  std::vector<Index> each(static_cast<std::size_t>(entries.size()));
  for (std::size_t k = 0; k < each.size(); ++k) each[k] = static_cast<Index>(k);
  return split_entries(entries, random_parts(each, 3, 0), 0);
}

double no_limit() { return std::numeric_limits<double>::infinity(); }

/// The rule that ends folds which only fit noise leaves alone what comes to its end without.
TEST(MatrixFold, IsTheFitOfItsEntries) {
  const MatrixFitOptions options = non_negative();
  MatrixFold fold(third_held_out(), options, {}, no_limit);
  const FoldPoint point = fold.fit(small_ratio);
  EXPECT_FALSE(point.interrupted);
  const MatrixProblem& problem = fold.problem();
  const SolveResult<RankOneAtoms> whole =
      problem.solve(problem.lambda_at(small_ratio), problem.start(),
                    fold_options(options, problem.space()), {}, {});
  EXPECT_EQ(point.size, whole.atoms.size());
  EXPECT_EQ(point.objective, whole.certificate.objective);
  MatrixModel model;
  problem.describe(whole.atoms, model);
  const Entries held_out = third_held_out().held_out;
  double sum = 0;
  for (Index k = 0; k < held_out.size(); ++k) {
    const double z = model.u.row(held_out.row[k]).dot(model.v.row(held_out.column[k]));
    sum += std::pow(held_out.value[k] - z, 2);
  }
  const double error = std::sqrt(sum / static_cast<double>(held_out.size()));
  EXPECT_NEAR(point.held_out_error, error, 1e-10 * error);
}

/// Pictures of 20 x 20 pixels of nothing but noise.
Split noise_held_out() {
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  Entries entries;
  entries.rows = 40;
  entries.columns = 400;
  std::vector<Index> each;
  for (Index i = 0; i < entries.rows; ++i)
    for (Index j = 0; j < entries.columns; ++j) {
      each.push_back(entries.size());
      entries.row.push_back(static_cast<std::int32_t>(i));
      entries.column.push_back(static_cast<std::int32_t>(j));
      entries.value.push_back(normal(random));
    }
  return split_entries(entries, random_parts(each, 3, 0), 0);
}

TEST(MatrixFold, EndsWhereGrowingOnlyFitsNoise) {
  MatrixFitOptions options;
  options.norm_v = parse_norm("l1 + l2 + tv(grid8)");
  options.norm_v.graph = lattice(GraphKind::grid8, {20, 20, 1});
  std::vector<OuterIteration> seen;
  const auto observer = [&](const OuterIteration& outer) {
    seen.push_back(outer);
    return true;
  };
  MatrixFold fold(noise_held_out(), options, observer, no_limit);
  EXPECT_FALSE(fold.fit(0.42).interrupted);
  // More could be had: the search still finds what lowers the objective, and the last growth
  // lowered it by ten times what a fold settles for.
  ASSERT_GE(seen.size(), 4u);
  const OuterIteration& last = seen.back();
  EXPECT_GT(last.polar, 1.1 * fold.problem().lambda_at(0.42));
  EXPECT_GT(seen[seen.size() - 2].objective - last.objective, 1e-3 * last.objective);
}

TEST(MatrixFold, ThatIsCancelledSaysSo) {
  MatrixFitOptions options = non_negative();
  options.cancelled = [] { return true; };
  MatrixFold fold(third_held_out(), options, {}, no_limit);
  EXPECT_TRUE(fold.fit(small_ratio).interrupted);
}

}  // namespace
}  // namespace hadal
