#pragma once

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <string>

namespace hadal::test {

inline std::string npy_with_header(const std::string& dictionary, const std::string& elements,
                                   int version = 1) {
  std::string bytes = "\x93NUMPY";
  bytes += static_cast<char>(version);
  bytes += '\0';
  bytes += static_cast<char>(dictionary.size());
  bytes += '\0';
  if (version > 1) bytes += std::string(2, '\0');
  return bytes + dictionary + elements;
}

inline std::string npy(const std::string& type, const std::string& shape,
                       const std::string& elements, bool fortran = false, int version = 1) {
  return npy_with_header("{'descr': '" + type + "', 'fortran_order': " +
                             (fortran ? "True" : "False") + ", 'shape': " + shape + ", }\n",
                         elements, version);
}

template <class T>
std::string elements(std::initializer_list<T> values, bool big_endian = false) {
  std::string bytes;
  for (const T value : values) {
    char buffer[sizeof(T)];
    std::memcpy(buffer, &value, sizeof(T));
    if (big_endian) std::reverse(buffer, buffer + sizeof(T));
    bytes.append(buffer, sizeof(T));
  }
  return bytes;
}

}  // namespace hadal::test
