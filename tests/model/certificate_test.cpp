#include "hadal/model/certificate.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "hadal/error.hpp"

namespace hadal {
namespace {

TEST(Certificate, is_optimal_only_with_a_proof_and_a_gap_within_the_tolerance) {
  Certificate claim;
  const double tolerance = 1e-6;
  for (const Proof proof : {Proof::deterministic, Proof::probabilistic}) {
    claim.proof = proof;
    claim.relative_gap = tolerance;
    EXPECT_EQ(status_of(claim, tolerance), Status::optimal);
    claim.relative_gap = std::nextafter(tolerance, 1.0);
    EXPECT_EQ(status_of(claim, tolerance), Status::bounded);
    claim.relative_gap = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(status_of(claim, tolerance), Status::bounded);
  }
  claim.proof = Proof::none;
  claim.relative_gap = 0;
  EXPECT_EQ(status_of(claim, tolerance), Status::unproven);
}

TEST(Certificate, words_and_values_are_inverse) {
  for (const Proof proof : {Proof::deterministic, Proof::probabilistic, Proof::none})
    EXPECT_EQ(proof_from_string(to_string(proof)), proof);
  for (const Status status : {Status::optimal, Status::bounded, Status::unproven})
    EXPECT_EQ(status_from_string(to_string(status)), status);
  for (const StopReason stop :
       {StopReason::tolerance, StopReason::exhausted, StopReason::stalled, StopReason::size_limit,
        StopReason::iteration_limit, StopReason::time_limit, StopReason::interrupted})
    EXPECT_EQ(stop_reason_from_string(to_string(stop)), stop);
}

TEST(Certificate, an_unknown_word_is_refused_with_the_known_ones) {
  try {
    proof_from_string("Deterministic");
    FAIL();
  } catch (const ArgumentError& error) {
    EXPECT_STREQ(
        error.what(),
        "unknown proof 'Deterministic': expected one of deterministic, probabilistic, none");
  }
  EXPECT_THROW(status_from_string(""), ArgumentError);
  EXPECT_THROW(stop_reason_from_string("tired"), ArgumentError);
  EXPECT_THROW(to_string(static_cast<Status>(17)), ArgumentError);
}

}  // namespace
}  // namespace hadal
