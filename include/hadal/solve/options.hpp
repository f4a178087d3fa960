#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "hadal/descent/descent.hpp"
#include "hadal/model/certificate.hpp"
#include "hadal/model/trace.hpp"

namespace hadal {

/// What the solve loop is asked for and where it must stop.
struct SolveOptions {
  double lambda = 0;                   ///< > 0
  double tolerance = 1e-6;             ///< on the relative gap, > 0
  Proof proof = Proof::probabilistic;  ///< kind of proof wanted; none: a search is enough
  double failure_probability = 1e-12;  ///< of a probabilistic proof
  Index size_max = std::numeric_limits<Index>::max();
  int iteration_max = 1000;
  double time_limit = std::numeric_limits<double>::infinity();  ///< seconds
  std::uint64_t seed = 0;
  /// With Proof::none: stop as well once growing is predicted to lower F by less than this part of
  /// it, so many times in a row: a search without a bound may miss what the next one finds. A gap
  /// says how good the model is at the worst; this, what more work would still change.
  double settled = 0;
  int settled_growths = 1;
  Index first_growth = 40;  ///< atoms added at once, at the most, or as many as there are
  /// Polled, also within searches and descents; true stops the loop with the best model so far. The
  /// iteration that it cuts short is not checkpointed.
  std::function<bool()> cancelled = [] { return false; };
};

/// Everything the loop needs to go on: saved after every outer iteration and resumed from, it
/// continues to the same answer, bit for bit.
template <class Atoms>
struct LoopState {
  Atoms atoms;
  Atoms found;                    ///< by the last polar search, to grow by
  std::vector<double> collected;  ///< what each of them collects
  int iteration = 0;
  int idle = 0;             ///< outer iterations in a row that neither grew nor lowered F
  bool thorough = false;    ///< the last proof failed: the next search must be a bound
  double reduction = 1e-2;  ///< how far the next descent is to go
  double lower_bound = -std::numeric_limits<double>::infinity();
  double passes = 0;
  double seconds = 0;
  std::vector<OuterIteration> trace;
};

/// What the loop returns: the best model it had, with the certificate of exactly that model.
template <class Atoms>
struct SolveResult {
  Atoms atoms;
  Certificate certificate;
  StopReason stop = StopReason::tolerance;
  std::vector<OuterIteration> trace;
  int iterations = 0;
  double seconds = 0;
};

/// Sees every outer iteration; returning false stops the loop with the best model so far.
using SolveObserver = std::function<bool(const OuterIteration&)>;

/// Receives the state after every outer iteration.
template <class Atoms>
using Checkpoint = std::function<void(const LoopState<Atoms>&)>;

}  // namespace hadal
