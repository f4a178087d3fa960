#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "source.hpp"

namespace hadal::io {

/// What an NPY header says (numpy.lib.format, versions 1 to 3).
struct NpyHeader {
  char byte_order = '|';  ///< '<' little endian, '>' big endian, '|' does not apply
  char kind = 0;          ///< 'f', 'i', 'u' or 'b'
  std::size_t item_size = 0;
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
  std::size_t data_offset = 0;  ///< of the first element, in bytes
};

/// Throws DataError for anything but a well-formed header of a plain numeric or boolean array.
NpyHeader parse_npy_header(const Source& source);

/// The header of an array of this shape as float64 in C order.
std::string npy_header(std::span<const Index> shape);

}  // namespace hadal::io
