#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "hadal/data/read_samples.hpp"
#include "source.hpp"

/// What the readers of arrays and pictures share, whose inputs have no names of their own.
namespace hadal::io {

/// How a message about a missing value ends.
inline constexpr const char* missing_advice =
    "expected a value (a fit with missing = mean puts the mean of the others in its place)";

/// Throws DataError unless there are 1 to 2^31 - 1 samples and inputs, whose numbers could be held
/// by the memory that is free now. To be called before anything of that size is allocated.
void require_samples(const Source& source, std::uint64_t samples, std::uint64_t inputs);

/// "28 x 28 pixels of 1 channel".
std::string shown(const SamplePicture& picture);

/// Throws DataError unless so many inputs, in this picture if any, are what `like` has.
void require_same_inputs(const Source& source, Index inputs,
                         const std::optional<SamplePicture>& picture, const SampleData& like);

/// Sets the encoding and the picture of `data`, whose inputs are read but for the missing ones,
/// which are NaN: these become what the encoding says, or `refuse_missing(sample, input)` throws.
void encode_inputs(SampleData& data, const Source& source, Missing missing, const SampleData* like,
                   const std::function<void(Index, Index)>& refuse_missing);

}  // namespace hadal::io
