#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "hadal/data/matrix_data.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// Calls `write` with a temporary path in the folder of `path`, flushes it to the disk and renames
/// it to `path`; if `write` throws or the process dies, `path` is as it was before.
/// Throws Error naming the path and the system's reason.
void write_atomically(const std::filesystem::path& path,
                      const std::function<void(const std::filesystem::path& temporary)>& write);

/// Dense matrix as CSV (full double precision, shortest round-trip digits), NPY (float64, C order)
/// or, by shape, a PNG: values are rounded and clipped to 0 .. 2^bit_depth - 1.
void write_dense_csv(const std::filesystem::path& path, const Factor& dense);
void write_npy(const std::filesystem::path& path, const Factor& dense);
void write_png(const std::filesystem::path& path, const Factor& dense, const PictureShape& shape);
/// Arrays as numpy.savez keeps them, not compressed; less than 4 GiB in all. The arrays are not
/// copied.
struct NamedArray {
  std::string name;
  const Factor& array;
};
void write_npz(const std::filesystem::path& path, const std::vector<NamedArray>& arrays);
/// The same PNG as bytes in memory, for embedding into a report.
std::vector<unsigned char> encode_png(const Factor& dense, const PictureShape& shape);

/// Triplets as CSV with the data's own labels and header names; labels are quoted where needed.
void write_triplets_csv(const std::filesystem::path& path, const MatrixData& data);

}  // namespace hadal
