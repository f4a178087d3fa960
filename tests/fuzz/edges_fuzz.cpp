#include "fuzz_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace hadal;
  constexpr Index vertices = 100;
  try {
    for (const Edge& edge : io::read_edges({"fuzz", fuzz::text(bytes, size)}, vertices)) {
      if (edge.a == edge.b || edge.a < 0 || edge.b < 0 || edge.a >= vertices ||
          edge.b >= vertices) {
        std::abort();
      }
    }
  } catch (const DataError&) {
  }
  return 0;
}
