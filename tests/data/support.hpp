#pragma once

#include <gmock/gmock.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "hadal/data/read.hpp"
#include "hadal/error.hpp"

namespace hadal::test {

inline constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// A folder of this test program's own, removed at its end.
class TemporaryFolder {
 public:
  TemporaryFolder()
      : path_(std::filesystem::temp_directory_path() /
              ("hadal_data_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::filesystem::path temporary(const std::string& name) {
  static const TemporaryFolder folder;
  return folder.path() / name;
}

inline std::filesystem::path write_file(const std::string& name, std::string_view bytes) {
  const auto path = temporary(name);
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::filesystem::path source_folder() {
  return std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
}

/// Reads `bytes` as a file called `name`.
inline MatrixData read_bytes(const std::string& name, std::string_view bytes,
                             const ReadOptions& options = {}) {
  return read_matrix(write_file(name, bytes), options);
}

inline ReadOptions as(FileFormat format) {
  ReadOptions options;
  options.format = format;
  return options;
}

/// The entries as a dense matrix, NaN where missing.
inline Factor dense(const Entries& entries) {
  Factor result = Factor::Constant(entries.rows, entries.columns, missing);
  for (std::size_t k = 0; k < entries.value.size(); ++k) {
    result(entries.row[k], entries.column[k]) = entries.value[k];
  }
  return result;
}

/// Equal shape and values, NaN equal to NaN.
inline bool same(const Factor& a, const Factor& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return false;
  for (Index i = 0; i < a.size(); ++i) {
    const double x = a.data()[i], y = b.data()[i];
    if (!(x == y || (std::isnan(x) && std::isnan(y)))) return false;
  }
  return true;
}

inline Factor matrix(std::initializer_list<std::initializer_list<double>> rows) {
  Factor result(static_cast<Index>(rows.size()), static_cast<Index>(rows.begin()->size()));
  Index i = 0;
  for (const auto& row : rows) {
    Index j = 0;
    for (const double value : row) result(i, j++) = value;
    ++i;
  }
  return result;
}

/// The message of the exception of type E that `action` throws; fails when it throws none.
template <class E, class Action>
std::string message_of(Action&& action) {
  try {
    action();
  } catch (const E& error) {
    return error.what();
  }
  ADD_FAILURE() << "expected an exception";
  return {};
}

/// The message with which reading `bytes` is refused.
inline std::string refusal(const std::string& name, std::string_view bytes,
                           const ReadOptions& options = {}) {
  return message_of<DataError>([&] { read_bytes(name, bytes, options); });
}

}  // namespace hadal::test
