#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "delimited.hpp"
#include "number.hpp"
#include "readers.hpp"

namespace hadal::io {
namespace {

using Fields = std::vector<std::string_view>;

std::string lower_extension(const std::string& name) {
  std::string extension = std::filesystem::path(name).extension().string();
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return extension;
}

/// What the records below the first one rule out.
struct Evidence {
  bool not_dense = false;
  bool not_triplets = false;

  void add(const Fields& fields) {
    if (std::any_of(fields.begin() + 1, fields.end(), is_text)) not_dense = true;
    if (fields.size() < 3 || !is_identifier(fields[0]) || !is_identifier(fields[1]) ||
        parse_number(fields[2]).kind == NumberKind::missing) {
      not_triplets = true;
    }
  }

 private:
  /// Text or a whole number >= 0, however it is written.
  static bool is_identifier(std::string_view field) {
    const Number number = parse_number(field);
    if (number.kind == NumberKind::text) return true;
    return number.kind == NumberKind::finite && number.value >= 0 &&
           number.value == static_cast<double>(static_cast<std::uint64_t>(
                               std::min(number.value, 9007199254740992.0)));
  }
};

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
  Evidence evidence;
  if (first_size < 3 || fields[0].empty()) evidence.not_triplets = true;
  if (!first_is_header) evidence.add(fields);
  std::size_t size = first_size;
  for (int k = 0; k < sample && records.next(); ++k) {
    evidence.add(fields);
    // In R's form the header has no field above the row labels.
    if (k == 0 && first_is_header && fields.size() == first_size + 1) evidence.not_triplets = true;
    size = fields.size();
  }
  if (evidence.not_triplets) return FileFormat::dense_csv;
  if (evidence.not_dense || size == 3 || size == 4) return FileFormat::triplets;
  if (size > 5) return FileFormat::dense_csv;
  refuse(source, fmt::format("{} fields on a line may be a dense matrix or triplets (row, column, "
                             "value): set the format to dense_csv or triplets",
                             size));
}

FileFormat find_format(const Source& source, const ReadOptions& options) {
  const std::string_view bytes = source.bytes;
  if (bytes.starts_with("\x93NUMPY")) return FileFormat::npy;
  if (bytes.starts_with("\x89PNG")) return FileFormat::png;
  if (bytes.starts_with("PK\3\4") || bytes.starts_with("PK\5\6")) return FileFormat::npz;
  if (bytes.starts_with("%%MatrixMarket")) return FileFormat::matrix_market;
  const std::string extension = lower_extension(source.name);
  if (extension == ".npy") return FileFormat::npy;
  if (extension == ".npz") return FileFormat::npz;
  if (extension == ".png") return FileFormat::png;
  if (extension == ".mtx" || extension == ".mm") return FileFormat::matrix_market;
  return find_text_format(source, options);
}

}  // namespace hadal::io
