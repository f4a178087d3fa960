#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "npy_header.hpp"
#include "readers.hpp"

namespace hadal::io {
namespace {

/// The elements of a two-dimensional array in the file's bytes.
struct Elements {
  Source source;
  std::size_t offset;  ///< of element (0, 0), in bytes
  Index rows, columns;
  std::size_t row_stride, column_stride;  ///< in bytes
  bool swap_bytes;
};

template <class T>
T load(const char* bytes, bool swap_bytes) {
  std::array<char, sizeof(T)> buffer;
  std::memcpy(buffer.data(), bytes, sizeof(T));
  if (swap_bytes) std::reverse(buffer.begin(), buffer.end());
  return std::bit_cast<T>(buffer);
}

template <class T>
void append_elements(const Elements& elements, Entries& entries) {
  for (Index i = 0; i < elements.rows; ++i) {
    for (Index j = 0; j < elements.columns; ++j) {
      const std::size_t offset = elements.offset +
                                 static_cast<std::size_t>(i) * elements.row_stride +
                                 static_cast<std::size_t>(j) * elements.column_stride;
      const auto value =
          static_cast<double>(load<T>(elements.source.bytes.data() + offset, elements.swap_bytes));
      if (std::isnan(value)) continue;
      if (std::isinf(value)) {
        refuse_byte(elements.source, offset,
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

using Append = void (*)(const Elements&, Entries&);

/// A boolean is read as the byte it is stored in.
Append append_for(const NpyHeader& header) {
  switch (header.kind) {
    case 'f':
      return header.item_size == 4 ? append_elements<float> : append_elements<double>;
    case 'i':
      return header.item_size == 1   ? append_elements<std::int8_t>
             : header.item_size == 2 ? append_elements<std::int16_t>
             : header.item_size == 4 ? append_elements<std::int32_t>
                                     : append_elements<std::int64_t>;
    default:
      return header.item_size == 1   ? append_elements<std::uint8_t>
             : header.item_size == 2 ? append_elements<std::uint16_t>
             : header.item_size == 4 ? append_elements<std::uint32_t>
                                     : append_elements<std::uint64_t>;
  }
}

void require_length(const Source& source, const NpyHeader& header, std::uint64_t count) {
  std::uint64_t expected = 0;
  const std::size_t found = source.bytes.size() - header.data_offset;
  if (!__builtin_mul_overflow(count, std::uint64_t{header.item_size}, &expected) &&
      expected == found) {
    return;
  }
  refuse_byte(source, header.data_offset,
              fmt::format("{} bytes of elements: expected {} x {} elements of {} bytes", found,
                          header.shape[0], header.shape[1], header.item_size));
}

}  // namespace

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
  const bool file_is_big = header.byte_order == '>';
  constexpr bool machine_is_big = std::endian::native == std::endian::big;
  append_for(header)({source, header.data_offset, entries.rows, entries.columns,
                      header.fortran_order ? item : columns * item,
                      header.fortran_order ? rows * item : item, file_is_big != machine_is_big},
                     entries);
  return data;
}

}  // namespace hadal::io
