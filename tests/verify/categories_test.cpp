#include "../../verify/src/categories.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace hadal::verify {
namespace {

struct Group {
  std::vector<double> scores;
  std::size_t chosen;
  double weight;
};

/// Groups of 2 to 100 scores, of every size from nothing to what no exponential takes.
std::vector<Group> groups() {
  std::mt19937_64 generator(1);
  std::normal_distribution<double> normal;
  std::vector<Group> all;
  for (const std::size_t count : {2, 3, 10, 100})
    for (const double spread : {0.0, 1e-9, 1.0, 40.0, 700.0, 1e5})
      for (int trial = 0; trial < 30; ++trial) {
        Group group{{}, generator() % count, std::exp(3 * normal(generator))};
        for (std::size_t c = 0; c < count; ++c) group.scores.push_back(spread * normal(generator));
        all.push_back(std::move(group));
      }
  return all;
}

CategoryEntry entry_of(const Group& group, Real margin = 0) {
  return category_entry(group.scores, std::vector<Real>(group.scores.size(), margin), group.chosen,
                        group.weight);
}

/// Whether all are multiples of one power of two and below 2^53 of it: adding them has no rounding.
bool adds_exactly(const std::vector<double>& values) {
  double quantum = 0, largest = 0;
  for (const double x : values) {
    if (x == 0) continue;
    int exponent = 0;
    auto digits = static_cast<std::int64_t>(std::ldexp(std::frexp(std::abs(x), &exponent), 53));
    double last = std::ldexp(1.0, exponent - 53);
    for (; digits % 2 == 0; digits /= 2) last *= 2;
    quantum = quantum == 0 ? last : std::min(quantum, last);
    largest = std::max(largest, std::abs(x));
  }
  return largest <= 0x1p53 * quantum;
}

// Off the simplex by one bit the conjugate is infinite and nothing is proved.
TEST(CategoryEntry, residual_is_on_the_simplex_exactly) {
  for (const Group& group : groups()) {
    const std::vector<double> r = entry_of(group).residual;
    double sum = 0;
    for (const double x : r) sum += x;
    ASSERT_TRUE(adds_exactly(r));
    ASSERT_EQ(sum, 0);
    ASSERT_LE(r[group.chosen], group.weight);
    for (std::size_t c = 0; c < r.size(); ++c)
      ASSERT_TRUE(c == group.chosen ? r[c] >= 0 : r[c] <= 0);
  }
}

TEST(CategoryEntry, residual_is_the_negative_gradient) {
  for (const Group& group : groups()) {
    const std::vector<double> r = entry_of(group).residual;
    double total = 0, top = group.scores[0];
    for (const double z : group.scores) top = std::max(top, z);
    for (const double z : group.scores) total += std::exp(z - top);
    for (std::size_t c = 0; c < r.size(); ++c) {
      const double p = std::exp(group.scores[c] - top) / total;
      const double expected = group.weight * ((c == group.chosen ? 1 : 0) - p);
      ASSERT_NEAR(r[c], expected, 1e-12 * group.weight);
    }
  }
}

// Scores moved by up to their margins move the loss by no more than its own.
TEST(CategoryEntry, margin_holds_whatever_the_scores_are_within_theirs) {
  std::mt19937_64 generator(2);
  std::uniform_real_distribution<double> unit(-1, 1);
  double closest = 0;
  for (const double margin : {1e-12, 1e-6, 1e-2, 3.0})
    for (const Group& group : groups()) {
      const CategoryEntry at = entry_of(group, margin);
      // Everything up and the chosen one down is about the worst.
      for (int trial = 0; trial < 4; ++trial) {
        Group moved = group;
        for (std::size_t c = 0; c < moved.scores.size(); ++c)
          moved.scores[c] += trial == 0   ? (c == group.chosen ? -margin : margin)
                             : trial == 1 ? (c == group.chosen ? margin : -margin)
                                          : margin * unit(generator);
        // The moved scores are doubles: their rounding is not what is tested.
        double largest = 0;
        for (const double z : group.scores) largest = std::max(largest, std::abs(z));
        const Real change = std::abs(entry_of(moved).loss - at.loss);
        ASSERT_LE(change, at.loss_margin + 0x1p-50 * largest);
        if (margin == 1e-2)
          closest = std::max(closest, static_cast<double>(change / at.loss_margin));
      }
    }
  EXPECT_GT(closest, 0.9) << "and it is not idly large";
}

TEST(CategoryEntry, loss_keeps_its_digits) {
  const CategoryEntry sure = category_entry({50, 0}, {0, 0}, 0, 1);
  EXPECT_NEAR(static_cast<double>(sure.loss / std::exp(-50.0L)), 1, 1e-15);
  EXPECT_LT(sure.loss_margin, 1e-15L * sure.loss);
  EXPECT_NEAR(static_cast<double>(category_entry({-900, 900}, {0, 0}, 0, 1).loss), 1800, 1e-12);
}

}  // namespace
}  // namespace hadal::verify
