#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>

#include "hadal/data/matrix_data.hpp"

namespace hadal {

enum class FileFormat { automatic, triplets, dense_csv, matrix_market, npy, npz, png, tiff };
enum class Header { automatic, yes, no };

/// How a data file is read. Everything here is stored in the model (as JSON), so that `verify` and
/// `predict` read the same file the same way.
struct ReadOptions {
  FileFormat format = FileFormat::automatic;
  Header header = Header::automatic;
  char delimiter = '\0';  ///< '\0': found from the first line (comma, tab, semicolon, space)
  /// Columns of a triplet file: a header name, or a position counted from 1. Empty: the first, the
  /// second and the third column; further columns are ignored. `row_field` also chooses the column
  /// of row labels of a dense CSV; any of the other three makes `automatic` mean triplets.
  std::string row_field, column_field, value_field;
  std::string weight_field;  ///< empty: all weights are one
  std::string array_name;    ///< member of an NPZ archive; empty: its only one
  Duplicates duplicates = Duplicates::error;
  std::filesystem::path mask;  ///< picture or array: 0 (black) marks a missing pixel
  std::optional<std::array<int, 3>> mask_color;  ///< pixels of this colour are missing
};

/// Reads observed entries from `path`; see docs/data-formats.md for every format.
/// Throws DataError (bad content: file, line or offset, value, what was expected) or ArgumentError
/// (options that do not fit the format, e.g. a mask with a triplet file).
MatrixData read_matrix(const std::filesystem::path& path, const ReadOptions& options = {});

/// Two-way conversion for storage in models. `from_json` throws ModelError on unknown or bad keys.
std::string to_json(const ReadOptions& options);
ReadOptions read_options_from_json(const std::string& json);

}  // namespace hadal
