#include "fuzz_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace hadal;
  const std::string_view text = fuzz::text(bytes, size);
  ReadOptions options;
  fuzz::read(text, options);
  options.format = FileFormat::triplets;
  fuzz::read(text, options);
  options.duplicates = Duplicates::mean;
  options.delimiter = ' ';
  fuzz::read(text, options);
  options.delimiter = ',';
  options.weight_field = "4";
  fuzz::read(text, options);
  options.header = Header::yes;
  options.row_field = "user";
  fuzz::read(text, options);
  return 0;
}
