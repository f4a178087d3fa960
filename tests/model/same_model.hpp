#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>

#include "hadal/model/fitted_model.hpp"

namespace hadal::test {

inline bool same(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

template <class Array>
bool same_array(const Array& a, const Array& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return false;
  for (Index k = 0; k < a.size(); ++k)
    if (!same(a.data()[k], b.data()[k])) return false;
  return true;
}

/// What the models of all families have is the same, bit for bit; but for the slack.
inline void expect_same_fit(const FittedModel& a, const FittedModel& b) {
  EXPECT_EQ(a.loss, b.loss);
  EXPECT_TRUE(same(a.huber_threshold, b.huber_threshold));
  EXPECT_TRUE(same(a.lambda, b.lambda));
  EXPECT_TRUE(same(a.lambda_max, b.lambda_max));
  const Certificate &c = a.certificate, &d = b.certificate;
  EXPECT_TRUE(same(c.objective, d.objective));
  EXPECT_TRUE(same(c.lower_bound, d.lower_bound));
  EXPECT_TRUE(same(c.gap, d.gap));
  EXPECT_TRUE(same(c.relative_gap, d.relative_gap));
  EXPECT_TRUE(same(c.polar_bound, d.polar_bound));
  EXPECT_TRUE(same(c.dual_scale, d.dual_scale));
  EXPECT_EQ(c.proof, d.proof);
  EXPECT_EQ(c.method, d.method);
  EXPECT_TRUE(same(c.failure_probability, d.failure_probability));
  EXPECT_TRUE(same(a.tolerance, b.tolerance));
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.stop, b.stop);
  ASSERT_EQ(a.trace.size(), b.trace.size());
  for (std::size_t k = 0; k < a.trace.size(); ++k) {
    const OuterIteration &s = a.trace[k], &t = b.trace[k];
    EXPECT_EQ(s.iteration, t.iteration);
    EXPECT_EQ(s.size, t.size);
    for (const auto field :
         {&OuterIteration::objective, &OuterIteration::lower_bound, &OuterIteration::relative_gap,
          &OuterIteration::polar, &OuterIteration::seconds, &OuterIteration::passes})
      EXPECT_TRUE(same(s.*field, t.*field));
  }
  ASSERT_EQ(a.path.size(), b.path.size());
  for (std::size_t k = 0; k < a.path.size(); ++k) {
    EXPECT_EQ(a.path[k].size, b.path[k].size);
    for (const auto field : {&PathPoint::lambda, &PathPoint::objective, &PathPoint::relative_gap,
                             &PathPoint::validation_error, &PathPoint::validation_standard_error})
      EXPECT_TRUE(same(a.path[k].*field, b.path[k].*field));
  }
  EXPECT_TRUE(same(a.train_error, b.train_error));
  EXPECT_TRUE(same(a.validation_error, b.validation_error));
  EXPECT_TRUE(same(a.seconds, b.seconds));
  EXPECT_EQ(a.iterations, b.iterations);
  EXPECT_EQ(a.seed, b.seed);
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.read_options, b.read_options);
}

}  // namespace hadal::test
