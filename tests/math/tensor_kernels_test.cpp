#include <gtest/gtest.h>

#include "hadal/error.hpp"
#include "hadal/kernel/tensor_products.hpp"
#include "math/tensor_support.hpp"

namespace hadal {
namespace {

/// out(i, c) = sum of q prod_{m != mode} W_m, entry by entry.
Factor plain_mttkrp(const TensorPattern& pattern, const Vector& q,
                    const std::vector<Factor>& factors, std::size_t mode) {
  Factor out = Factor::Zero(pattern.shape()[mode], factors.front().cols());
  pattern.for_each([&](Index k, const TensorPattern::Position& at) {
    for (Index c = 0; c < out.cols(); ++c) {
      double product = q[k];
      for (std::size_t m = 0; m < factors.size(); ++m)
        if (m != mode) product *= factors[m](at[m], c);
      out(at[mode], c) += product;
    }
  });
  return out;
}

struct Case {
  std::vector<Index> shape;
  double density;
  Index rank;
};

class TensorKernels : public testing::TestWithParam<Case> {};

TEST_P(TensorKernels, AgreeWithSumsOverEntries) {
  const auto& [shape, density, rank] = GetParam();
  test::Random random(1);
  const std::vector<Factor> factors = test::random_factors(shape, rank, random);
  const Vector dense = test::dense_tensor(factors), values = random.vector(dense.size());
  const TensorEntries entries = density < 1 ? test::sampled_tensor(shape, values, density, random)
                                            : test::full_tensor(shape, values);
  const TensorPattern pattern(entries);
  ASSERT_EQ(pattern.full(), density == 1);
  const Vector q = Eigen::Map<const Vector>(entries.value.data(), entries.size());

  Vector z;
  tensor_values(pattern, factors, z);
  Index seen = 0;
  pattern.for_each([&, shape = shape, rank = rank](Index k, const TensorPattern::Position& at) {
    Index place = 0;
    for (std::size_t m = 0; m < shape.size(); ++m) place = place * shape[m] + at[m];
    EXPECT_EQ(k, seen++);
    EXPECT_EQ(q[k], values[place]);
    EXPECT_NEAR(z[k], dense[place], 1e-12 * static_cast<double>(rank + 1));
  });
  EXPECT_EQ(seen, entries.size());

  for (std::size_t m = 0; m < shape.size(); ++m) {
    Factor out;
    mttkrp(pattern, q, factors, static_cast<Index>(m), out);
    const Factor expected = plain_mttkrp(pattern, q, factors, m);
    ASSERT_EQ(out.rows(), expected.rows());
    ASSERT_EQ(out.cols(), rank);
    if (rank > 0) {
      EXPECT_LT((out - expected).cwiseAbs().maxCoeff(), 1e-11) << "mode " << m;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, TensorKernels,
    testing::Values(Case{{5, 7}, 1, 3}, Case{{4, 5, 6}, 1, 3}, Case{{4, 5, 6}, 0.3, 3},
                    Case{{1, 1, 1}, 1, 1}, Case{{3, 1100, 2}, 1, 4}, Case{{1100, 3, 2}, 1, 4},
                    Case{{2, 3, 1100}, 1, 4}, Case{{2, 3, 1100}, 0.5, 9}, Case{{3, 2, 4, 5}, 1, 2},
                    Case{{3, 2, 4, 5}, 0.4, 2}, Case{{2, 3, 2, 3, 2, 3, 2, 2}, 1, 2},
                    Case{{2, 3, 2, 3, 2, 3, 2, 2}, 0.1, 17}, Case{{4, 5, 6}, 1, 0},
                    Case{{4, 5, 6}, 0.3, 0}, Case{{4, 5, 6}, 0, 2}, Case{{5, 6, 7}, 1, 21},
                    Case{{5, 6, 7}, 0.5, 33}, Case{{2, 3, 1100}, 1, 12},
                    Case{{3, 700, 2}, 0.5, 16}));

TEST(TensorPattern, FibresShareAllIndicesButTheLast) {
  TensorEntries entries;
  entries.shape = {3, 2, 4};
  entries.index = {{0, 0, 0, 2, 2}, {0, 0, 1, 1, 1}, {1, 3, 1, 0, 2}};
  entries.value = {1, 2, 3, 4, 5};
  const TensorPattern pattern(entries);
  ASSERT_EQ(pattern.fibres(), 3);
  EXPECT_EQ(pattern.fibre_begin(1), 2);
  EXPECT_EQ(pattern.fibre_index(2)[0], 2);
  EXPECT_EQ(pattern.fibre_index(2)[1], 1);
  EXPECT_FALSE(pattern.full());
}

TEST(TensorPattern, RefusesOrdersThatAreNoTensors) {
  TensorEntries entries;
  entries.shape = {3};
  entries.value = {1, 2, 3};
  EXPECT_THROW(TensorPattern{entries}, ArgumentError);
  entries.shape.assign(9, 1);
  entries.value = {1};
  EXPECT_THROW(TensorPattern{entries}, ArgumentError);
}

}  // namespace
}  // namespace hadal
