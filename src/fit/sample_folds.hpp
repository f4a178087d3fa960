#pragma once

#include <cstdint>
#include <vector>

#include "hadal/data/samples.hpp"

namespace hadal {

/// Samples to fit, and those held out from the fit.
struct SampleFold {
  SampleData train, held_out;
};

/// Of a cross-validation: every sample is held out once, at random; samples of a class are spread
/// evenly. There are at most as many folds as samples.
std::vector<SampleFold> sample_folds(const SampleData& data, int folds, std::uint64_t seed);

/// One fold that holds out this part of the samples, at least one of them, in (0, 1).
SampleFold held_out_part(const SampleData& data, double part, std::uint64_t seed);

/// Throws DataError for fewer samples than lambda can be chosen by.
void require_enough_to_choose(const SampleData& data);

}  // namespace hadal
