#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "npy_header.hpp"

/// The elements of an NPY file, of any type, as doubles.
namespace hadal::io {

/// Throws DataError unless the file ends with the last of `count` elements.
void require_length(const Source& source, const NpyHeader& header, std::uint64_t count);

template <class T>
double load_element(const char* bytes, bool swap_bytes) {
  std::array<char, sizeof(T)> buffer;
  std::memcpy(buffer.data(), bytes, sizeof(T));
  if (swap_bytes) std::reverse(buffer.begin(), buffer.end());
  return static_cast<double>(std::bit_cast<T>(buffer));
}

/// Calls `use(load)` with a function that reads an element of the file's type at an address.
template <class Use>
void with_loader(const NpyHeader& header, const Use& use) {
  constexpr bool machine_is_big = std::endian::native == std::endian::big;
  const bool swap_bytes = (header.byte_order == '>') != machine_is_big;
  const auto with_type = [&]<class T>(T) {
    use([swap_bytes](const char* bytes) { return load_element<T>(bytes, swap_bytes); });
  };
  switch (header.kind) {
    case 'f':
      return header.item_size == 4 ? with_type(float{}) : with_type(double{});
    case 'i':
      return header.item_size == 1   ? with_type(std::int8_t{})
             : header.item_size == 2 ? with_type(std::int16_t{})
             : header.item_size == 4 ? with_type(std::int32_t{})
                                     : with_type(std::int64_t{});
    default:  // a boolean is read as the byte it is stored in
      return header.item_size == 1   ? with_type(std::uint8_t{})
             : header.item_size == 2 ? with_type(std::uint16_t{})
             : header.item_size == 4 ? with_type(std::uint32_t{})
                                     : with_type(std::uint64_t{});
  }
}

}  // namespace hadal::io
