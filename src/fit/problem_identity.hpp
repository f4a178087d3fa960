#pragma once

#include <filesystem>
#include <string>

#include "hadal/fit/fit_options.hpp"
#include "hadal/norm/factor_norm.hpp"

/// What a fit and its checkpoint are of: parts such as "loss squared", separated by "; ".
namespace hadal {

/// What all fits have: e.g. "loss squared; lambda ratio 0.1; seed 0".
std::string common_identity(const FitOptions& options);
/// E.g. "l2 + tv(grid4) >= 0 over 8 x 6 x 1 elements with 82 edges".
std::string identity_of(const FactorNorm& norm);

/// Throws ArgumentError, with the parts in which they differ, where a checkpoint's identity is not
/// that of this fit.
void require_same_problem(const std::filesystem::path& checkpoint, const std::string& saved,
                          const std::string& fitted);

}  // namespace hadal
