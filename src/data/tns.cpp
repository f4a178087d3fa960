#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "canonical.hpp"
#include "lines.hpp"
#include "number.hpp"
#include "records.hpp"
#include "tensor_readers.hpp"

/// FROSTT text (frostt.io): on every line the indices of an entry and its value.
namespace hadal::io {
namespace {

constexpr Index most_size = std::numeric_limits<std::int32_t>::max();

/// What stands on every line.
struct Layout {
  std::size_t order = 0;
  bool weighted = false;
  Index base = 1;
  std::vector<Index> size;  ///< largest that a mode may have
  Index line = 0;           ///< on which the first entry stands

  std::size_t words() const { return order + (weighted ? 2 : 1); }
};

Layout find_layout(const Lines& lines, const TensorReadOptions& options) {
  const std::size_t words = lines.words().size();
  const std::size_t others = options.weighted ? 2 : 1;
  Layout layout{words - std::min(words, others), options.weighted, options.index_base,
                options.shape, lines.number()};
  if (layout.order < tensor_order_min || layout.order > tensor_order_max) {
    lines.refuse(fmt::format("{} fields: expected 3 to 8 indices, a value{}{}", words,
                             options.weighted ? " and a weight" : "", matrix_hint(layout.order)));
  }
  if (layout.size.empty()) layout.size.assign(layout.order, most_size);
  if (layout.size.size() != layout.order) {
    lines.refuse(fmt::format("{} indices: expected {}, as in the shape ({})", layout.order,
                             layout.size.size(), fmt::join(layout.size, ", ")));
  }
  return layout;
}

std::int32_t read_index(const Lines& lines, std::size_t mode, const Layout& layout) {
  const std::string_view word = lines.words()[mode];
  const char* const last = word.data() + word.size();
  Index index = -1;
  const auto [end, code] = std::from_chars(word.data(), last, index);
  if (code == std::errc() && end == last && index >= layout.base &&
      index - layout.base < layout.size[mode]) {
    return static_cast<std::int32_t>(index - layout.base);
  }
  const bool counts_from_zero = word == "0";
  lines.refuse(fmt::format("index {} of mode {}: expected a whole number from {} to {}{}",
                           shown(word), mode, layout.base, layout.size[mode] - 1 + layout.base,
                           counts_from_zero ? "; set the index base where they count from 0" : ""));
}

double read_number(const Lines& lines, std::size_t word, std::string_view kind) {
  const Number number = parse_number(lines.words()[word]);
  if (number.kind == NumberKind::finite) return number.value;
  lines.refuse(
      fmt::format("{} {}: expected a finite number; entries that are missing are not "
                  "listed",
                  kind, shown(lines.words()[word])));
}

void append(const Lines& lines, const Layout& layout, TensorEntries& entries) {
  if (lines.words().size() != layout.words()) {
    lines.refuse(fmt::format("{} fields: expected {}, as on line {}", lines.words().size(),
                             layout.words(), layout.line));
  }
  for (std::size_t mode = 0; mode < layout.order; ++mode) {
    entries.index[mode].push_back(read_index(lines, mode, layout));
  }
  entries.value.push_back(read_number(lines, layout.order, "value"));
  if (!layout.weighted) return;
  const double weight = read_number(lines, layout.order + 1, "weight");
  if (weight <= 0) {
    lines.refuse(
        fmt::format("weight {}: expected a number > 0", shown(lines.words()[layout.order + 1])));
  }
  entries.weight.push_back(weight);
}

/// Takes the memory for as many entries as the text may hold, and checks that they can be sorted.
void reserve(const Source& text, const Layout& layout, TensorEntries& entries) {
  const std::size_t shortest_line = 2 * layout.words();
  const std::size_t most = std::min(count_lines(text), text.bytes.size() / shortest_line + 1);
  const std::size_t numbers = layout.weighted ? 2 : 1;
  const std::size_t entry = layout.order * sizeof(std::int32_t) + numbers * sizeof(double);
  require_memory(text, most * (entry + sorting_bytes_per_entry));
  entries.index.resize(layout.order);
  for (auto& index : entries.index) index.reserve(most);
  entries.value.reserve(most);
  if (layout.weighted) entries.weight.reserve(most);
}

/// The line of the k-th entry, found by reading the file once more.
Index line_of(const Source& text, Index position) {
  Lines lines(text, '#');
  for (Index k = 0; k <= position; ++k) lines.next();
  return lines.number();
}

std::vector<Index> largest_indices(const TensorEntries& entries) {
  std::vector<Index> shape;
  for (const auto& index : entries.index) {
    shape.push_back(Index{1} + *std::max_element(index.begin(), index.end()));
  }
  return shape;
}

}  // namespace

TensorEntries read_tns(const Source& source, const TensorReadOptions& options) {
  const Source text = text_of(source);
  Lines lines(text, '#');
  if (!lines.next()) refuse(text, "holds no entry: expected at least one");
  const Layout layout = find_layout(lines, options);
  TensorEntries entries;
  reserve(text, layout, entries);
  do {
    append(lines, layout, entries);
  } while (lines.next());
  entries.shape = options.shape.empty() ? largest_indices(entries) : options.shape;
  const auto where = [&](Index position) {
    return fmt::format("{}, line {}", text.name, line_of(text, position));
  };
  canonicalise(entries, options.duplicates, where, options.index_base);
  return entries;
}

}  // namespace hadal::io
