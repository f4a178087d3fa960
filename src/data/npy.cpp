#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "npy_elements.hpp"
#include "readers.hpp"

namespace hadal::io {
namespace {

/// Where the elements of a two-dimensional array stand, in bytes.
struct Layout {
  std::size_t first, row_stride, column_stride;
};

template <class Load>
void append_elements(const Source& source, const Layout& layout, const Load& load,
                     Entries& entries) {
  for (Index i = 0; i < entries.rows; ++i) {
    for (Index j = 0; j < entries.columns; ++j) {
      const std::size_t offset = layout.first + static_cast<std::size_t>(i) * layout.row_stride +
                                 static_cast<std::size_t>(j) * layout.column_stride;
      const double value = load(source.bytes.data() + offset);
      if (std::isnan(value)) continue;
      if (std::isinf(value)) {
        refuse_byte(source, offset,
                    fmt::format("row {}, column {} is {}: expected a finite number, or NaN for a "
                                "missing entry",
                                i, j, value));
      }
      entries.row.push_back(static_cast<std::int32_t>(i));
      entries.column.push_back(static_cast<std::int32_t>(j));
      entries.value.push_back(value);
    }
  }
}

}  // namespace

void require_length(const Source& source, const NpyHeader& header, std::uint64_t count) {
  std::uint64_t expected = 0;
  const std::size_t found = source.bytes.size() - header.data_offset;
  if (!__builtin_mul_overflow(count, std::uint64_t{header.item_size}, &expected) &&
      expected == found) {
    return;
  }
  refuse_byte(source, header.data_offset,
              fmt::format("{} bytes of elements: expected {} elements of {} bytes", found,
                          fmt::join(header.shape, " x "), header.item_size));
}

MatrixData read_npy(const Source& source, const ReadOptions&) {
  const NpyHeader header = parse_npy_header(source);
  if (header.shape.size() != 2) {
    refuse(source, fmt::format("an array of shape ({}): expected two dimensions",
                               fmt::join(header.shape, ", ")));
  }
  const std::uint64_t rows = header.shape[0], columns = header.shape[1];
  require_size(source, rows, columns, 0);
  require_length(source, header, rows * columns);
  require_size(source, rows, columns, rows * columns);

  MatrixData data;
  Entries& entries = data.entries;
  entries.rows = static_cast<Index>(rows);
  entries.columns = static_cast<Index>(columns);
  entries.row.reserve(rows * columns);
  entries.column.reserve(rows * columns);
  entries.value.reserve(rows * columns);
  const std::size_t item = header.item_size;
  const Layout layout{header.data_offset, header.fortran_order ? item : columns * item,
                      header.fortran_order ? rows * item : item};
  with_loader(header, [&](const auto& load) { append_elements(source, layout, load, entries); });
  return data;
}

}  // namespace hadal::io
