#pragma once

#include <cstdint>

#include "hadal/fit/matrix_fit.hpp"

namespace hadal {

/// Bytes that a fit of these data holds when it first grows, beside the data themselves; later it
/// may take more. Data of many rows and columns may be small although a fit of them is not: every
/// factor, and every vector of a search, has an element for each.
std::uint64_t memory_of_fit(const Entries& entries, const MatrixFitOptions& options);

/// Throws DataError when there is not as much memory.
void require_memory_of_fit(const Entries& entries, const MatrixFitOptions& options);

}  // namespace hadal
