#pragma once

#include "hadal/types.hpp"

/// How a fit went, for every family of models.
namespace hadal {

/// One outer iteration of the solve loop, as observers and the report see it.
struct OuterIteration {
  int iteration = 0;
  Index size = 0;  ///< number of atoms
  double objective = 0;
  /// Best so far, at the end the claimed; while none is proved, what it is if the search has missed
  /// nothing; -infinity while not even that is known.
  double lower_bound = 0;
  double relative_gap = 0;  ///< +infinity while no bound is known
  double polar = 0;         ///< best value found by the polar search (a lower value)
  double seconds = 0;       ///< since the start of the fit
  double passes = 0;        ///< passes over the data so far (one pass: every observed entry once)
  bool proved = false;      ///< the bound is; not part of what is kept
};

/// One point of a regularisation path or cross-validation.
struct PathPoint {
  double lambda = 0;
  Index size = 0;
  double objective = 0;
  double relative_gap = 0;
  double validation_error = 0;           ///< on held-out entries (see mean_error); NaN if none
  double validation_standard_error = 0;  ///< of that figure over the folds; NaN if none
};

}  // namespace hadal
