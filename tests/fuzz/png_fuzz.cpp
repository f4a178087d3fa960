#include <zlib.h>

#include <string>

#include "fuzz_reader.hpp"

namespace {

std::uint32_t big_endian(const std::string& bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

/// Sets the checksum of every chunk, so that a mutation reaches what lies behind that test.
void repair_checksums(std::string& bytes) {
  constexpr std::size_t signature = 8, frame = 12;
  for (std::size_t at = signature; at + frame <= bytes.size();) {
    const std::size_t length = big_endian(bytes, at);
    if (length > bytes.size() - at - frame) return;
    const auto* type = reinterpret_cast<const Bytef*>(bytes.data() + at + 4);
    const auto crc = crc32(0, type, static_cast<uInt>(length + 4));
    for (std::size_t i = 0; i < 4; ++i) {
      bytes[at + 8 + length + i] = static_cast<char>(crc >> (24 - 8 * i) & 0xFF);
    }
    at += frame + length;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace hadal;
  ReadOptions options;
  options.format = FileFormat::png;
  fuzz::read(fuzz::text(bytes, size), options);
  std::string repaired(fuzz::text(bytes, size));
  repair_checksums(repaired);
  options.mask_color = {0, 0, 0};
  fuzz::read(repaired, options);
  return 0;
}
