#include "fuzz_tensor.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace hadal;
  const std::string_view text = fuzz::text(bytes, size);
  TensorReadOptions options;
  options.format = TensorFormat::tns;
  fuzz::read_tensor(text, options);
  options.duplicates = Duplicates::mean;
  options.index_base = 0;
  fuzz::read_tensor(text, options);
  options.weighted = true;
  fuzz::read_tensor(text, options);
  options.shape = {4, 2, 3};
  fuzz::read_tensor(text, options);
  return 0;
}
