#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "hadal/data/entries.hpp"
#include "hadal/data/tensor_entries.hpp"

namespace hadal::io {

/// Says where in the input the k-th entry stood, e.g. "ratings.csv, line 17".
using Where = std::function<std::string(Index position)>;

/// Memory that sorting takes beside the entries.
inline constexpr std::size_t sorting_bytes_per_entry =
    2 * (sizeof(std::uint32_t) + sizeof(std::uint64_t));

/// `hadal::canonicalise` with messages in terms of `where`.
void canonicalise(Entries& entries, Duplicates duplicates, const Where& where);

/// The same for tensors. Messages count indices from `base`, as the file does;
/// the indices here count from 0.
void canonicalise(TensorEntries& entries, Duplicates duplicates, const Where& where,
                  Index base = 0);

}  // namespace hadal::io
