#include <vector>

#include "data/tiff_pages.hpp"
#include "fuzz_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace hadal;
  ReadOptions options;
  options.format = FileFormat::tiff;
  fuzz::read(fuzz::text(bytes, size), options);
  // Frame by frame, from the last to the first, as a program may that holds one at a time.
  try {
    io::TiffPages pages({"fuzz", fuzz::text(bytes, size)});
    std::vector<float> frame(static_cast<std::size_t>(pages.shape().pixels()));
    for (Index t = pages.frames(); t-- > 0;) pages.read(t, frame.data());
  } catch (const DataError&) {
  }
  return 0;
}
