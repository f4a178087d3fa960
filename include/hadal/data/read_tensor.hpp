#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hadal/data/tensor_entries.hpp"

namespace hadal {

enum class TensorFormat { automatic, tns, npy, npz, hdf5 };

/// How a file of a tensor is read. Everything here is stored in the model (as JSON), so that
/// `verify` and `predict` read the same file the same way.
struct TensorReadOptions {
  TensorFormat format = TensorFormat::automatic;
  Index index_base = 1;   ///< of the indices in a .tns file: 1 or 0
  bool weighted = false;  ///< the last column of a .tns file holds weights
  /// Sizes of the modes of a .tns file; empty: just what the largest indices need.
  std::vector<Index> shape;
  /// Member of an NPZ archive, or path of a dataset or group in an HDF5 file; empty: the only one.
  std::string array_name;
  Duplicates duplicates = Duplicates::error;
  /// NPY arrays that belong to a dense one and have its shape: 0 marks a missing element of the
  /// data; weights are finite, and > 0 wherever the data are observed.
  std::filesystem::path mask, weights;
};

/// Reads the observed entries of a tensor of order 3 to 8 from `path`; see docs/data-formats.md for
/// every format. Throws DataError (bad content: file, line or place, value, what was expected) or
/// ArgumentError (options that do not fit the format or the file, e.g. a mask with a .tns file).
TensorData read_tensor(const std::filesystem::path& path, const TensorReadOptions& options = {});

/// Two-way conversion for storage in models. `from_json` throws ModelError on unknown or bad keys.
std::string to_json(const TensorReadOptions& options);
TensorReadOptions tensor_read_options_from_json(const std::string& json);

}  // namespace hadal
