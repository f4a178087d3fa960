#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "dense_array.hpp"
#include "hadal/data/read_tensor.hpp"
#include "source.hpp"

/// One reader per format of a tensor. Each throws DataError for bad content and ArgumentError for
/// options that do not fit it; all memory is checked before it is allocated.
namespace hadal::io {

TensorEntries read_tns(const Source& source, const TensorReadOptions& options);
TensorEntries read_hdf5_tensor(const std::filesystem::path& path, const TensorReadOptions& options);

/// An array of order 3 to 8 in NPY.
DenseArray read_npy_array(const Source& source);

/// `array` without what the mask of `options` leaves out, with their weights.
TensorEntries observed_entries(const Source& source, DenseArray array,
                               const TensorReadOptions& options);

/// The word for a format in models and messages, e.g. "hdf5".
std::string_view format_name(TensorFormat format);

/// What a message about a tensor of order 2 ends with, nothing for another order.
std::string_view matrix_hint(std::size_t order);

/// The shape as sizes of modes. Throws DataError unless it has 3 to 8 sizes from 1 to 2^31 - 1
/// whose product is below 2^60.
std::vector<Index> tensor_shape(const Source& source, const std::vector<std::uint64_t>& shape);

/// Reads `source` in the format that `options` names, or that is found; not HDF5.
TensorData read_tensor_source(const Source& source, const TensorReadOptions& options);

}  // namespace hadal::io
