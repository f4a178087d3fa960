#include "fuzz_tensor.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace hadal;
  ReadOptions matrix;
  matrix.format = FileFormat::npy;
  fuzz::read(fuzz::text(bytes, size), matrix);
  TensorReadOptions tensor;
  tensor.format = TensorFormat::npy;
  fuzz::read_tensor(fuzz::text(bytes, size), tensor);
  return 0;
}
