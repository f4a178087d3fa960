#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

#include "lines.hpp"
#include "number.hpp"
#include "readers.hpp"

namespace hadal::io {
namespace {

enum class Symmetry { general, symmetric, skew };

void require_words(const Lines& lines, std::size_t count, std::string_view what) {
  if (lines.words().size() == count) return;
  lines.refuse(fmt::format("{} words: expected {} ({})", lines.words().size(), count, what));
}

struct Banner {
  bool coordinate = false;
  Symmetry symmetry = Symmetry::general;
};

std::string lower(std::string_view word) {
  std::string result(word);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return result;
}

Banner read_banner(Lines& lines) {
  if (!lines.next_or_comment() || lines.number() != 1 ||
      lower(lines.words()[0]) != "%%matrixmarket") {
    refuse(lines.text(), "does not begin with '%%MatrixMarket': not a Matrix Market file");
  }
  require_words(lines, 5, "%%MatrixMarket matrix FORMAT FIELD SYMMETRY");
  std::array<std::string, 5> word;
  std::transform(lines.words().begin(), lines.words().end(), word.begin(), lower);
  const auto refuse_word = [&](std::size_t i, std::string_view expected) {
    lines.refuse(fmt::format("{}: expected {}", shown(word[i]), expected));
  };
  if (word[1] != "matrix") refuse_word(1, "'matrix'");
  if (word[2] != "coordinate" && word[2] != "array") refuse_word(2, "'coordinate' or 'array'");
  if (word[3] != "real" && word[3] != "double" && word[3] != "integer") {
    refuse_word(3, "'real' or 'integer' values");
  }
  Banner banner;
  banner.coordinate = word[2] == "coordinate";
  if (word[4] == "symmetric") {
    banner.symmetry = Symmetry::symmetric;
  } else if (word[4] == "skew-symmetric") {
    banner.symmetry = Symmetry::skew;
  } else if (word[4] != "general") {
    refuse_word(4, "'general', 'symmetric' or 'skew-symmetric'");
  }
  return banner;
}

std::uint64_t read_count(const Lines& lines, std::size_t word, std::string_view what) {
  const std::string_view text = lines.words()[word];
  std::uint64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code == std::errc() && end == text.data() + text.size()) return value;
  lines.refuse(fmt::format("{} {}: expected a whole number >= 0", what, shown(text)));
}

std::int32_t read_index(const Lines& lines, std::size_t word, Index limit, std::string_view what) {
  const std::uint64_t index = read_count(lines, word, what);
  if (index >= 1 && index <= static_cast<std::uint64_t>(limit)) {
    return static_cast<std::int32_t>(index - 1);
  }
  lines.refuse(fmt::format("{} {}: expected 1 to {}", what, index, limit));
}

/// A finite value, or nothing for a missing one.
std::optional<double> read_value(const Lines& lines, std::size_t word, bool missing_allowed) {
  const Number number = parse_number(lines.words()[word]);
  if (number.kind == NumberKind::finite) return number.value;
  if (number.kind == NumberKind::missing && missing_allowed) return std::nullopt;
  lines.refuse(fmt::format("value {}: expected a finite number{}", shown(lines.words()[word]),
                           missing_allowed ? ", or NaN for a missing one" : ""));
}

void append(Entries& entries, Index row, Index column, double value) {
  entries.row.push_back(static_cast<std::int32_t>(row));
  entries.column.push_back(static_cast<std::int32_t>(column));
  entries.value.push_back(value);
}

void append_mirrored(Entries& entries, Index row, Index column, double value, Symmetry symmetry) {
  append(entries, row, column, value);
  if (symmetry == Symmetry::general || row == column) return;
  append(entries, column, row, symmetry == Symmetry::skew ? -value : value);
}

void reserve(Entries& entries, const Source& text, std::uint64_t count) {
  require_size(text, static_cast<std::uint64_t>(entries.rows),
               static_cast<std::uint64_t>(entries.columns), count);
  entries.row.reserve(count);
  entries.column.reserve(count);
  entries.value.reserve(count);
}

/// Reads "ROWS COLUMNS [COUNT]" and checks it; returns how many value lines must follow.
std::uint64_t read_sizes(Lines& lines, const Banner& banner, Entries& entries) {
  if (!lines.next()) refuse(lines.text(), "ends before the line with the matrix's sizes");
  require_words(lines, banner.coordinate ? 3 : 2,
                banner.coordinate ? "rows, columns, entries" : "rows, columns");
  const std::uint64_t rows = read_count(lines, 0, "rows");
  const std::uint64_t columns = read_count(lines, 1, "columns");
  require_size(lines.text(), rows, columns, 0);
  if (banner.symmetry != Symmetry::general && rows != columns) {
    lines.refuse(
        fmt::format("a symmetric matrix of {} x {}: expected a square one", rows, columns));
  }
  entries.rows = static_cast<Index>(rows);
  entries.columns = static_cast<Index>(columns);
  // Both below 2^31: no product here overflows.
  const std::uint64_t cells = banner.symmetry == Symmetry::general     ? rows * columns
                              : banner.symmetry == Symmetry::symmetric ? rows * (rows + 1) / 2
                                                                       : rows * (rows - 1) / 2;
  if (!banner.coordinate) return cells;
  const std::uint64_t count = read_count(lines, 2, "entries");
  if (count > cells) {
    lines.refuse(fmt::format("{} entries: expected at most {} in this matrix", count, cells));
  }
  return count;
}

/// Throws unless a text of this length can hold `count` lines of at least `shortest` bytes.
void require_lines(const Source& text, std::uint64_t count, std::uint64_t shortest) {
  if (count <= text.bytes.size() / shortest + 1) return;
  refuse(text, fmt::format("{} values are announced, which {} bytes cannot hold: the file is "
                           "truncated or its sizes are wrong",
                           count, text.bytes.size()));
}

void next_value_line(Lines& lines, std::uint64_t k, std::uint64_t count, std::size_t words,
                     std::string_view what) {
  if (!lines.next()) {
    refuse(lines.text(), fmt::format("ends after {} values: expected {}", k, count));
  }
  require_words(lines, words, what);
}

void read_coordinates(Lines& lines, const Banner& banner, std::uint64_t count, Entries& entries) {
  require_lines(lines.text(), count, 6);
  reserve(entries, lines.text(), banner.symmetry == Symmetry::general ? count : 2 * count);
  for (std::uint64_t k = 0; k < count; ++k) {
    next_value_line(lines, k, count, 3, "row, column, value");
    const auto row = read_index(lines, 0, entries.rows, "row");
    const auto column = read_index(lines, 1, entries.columns, "column");
    if (banner.symmetry == Symmetry::skew && row == column) {
      lines.refuse("an entry on the diagonal of a skew-symmetric matrix: expected none");
    }
    append_mirrored(entries, row, column, *read_value(lines, 2, false), banner.symmetry);
  }
}

void read_array(Lines& lines, const Banner& banner, std::uint64_t count, Entries& entries) {
  require_lines(lines.text(), count, 2);
  reserve(entries, lines.text(), banner.symmetry == Symmetry::general ? count : 2 * count);
  std::uint64_t k = 0;
  for (Index column = 0; column < entries.columns; ++column) {
    const Index first = banner.symmetry == Symmetry::general     ? 0
                        : banner.symmetry == Symmetry::symmetric ? column
                                                                 : column + 1;
    for (Index row = first; row < entries.rows; ++row, ++k) {
      next_value_line(lines, k, count, 1, "value");
      if (const auto value = read_value(lines, 0, true)) {
        append_mirrored(entries, row, column, *value, banner.symmetry);
      }
    }
    if (banner.symmetry == Symmetry::skew) append(entries, column, column, 0.0);
  }
}

/// The line of the k-th entry, found by reading the file once more.
Index line_of(const Source& text, const Banner& banner, Index position) {
  Lines lines(text, '%');
  lines.next();  // the sizes
  while (position >= 0 && lines.next()) {
    const bool mirrored =
        banner.symmetry != Symmetry::general && lines.words()[0] != lines.words()[1];
    position -= mirrored ? 2 : 1;
  }
  return lines.number();
}

}  // namespace

MatrixData read_matrix_market(const Source& source, const ReadOptions& options) {
  Lines lines(text_of(source), '%');
  const Banner banner = read_banner(lines);
  MatrixData data;
  const std::uint64_t count = read_sizes(lines, banner, data.entries);
  if (banner.coordinate) {
    read_coordinates(lines, banner, count, data.entries);
  } else {
    read_array(lines, banner, count, data.entries);
  }
  if (lines.next()) lines.refuse(fmt::format("a line after the last of {} values", count));
  canonicalise(data.entries, options.duplicates, [&](Index position) {
    return fmt::format("{}, line {}", source.name, line_of(lines.text(), banner, position));
  });
  return data;
}

}  // namespace hadal::io
