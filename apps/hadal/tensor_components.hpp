#pragma once

#include <filesystem>
#include <string>

#include "hadal/model/scaled_components.hpp"

namespace hadal::cli {

/// E.g. "0.81, 0.12 (vectors of sum 1 where they are not negative, else of length 1)".
std::string weights_in_words(const ScaledComponents& components, ComponentScale scale);

/// Writes arrays `weights` (1 x size) and `mode0`, `mode1`, .. (elements x size) as NPZ.
void write_components(const std::filesystem::path& path, const ScaledComponents& components);

}  // namespace hadal::cli
