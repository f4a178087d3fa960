#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../data/hdf5_handle.hpp"
#include "hadal/types.hpp"

namespace hadal::hdf5 {

/// A group of a file that is being written. Scalars become attributes, arrays become contiguous
/// datasets. Every failure throws Error naming the object and the library's reason.
class Writer {
 public:
  /// Creates (or truncates) the file and stands for its root group.
  static Writer create(const std::filesystem::path& path);

  Writer group(const char* name) const;

  void attribute(const char* name, double value) const;
  void attribute(const char* name, std::int64_t value) const;
  void attribute(const char* name, std::uint64_t value) const;
  void attribute(const char* name, std::string_view text) const;

  void array(const char* name, std::span<const double> values) const;
  void array(const char* name, std::span<const std::int64_t> values) const;
  void matrix(const char* name, const Factor& values) const;
  void single_matrix(const char* name, const SingleFactor& values) const;
  /// Fixed-length UTF-8, padded with NUL. Precondition: no text contains a NUL.
  void strings(const char* name, const std::vector<std::string>& texts) const;

  /// Flushes to the operating system; call once on the root, at the end.
  void flush() const;

 private:
  Writer(Handle file, Handle node) : file_(std::move(file)), node_(std::move(node)) {}
  void scalar(const char* name, hid_t stored, hid_t given, const void* value) const;
  void dataset(const char* name, hid_t stored, hid_t given, std::span<const hsize_t> shape,
               const void* values) const;

  Handle file_;  ///< only of the root
  Handle node_;
};

}  // namespace hadal::hdf5
