#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "delimited.hpp"
#include "number.hpp"
#include "readers.hpp"
#include "tiff_pages.hpp"

namespace hadal::io {
namespace {

using Fields = std::vector<std::string_view>;

/// Text or a whole number >= 0, however it is written.
bool is_identifier(std::string_view field) {
  const Number number = parse_number(field);
  if (number.kind == NumberKind::text) return true;
  return number.kind == NumberKind::finite && number.value >= 0 &&
         number.value == std::floor(number.value);
}

/// Whether a row, a column and a value, or a blank in its place, may stand in `fields` from the
/// `first` on.
bool may_hold_triplet(const Fields& fields, std::size_t first) {
  return fields.size() >= first + 3 && is_identifier(fields[first]) &&
         is_identifier(fields[first + 1]);
}

bool is_missing(std::string_view field) { return parse_number(field).kind == NumberKind::missing; }

/// What the records below the header leave possible.
struct Evidence {
  bool dense = true;
  bool triplets = true;
  bool indexed_triplets = true;  ///< triplets behind a column that numbers the lines
  bool missing_values = false;   ///< of the triplets

  void add(const Fields& fields) {
    if (std::any_of(fields.begin() + 1, fields.end(), is_text)) dense = false;
    if (!may_hold_triplet(fields, 0)) triplets = false;
    if (fields.size() >= 3 && is_missing(fields[2])) missing_values = true;
    if (fields[0].empty() || !is_position(fields[0]) || !may_hold_triplet(fields, 1) ||
        is_missing(fields[3])) {
      indexed_triplets = false;
    }
  }
};

[[noreturn]] void refuse_ambiguous(const Source& source, std::size_t fields) {
  refuse(source,
         fmt::format("{} fields on a line may be a dense matrix or triplets: set the format "
                     "to dense_csv, or to triplets and choose the fields of row, column and "
                     "value",
                     fields));
}

bool chooses_triplet_field(const ReadOptions& options) {
  return !options.column_field.empty() || !options.value_field.empty() ||
         !options.weight_field.empty();
}

}  // namespace

FileFormat find_text_format(const Source& source, const ReadOptions& options) {
  constexpr int sample = 100;
  if (chooses_triplet_field(options)) return FileFormat::triplets;
  const Source text = text_of(source);
  Records records(text, delimiter_of(text, options));
  records.next();
  const Fields& fields = records.fields();
  const std::size_t first_size = fields.size();
  const bool first_is_header =
      options.header == Header::yes ||
      (options.header == Header::automatic && std::any_of(fields.begin(), fields.end(), is_text));
  const bool blank_corner = fields[0].empty();
  Evidence evidence;
  if (!first_is_header) evidence.add(fields);
  std::size_t size = first_size;
  for (int k = 0; k < sample && records.next(); ++k) {
    if (fields.size() >= first_size) evidence.add(fields);  // the reader refuses a shorter line
    // In R's form the header has no field above the row labels.
    if (k == 0 && first_is_header && fields.size() == first_size + 1) evidence.triplets = false;
    size = fields.size();
  }
  if (blank_corner && first_is_header && evidence.indexed_triplets && size <= 5) {
    refuse_ambiguous(source, size);
  }
  if (!evidence.triplets || first_size < 3 || blank_corner) return FileFormat::dense_csv;
  if (evidence.dense && evidence.missing_values) {
    if (size >= 5) return FileFormat::dense_csv;
    refuse_ambiguous(source, size);
  }
  if (!evidence.dense || size == 3 || size == 4) return FileFormat::triplets;
  if (size > 5) return FileFormat::dense_csv;
  refuse_ambiguous(source, size);
}

FileFormat find_format(const Source& source, const ReadOptions& options) {
  const std::string_view bytes = source.bytes;
  if (bytes.starts_with("\x93NUMPY")) return FileFormat::npy;
  if (bytes.starts_with("\x89PNG")) return FileFormat::png;
  if (is_tiff(bytes)) return FileFormat::tiff;
  if (bytes.starts_with("PK\3\4") || bytes.starts_with("PK\5\6")) return FileFormat::npz;
  if (bytes.starts_with("%%MatrixMarket")) return FileFormat::matrix_market;
  const std::string extension = lower_extension(source.name);
  if (extension == ".npy") return FileFormat::npy;
  if (extension == ".npz") return FileFormat::npz;
  if (extension == ".png") return FileFormat::png;
  if (extension == ".tif" || extension == ".tiff") return FileFormat::tiff;
  if (extension == ".mtx" || extension == ".mm") return FileFormat::matrix_market;
  return find_text_format(source, options);
}

}  // namespace hadal::io
