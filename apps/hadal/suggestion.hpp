#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hadal::cli {

/// The word of `candidates` that `word` was most likely meant to be: the smallest number of
/// insertions, deletions, replacements and swaps of neighbours, at most a third of the word's
/// length (and at least 1). Empty when nothing is that near.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// "; did you mean WORD?", or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace hadal::cli
