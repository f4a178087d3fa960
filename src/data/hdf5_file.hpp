#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "hdf5_handle.hpp"
#include "source.hpp"

namespace hadal::hdf5 {

/// A data set of numbers: whole or floating, of up to eight bytes, stored in any of the layouts and
/// with the compression that HDF5 itself brings along.
struct Numbers {
  io::Source source;  ///< only the name: the file and the path
  Handle dataset;
  std::vector<std::uint64_t> shape;
  std::uint64_t file_bytes = 0;

  /// The elements in row-major order. Throws DataError unless the file holds every one of them, and
  /// the memory could.
  std::vector<double> read() const;
};

/// A file of a user, which may be damaged or wicked: only hard links are followed, and nothing is
/// allocated before the file is known to hold it. Every failure throws DataError naming the file,
/// the object and what was expected. Precondition of every member: a `Session` lives.
class DataFile {
 public:
  explicit DataFile(const std::filesystem::path& path);

  /// The paths of all data sets, by name.
  std::vector<std::string> datasets() const;

  /// Whether a data set stands at this path.
  bool has_dataset(const std::string& path) const;

  /// Precondition: `has_dataset(path)`.
  Numbers numbers(const std::string& path) const;

  /// "FILE: PATH", for messages about what stands at the path.
  io::Source source(std::string_view path) const;

 private:
  Handle open(const std::string& path) const;

  std::string name_;
  std::uint64_t bytes_ = 0;
  Handle file_;
};

}  // namespace hadal::hdf5
