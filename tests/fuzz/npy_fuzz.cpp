#include "fuzz_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  hadal::ReadOptions options;
  options.format = hadal::FileFormat::npy;
  hadal::fuzz::read(hadal::fuzz::text(bytes, size), options);
  return 0;
}
