#include "hadal/data/read_tensor.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "hadal/error.hpp"
#include "npz.hpp"
#include "positions.hpp"
#include "tensor_readers.hpp"

namespace hadal {
namespace io {
namespace {

constexpr Index most_size = std::numeric_limits<std::int32_t>::max();

void require(bool fits, std::string_view option, TensorFormat format) {
  if (fits) return;
  throw ArgumentError(
      fmt::format("the option {} does not apply to the format {}", option, format_name(format)));
}

void check_options(const TensorReadOptions& options, TensorFormat format) {
  const bool tns = format == TensorFormat::tns;
  const bool named = format == TensorFormat::npz || format == TensorFormat::hdf5;
  require(tns || options.index_base == 1, "index_base", format);
  require(tns || !options.weighted, "weighted", format);
  require(tns || options.shape.empty(), "shape", format);
  require(named || options.array_name.empty(), "array_name", format);
  require(!tns || options.mask.empty(), "mask", format);
  require(!tns || options.weights.empty(), "weights", format);
  if (options.index_base != 0 && options.index_base != 1) {
    throw ArgumentError(fmt::format("index base {}: expected 0 or 1", options.index_base));
  }
  const auto is_size = [](Index size) { return size >= 1 && size <= most_size; };
  if (!std::all_of(options.shape.begin(), options.shape.end(), is_size)) {
    throw ArgumentError(fmt::format("shape ({}): expected sizes from 1 to {}",
                                    fmt::join(options.shape, ", "), most_size));
  }
}

TensorFormat find_format(const Source& source) {
  const std::string_view bytes = source.bytes;
  if (bytes.starts_with("\x93NUMPY")) return TensorFormat::npy;
  if (bytes.starts_with("PK\3\4") || bytes.starts_with("PK\5\6")) return TensorFormat::npz;
  if (bytes.starts_with("\x89HDF\r\n\x1a\n")) return TensorFormat::hdf5;
  const std::string extension = lower_extension(source.name);
  if (extension == ".npy") return TensorFormat::npy;
  if (extension == ".npz") return TensorFormat::npz;
  if (extension == ".h5" || extension == ".hdf5") return TensorFormat::hdf5;
  return TensorFormat::tns;
}

TensorFormat format_of(const Source& source, const TensorReadOptions& options) {
  if (source.bytes.empty()) refuse(source, "is empty: expected data");
  const TensorFormat format =
      options.format == TensorFormat::automatic ? find_format(source) : options.format;
  check_options(options, format);
  return format;
}

TensorEntries read_as(TensorFormat format, const Source& source, const TensorReadOptions& options) {
  switch (format) {
    case TensorFormat::tns:
      return read_tns(source, options);
    case TensorFormat::npy:
      return observed_entries(source, read_npy_array(source), options);
    case TensorFormat::npz: {
      DenseArray array;
      with_npz_array(source, options.array_name,
                     [&](const Source& member) { array = read_npy_array(member); });
      return observed_entries(source, std::move(array), options);
    }
    default:
      break;
  }
  throw ArgumentError(fmt::format("format {}: not one of TensorFormat", static_cast<int>(format)));
}

/// Throws DataError unless something is observed.
TensorData data_of(const Source& source, TensorEntries entries) {
  if (entries.size() == 0) {
    refuse(source, fmt::format("none of the {} entries is observed: expected at least one",
                               fmt::join(entries.shape, " x ")));
  }
  return {std::move(entries), {}, {}};
}

/// An array that belongs to one of the shape `expected`, which has been read from elsewhere.
DenseArray read_companion(const std::filesystem::path& path, const std::vector<Index>& expected,
                          std::string_view kind) {
  const FileBytes file(path);
  DenseArray array = read_npy_array(file.source());
  if (array.shape != expected) {
    refuse(file.source(), fmt::format("{} of shape ({}): expected ({}) as in the data", kind,
                                      fmt::join(array.shape, ", "), fmt::join(expected, ", ")));
  }
  return array;
}

void apply_mask(const std::filesystem::path& path, DenseArray& array) {
  const DenseArray mask = read_companion(path, array.shape, "a mask");
  for (std::size_t k = 0; k < array.values.size(); ++k) {
    const bool missing = mask.values[k] == 0 || std::isnan(mask.values[k]);
    if (missing) array.values[k] = std::numeric_limits<double>::quiet_NaN();
  }
}

std::vector<double> read_weights(const std::filesystem::path& path, const DenseArray& array) {
  DenseArray weights = read_companion(path, array.shape, "weights");
  for (std::size_t k = 0; k < array.values.size(); ++k) {
    if (std::isnan(array.values[k]) || weights.values[k] > 0) continue;
    throw DataError(
        fmt::format("{}: element ({}) is {}: expected a weight > 0 where the data are "
                    "observed",
                    path.string(), fmt::join(indices_at(array.shape, k), ", "), weights.values[k]));
  }
  return std::move(weights.values);
}

}  // namespace

TensorEntries observed_entries(const Source& source, DenseArray array,
                               const TensorReadOptions& options) {
  if (!options.mask.empty()) apply_mask(options.mask, array);
  std::vector<double> weights;
  if (!options.weights.empty()) weights = read_weights(options.weights, array);
  const auto observed_count = std::count_if(array.values.begin(), array.values.end(),
                                            [](double value) { return !std::isnan(value); });
  if (static_cast<std::size_t>(observed_count) < array.values.size()) {
    require_memory(source, static_cast<std::uint64_t>(observed_count) * array.shape.size() *
                               sizeof(std::int32_t));
  }
  return observed(std::move(array), std::move(weights));
}

std::string_view matrix_hint(std::size_t order) {
  return order == 2 ? "; this is a matrix: use 'hadal fit matrix'" : "";
}

std::vector<Index> tensor_shape(const Source& source, const std::vector<std::uint64_t>& shape) {
  const auto refuse_shape = [&](std::string_view expected) {
    refuse(source,
           fmt::format("an array of shape ({}): expected {}", fmt::join(shape, ", "), expected));
  };
  if (shape.size() < tensor_order_min || shape.size() > tensor_order_max) {
    refuse_shape(fmt::format("{} to {} dimensions{}", tensor_order_min, tensor_order_max,
                             matrix_hint(shape.size())));
  }
  std::vector<Index> sizes;
  for (const std::uint64_t size : shape) {
    if (size < 1 || size > most_size) refuse_shape(fmt::format("sizes from 1 to {}", most_size));
    sizes.push_back(static_cast<Index>(size));
  }
  const auto count = position_count(sizes);
  if (!count || *count >= std::uint64_t{1} << 60) refuse_shape("fewer than 2^60 elements");
  return sizes;
}

TensorData read_tensor_source(const Source& source, const TensorReadOptions& options) {
  return data_of(source, read_as(format_of(source, options), source, options));
}

}  // namespace io

TensorData read_tensor(const std::filesystem::path& path, const TensorReadOptions& options) {
  const io::FileBytes file(path);
  const io::Source source = file.source();
  if (io::format_of(source, options) == TensorFormat::hdf5) {
    return io::data_of(source, io::read_hdf5_tensor(path, options));
  }
  return io::read_tensor_source(source, options);
}

}  // namespace hadal
