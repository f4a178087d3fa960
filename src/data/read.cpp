#include "hadal/data/read.hpp"

#include <fmt/format.h>

#include <string_view>

#include "hadal/error.hpp"
#include "read_options.hpp"
#include "readers.hpp"

namespace hadal {
namespace io {
namespace {

void require(bool fits, std::string_view option, FileFormat format) {
  if (fits) return;
  throw ArgumentError(
      fmt::format("the option {} does not apply to the format {}", option, format_name(format)));
}

void check_options(const ReadOptions& options, FileFormat format) {
  const bool triplets = format == FileFormat::triplets;
  const bool delimited = triplets || format == FileFormat::dense_csv;
  const bool picture = format == FileFormat::png;
  const bool array = format == FileFormat::npy || format == FileFormat::npz;
  require(delimited || options.header == Header::automatic, "header", format);
  require(delimited || options.delimiter == '\0', "delimiter", format);
  require(delimited || options.row_field.empty(), "row_field", format);
  require(triplets || options.column_field.empty(), "column_field", format);
  require(triplets || options.value_field.empty(), "value_field", format);
  require(triplets || options.weight_field.empty(), "weight_field", format);
  require(format == FileFormat::npz || options.array_name.empty(), "array_name", format);
  require(picture || array || options.mask.empty(), "mask", format);
  require(picture || !options.mask_color, "mask_color", format);
}

MatrixData read_as(FileFormat format, const Source& source, const ReadOptions& options) {
  switch (format) {
    case FileFormat::triplets:
      return read_triplets(source, options);
    case FileFormat::dense_csv:
      return read_dense_csv(source, options);
    case FileFormat::matrix_market:
      return read_matrix_market(source, options);
    case FileFormat::npy:
      return read_npy(source, options);
    case FileFormat::npz:
      return read_npz(source, options);
    case FileFormat::png:
      return read_png(source, options);
    case FileFormat::tiff:
      return read_tiff(source);
    case FileFormat::automatic:
      break;
  }
  throw ArgumentError(fmt::format("format {}: not one of FileFormat", static_cast<int>(format)));
}

}  // namespace

MatrixData read_source(const Source& source, const ReadOptions& options) {
  if (source.bytes.empty()) refuse(source, "is empty: expected data");
  const FileFormat format =
      options.format == FileFormat::automatic ? find_format(source, options) : options.format;
  check_options(options, format);
  MatrixData data = read_as(format, source, options);
  if (!options.mask.empty()) apply_mask(data, FileBytes(options.mask).source());
  if (data.entries.size() == 0) {
    refuse(source, fmt::format("none of the {} x {} entries is observed: expected at least one",
                               data.entries.rows, data.entries.columns));
  }
  return data;
}

}  // namespace io

MatrixData read_matrix(const std::filesystem::path& path, const ReadOptions& options) {
  const io::FileBytes file(path);
  return io::read_source(file.source(), options);
}

}  // namespace hadal
