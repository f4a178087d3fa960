#include "hadal/fit/preprocess.hpp"

#include <gtest/gtest.h>

#include "math/support.hpp"

namespace hadal {
namespace {

Entries weighted_entries(unsigned seed) {
  test::Random random(seed);
  Entries e = test::sampled_entries(random.matrix(12, 9).array() + 3, 0.4, random);
  e.rows = 13;  // the last row is empty
  for (Index k = 0; k < e.size(); ++k) e.weight.push_back(random.uniform(0.5, 2));
  return e;
}

/// Weighted sums of what the offset leaves: over all, by row and by column.
struct Remainder {
  Remainder(const Entries& e, const Offset& o)
      : row(Vector::Zero(e.rows)), column(Vector::Zero(e.columns)) {
    for (Index k = 0; k < e.size(); ++k) {
      const double left = e.weight[k] * (e.value[k] - o.at(e.row[k], e.column[k]));
      total += left;
      row[e.row[k]] += left;
      column[e.column[k]] += left;
    }
  }
  double total = 0;
  Vector row, column;
};

TEST(MeanOffset, LeavesNothingOnAverage) {
  const Entries e = weighted_entries(1);
  EXPECT_EQ(mean_offset(e, OffsetTerms::none).global, 0);
  EXPECT_NEAR(Remainder(e, mean_offset(e, OffsetTerms::global)).total, 0, 1e-11);
  const Offset rows = mean_offset(e, OffsetTerms::rows);
  EXPECT_LT(Remainder(e, rows).row.norm(), 1e-11);
  EXPECT_EQ(rows.row[12], 0);  // of an empty row
  EXPECT_EQ(rows.column.size(), 0);
  EXPECT_LT(Remainder(e, mean_offset(e, OffsetTerms::columns)).column.norm(), 1e-11);
}

TEST(MeanOffset, BothIsTheLeastSquaresFit) {
  for (const unsigned seed : {2u, 3u, 4u}) {
    const Entries e = weighted_entries(seed);
    const Remainder left(e, mean_offset(e, OffsetTerms::both));
    EXPECT_LT(left.row.norm(), 1e-9);
    EXPECT_LT(left.column.norm(), 1e-9);
  }
}

TEST(CountWeights, AreThePowersOfTheCounts) {
  const Entries e = weighted_entries(5);
  const NormWeights norm = count_weights(e, 0.6);
  Vector count = Vector::Zero(13);
  for (const std::int32_t i : e.row) count[i] += 1;
  for (Index i = 0; i < 13; ++i)
    EXPECT_NEAR(norm.row_scale[i], std::pow(std::max(1.0, count[i]), -0.3), 1e-15);
  EXPECT_EQ(norm.column_scale.size(), 9);
  EXPECT_EQ(count_weights(e, 0).row_scale.size(), 0);
}

}  // namespace
}  // namespace hadal
