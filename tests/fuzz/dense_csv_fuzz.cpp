#include "fuzz_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace hadal;
  const std::string_view text = fuzz::text(bytes, size);
  ReadOptions options;
  options.format = FileFormat::dense_csv;
  fuzz::read(text, options);
  options.delimiter = ' ';
  options.header = Header::no;
  fuzz::read(text, options);
  options.delimiter = ',';
  options.header = Header::yes;
  options.row_field = "2";
  fuzz::read(text, options);
  return 0;
}
