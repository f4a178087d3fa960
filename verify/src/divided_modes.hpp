#pragma once

#include <string>
#include <vector>

#include "hadal/model/polar_slack.hpp"
#include "hadal/norm/factor_norm.hpp"
#include "positions.hpp"

namespace hadal::verify {

struct DividedBound {
  double bound = 0;    ///< >= polar(Q), rounding included; infinity where refused
  std::string remark;  ///< why it was refused, or not reached
};

/// A bound on polar(Q) = max <Q, w_0 o .. o w_K-1> over prod norm_m(w_m) <= 1, by branch and bound
/// over the directions of the divided modes. It ends where the bound is at most `target`, where it
/// cannot become so, or where that takes too long.
DividedBound bound_by_dividing(const Positions& positions, const std::vector<double>& q,
                               const std::vector<FactorNorm>& norms, const TensorSplit& split,
                               double target);

}  // namespace hadal::verify
