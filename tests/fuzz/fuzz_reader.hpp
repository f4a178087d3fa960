#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "data/readers.hpp"
#include "hadal/error.hpp"

namespace hadal::fuzz {

/// Reads `bytes` with `options`: what is accepted must be canonical and agree with its labels, and
/// what is refused must be refused with DataError or ArgumentError; anything else is a crash.
inline void read(std::string_view bytes, const ReadOptions& options) {
  try {
    MatrixData data = io::read_source({"fuzz", bytes}, options);
    const std::size_t entries = data.entries.value.size();
    canonicalise(data.entries, Duplicates::error);
    const auto fits = [](const std::vector<std::string>& labels, Index count) {
      return labels.empty() || static_cast<Index>(labels.size()) == count;
    };
    if (entries == 0 || entries != data.entries.value.size() ||
        !fits(data.row_labels, data.entries.rows) ||
        !fits(data.column_labels, data.entries.columns)) {
      std::abort();
    }
  } catch (const DataError&) {
  } catch (const ArgumentError&) {
  }
}

inline std::string_view text(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace hadal::fuzz
