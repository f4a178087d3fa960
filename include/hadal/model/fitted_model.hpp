#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hadal/model/certificate.hpp"
#include "hadal/model/loss_kind.hpp"
#include "hadal/model/trace.hpp"

namespace hadal {

/// What the models of all families have: the loss and lambda, the claim, and how the fit went.
struct FittedModel {
  // problem
  LossKind loss = LossKind::squared;
  double huber_threshold = 0;  ///< d of the Huber loss, data units, > 0; 0 for any other
  double lambda = 0;
  /// The smallest lambda whose solution has no atoms; the best that a search finds where the polar
  /// is NP-hard (structured norms, tensors).
  double lambda_max = 0;

  // claim
  Certificate certificate;
  double tolerance = 1e-6;
  Status status = Status::unproven;
  StopReason stop = StopReason::tolerance;

  // record
  std::vector<OuterIteration> trace;
  std::vector<PathPoint> path;  ///< empty unless lambda was cross-validated
  double train_error = 0;       ///< on the observed entries, see mean_error; data units or loss
  double validation_error = 0;  ///< on held-out entries; NaN when nothing was held out
  double seconds = 0;
  int iterations = 0;
  std::uint64_t seed = 0;
  std::string version;       ///< of the library that fitted it
  std::string read_options;  ///< JSON: how the data file was read (see data/read.hpp)
};

}  // namespace hadal
