#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace hadal {

struct PolarSlack;

/// Kind of proof behind a bound on the polar, strongest first.
enum class Proof {
  deterministic,  ///< holds with certainty, rounding included
  probabilistic,  ///< holds except with the stated failure probability over fresh random draws
  none            ///< only a search was made: the figures are estimates
};

/// What a fit may claim: `optimal` a proof with gap <= tolerance, `bounded` a proof with a larger
/// gap, `unproven` no proof at all.
enum class Status { optimal, bounded, unproven };

/// Why the solve loop ended.
enum class StopReason {
  tolerance,  ///< the relative gap reached the tolerance
  exhausted,  ///< the search found nothing to add, but no (better) proof was asked for or possible
  stalled,    ///< neither a decrease nor a certificate could be had in double precision
  size_limit,
  iteration_limit,
  time_limit,
  interrupted  ///< an observer asked to stop
};

/// Record of how far from the global optimum a model can be.
///
/// With F the objective, G the gradient of the loss at the model's prediction and polar_bound a
/// bound w >= polar(-G), weak duality gives min F >= lower_bound = D(dual_scale) with
/// D(s) = -conjugate(s G), 0 <= s <= min(1, lambda / w) (Haeffele and Vidal 2015, section 4;
/// docs/verification.md). Figures are in the units of the objective: squared units of the data for
/// the squared loss.
struct Certificate {
  double objective = 0;     ///< F at the model
  double lower_bound = 0;   ///< no model of any size has a smaller objective
  double gap = 0;           ///< objective - lower_bound
  double relative_gap = 0;  ///< gap / |objective|, of data scaled to size one
  double polar_bound = 0;   ///< w, in the units of lambda
  double dual_scale = 0;    ///< s
  Proof proof = Proof::none;
  std::string method;  ///< how the bound was obtained, in words
  double failure_probability =
      0;  ///< of a probabilistic proof; 0 for a deterministic one, 1 for none
  /// What proves the bound where the norms are structured and more than sigma_1 was used; null
  /// otherwise.
  std::shared_ptr<const PolarSlack> slack = nullptr;
};

/// `optimal` needs a proof and relative_gap <= tolerance; nothing else ever yields it.
Status status_of(const Certificate& certificate, double tolerance);

std::string_view to_string(Proof);
std::string_view to_string(Status);
std::string_view to_string(StopReason);
/// The inverse of to_string; throws ArgumentError naming the text and the accepted words.
Proof proof_from_string(std::string_view);
Status status_from_string(std::string_view);
StopReason stop_reason_from_string(std::string_view);

}  // namespace hadal
