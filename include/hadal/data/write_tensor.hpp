#pragma once

#include <filesystem>
#include <span>

#include "hadal/data/tensor_entries.hpp"

namespace hadal {

/// Writes an array of at least one dimension as NPY (float64, C order), atomically as
/// `write_atomically` does. `values` are in row-major order, NaN where missing.
/// Throws ArgumentError where shape and number of values do not fit, Error where writing fails.
void write_npy(const std::filesystem::path& path, std::span<const Index> shape,
               std::span<const double> values);

/// Writes the entries as FROSTT text, atomically: on every line the indices of one entry, counted
/// from 1, its value and, where there are weights, its weight. Numbers have the fewest digits that
/// read back to the same double. The text does not say how large the tensor is: where the last
/// slices of a mode are not observed, reading it back needs its shape.
/// Precondition: the invariants of `TensorEntries`. Throws Error where writing fails.
void write_tns(const std::filesystem::path& path, const TensorEntries& entries);

}  // namespace hadal
