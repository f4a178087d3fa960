#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "canonical.hpp"
#include "hadal/error.hpp"
#include "hdf5_file.hpp"
#include "positions.hpp"
#include "tensor_readers.hpp"

namespace hadal::io {
namespace {

using hdf5::DataFile;
using hdf5::Numbers;

constexpr Index most_size = std::numeric_limits<std::int32_t>::max();

/// What is called like this in a group belongs to a sparse tensor.
constexpr std::string_view indices_name = "/indices", values_name = "/values",
                           shape_name = "/shape", weights_name = "/weights";

std::string joined(std::string_view group, std::string_view name) {
  return std::string(group == "/" ? "" : group) + std::string(name);
}

bool is_sparse(const DataFile& file, std::string_view group) {
  return file.has_dataset(joined(group, indices_name)) &&
         file.has_dataset(joined(group, values_name));
}

/// Paths of what may be a tensor: groups of a sparse one, and data sets in none of them.
std::vector<std::string> candidates(const DataFile& file) {
  std::vector<std::string> paths = file.datasets();
  for (std::string& path : paths) {
    const std::string group = path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
    if (is_sparse(file, group)) path = group;
  }
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

/// The path that is asked for, or the only candidate.
std::string choose(const DataFile& file, const std::string& name, const std::string& wanted) {
  std::string path = wanted.starts_with('/') || wanted.empty() ? wanted : "/" + wanted;
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (!path.empty() && (file.has_dataset(path) || is_sparse(file, path))) return path;
  const std::vector<std::string> found = candidates(file);
  if (found.empty()) refuse({name, {}}, "holds no data set: expected a tensor");
  if (path.empty() && found.size() == 1) return found.front();
  std::string names;
  for (const std::string& candidate : found) {
    if (names.size() < 400) names += (names.empty() ? "" : ", ") + shown(candidate);
  }
  throw ArgumentError(
      fmt::format("{}: array name {}: expected one of {}", name, shown(wanted), names));
}

DenseArray read_dense(const Numbers& numbers) {
  DenseArray array{tensor_shape(numbers.source, numbers.shape), numbers.read()};
  const auto infinite = std::find_if(array.values.begin(), array.values.end(),
                                     [](double value) { return std::isinf(value); });
  if (infinite == array.values.end()) return array;
  const auto at = static_cast<std::size_t>(infinite - array.values.begin());
  refuse(numbers.source, fmt::format("element ({}) is {}: expected a finite number, or NaN for a "
                                     "missing entry",
                                     fmt::join(indices_at(array.shape, at), ", "), *infinite));
}

void require_shape(const Numbers& numbers, const std::vector<std::uint64_t>& expected,
                   std::string_view why) {
  if (numbers.shape == expected) return;
  refuse(numbers.source,
         fmt::format("shape ({}): expected ({}), {}", fmt::join(numbers.shape, ", "),
                     fmt::join(expected, ", "), why));
}

bool is_whole(double value, double least, double most) {
  return value >= least && value <= most && value == std::floor(value);
}

std::vector<Index> read_shape(const DataFile& file, const std::string& path, std::size_t order) {
  const Numbers numbers = file.numbers(path);
  require_shape(numbers, {order}, "a size for each column of the indices");
  std::vector<Index> shape;
  for (const double size : numbers.read()) {
    if (!is_whole(size, 1, most_size)) {
      refuse(numbers.source,
             fmt::format("size {}: expected whole numbers from 1 to {}", size, most_size));
    }
    shape.push_back(static_cast<Index>(size));
  }
  return shape;
}

/// Reads the indices (entries x modes), and where no shape is given the shape.
void read_indices(const Numbers& numbers, TensorEntries& entries) {
  const std::vector<double> values = numbers.read();
  const std::size_t order = numbers.shape[1];
  const bool sized = !entries.shape.empty();
  if (!sized) entries.shape.assign(order, 1);
  require_memory(numbers.source, values.size() * sizeof(std::int32_t));
  entries.index.resize(order);
  for (std::size_t mode = 0; mode < order; ++mode) {
    std::vector<std::int32_t>& index = entries.index[mode];
    const auto most = static_cast<double>((sized ? entries.shape[mode] : most_size) - 1);
    index.reserve(numbers.shape[0]);
    for (std::size_t k = 0; k < numbers.shape[0]; ++k) {
      const double value = values[k * order + mode];
      if (!is_whole(value, 0, most)) {
        refuse(numbers.source, fmt::format("element ({}, {}) is {}: expected a whole number from 0 "
                                           "to {}",
                                           k, mode, value, most));
      }
      index.push_back(static_cast<std::int32_t>(value));
    }
    if (!sized) entries.shape[mode] = Index{1} + *std::max_element(index.begin(), index.end());
  }
}

TensorEntries read_sparse(const DataFile& file, const std::string& group, Duplicates duplicates) {
  const Numbers indices = file.numbers(joined(group, indices_name));
  const Numbers values = file.numbers(joined(group, values_name));
  const auto& shape = indices.shape;
  if (shape.size() != 2 || shape[0] < 1 || shape[1] < tensor_order_min ||
      shape[1] > tensor_order_max) {
    refuse(indices.source,
           fmt::format("shape ({}): expected a row for each entry and a column for each of 3 to 8 "
                       "modes{}",
                       fmt::join(shape, ", "), matrix_hint(shape.size() == 2 ? shape[1] : 0)));
  }
  require_shape(values, {shape[0]}, "a value for each row of the indices");
  TensorEntries entries;
  if (file.has_dataset(joined(group, shape_name))) {
    entries.shape = read_shape(file, joined(group, shape_name), shape[1]);
  }
  read_indices(indices, entries);
  entries.value = values.read();
  if (file.has_dataset(joined(group, weights_name))) {
    const Numbers weights = file.numbers(joined(group, weights_name));
    require_shape(weights, {shape[0]}, "a weight for each row of the indices");
    entries.weight = weights.read();
  }
  require_memory(values.source, shape[0] * sorting_bytes_per_entry);
  canonicalise(entries, duplicates, [&](Index position) {
    return fmt::format("{}, entry {}", file.source(group).name, position);
  });
  return entries;
}

}  // namespace

TensorEntries read_hdf5_tensor(const std::filesystem::path& path,
                               const TensorReadOptions& options) {
  const hdf5::Session session;
  const DataFile file(path);
  const std::string chosen = choose(file, path.string(), options.array_name);
  if (file.has_dataset(chosen)) {
    const Numbers numbers = file.numbers(chosen);
    return observed_entries(numbers.source, read_dense(numbers), options);
  }
  if (!options.mask.empty() || !options.weights.empty()) {
    throw ArgumentError(
        fmt::format("{}: a mask and weights in files of their own belong to a dense "
                    "array: expected neither with a sparse tensor",
                    file.source(chosen).name));
  }
  return read_sparse(file, chosen, options.duplicates);
}

}  // namespace hadal::io
