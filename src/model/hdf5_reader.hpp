#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "../data/hdf5_handle.hpp"
#include "hadal/types.hpp"

namespace hadal::hdf5 {

/// A group of a file that is being read, strictly: only hard links are followed, only the types
/// that Writer writes are accepted, and nothing is allocated before the file is known to hold it.
/// Every failure throws ModelError naming the file, the object, what it holds and what was
/// expected.
class Reader {
 public:
  /// Opens the file read-only and stands for its root group.
  static Reader open(const std::filesystem::path& path);

  bool has(const char* name) const;
  Reader group(const char* name) const;

  double real(const char* name) const;
  std::int64_t integer(const char* name) const;
  std::uint64_t natural(const char* name) const;
  std::string text(const char* name) const;

  std::vector<double> reals(const char* name) const;
  std::vector<std::int64_t> integers(const char* name) const;
  Factor matrix(const char* name) const;
  SingleFactor single_matrix(const char* name) const;
  std::vector<std::string> strings(const char* name) const;

  /// Throws ModelError "FILE: PATH: message" about the member `name` of this group.
  [[noreturn]] void fail(std::string_view name, std::string_view message) const;

 private:
  struct File {
    Handle handle;
    std::string name;
    std::uintmax_t bytes = 0;
  };
  struct Dataset {
    Handle handle, type;
    std::vector<hsize_t> shape;
    std::size_t count = 0;
  };

  Reader(std::shared_ptr<const File> file, Handle node, std::string path)
      : file_(std::move(file)), node_(std::move(node)), path_(std::move(path)) {}

  Handle checked(hid_t id, Handle::Close close, std::string_view name) const;
  void require_member(const char* name, H5O_type_t kind, std::string_view kind_name) const;
  Handle scalar(const char* name) const;
  void number(const char* name, hid_t stored, hid_t wanted, std::string_view type,
              void* value) const;
  void require_text_type(const char* name, hid_t type) const;
  Dataset dataset(const char* name, std::size_t rank) const;
  Dataset numbers(const char* name, std::size_t rank, hid_t stored, std::string_view type) const;
  void read(const char* name, const Dataset& dataset, hid_t wanted, void* values) const;

  std::shared_ptr<const File> file_;
  Handle node_;
  std::string path_;  ///< of this group, with a slash at the end
};

}  // namespace hadal::hdf5
