#include "hadal/model/certificate.hpp"

#include <array>
#include <utility>

#include "words.hpp"

namespace hadal {
namespace {

constexpr Words<Proof, 3> proof_words{"proof",
                                      {{{Proof::deterministic, "deterministic"},
                                        {Proof::probabilistic, "probabilistic"},
                                        {Proof::none, "none"}}}};

constexpr Words<Status, 3> status_words{
    "status",
    {{{Status::optimal, "optimal"}, {Status::bounded, "bounded"}, {Status::unproven, "unproven"}}}};

constexpr Words<StopReason, 7> stop_words{"stop reason",
                                          {{{StopReason::tolerance, "tolerance"},
                                            {StopReason::exhausted, "exhausted"},
                                            {StopReason::stalled, "stalled"},
                                            {StopReason::size_limit, "size_limit"},
                                            {StopReason::iteration_limit, "iteration_limit"},
                                            {StopReason::time_limit, "time_limit"},
                                            {StopReason::interrupted, "interrupted"}}}};

}  // namespace

Status status_of(const Certificate& certificate, double tolerance) {
  if (certificate.proof == Proof::none) return Status::unproven;
  return certificate.relative_gap <= tolerance ? Status::optimal : Status::bounded;
}

std::string_view to_string(Proof proof) { return proof_words.text(proof); }
std::string_view to_string(Status status) { return status_words.text(status); }
std::string_view to_string(StopReason stop) { return stop_words.text(stop); }

Proof proof_from_string(std::string_view text) { return proof_words.value(text); }
Status status_from_string(std::string_view text) { return status_words.value(text); }
StopReason stop_reason_from_string(std::string_view text) { return stop_words.value(text); }

}  // namespace hadal
