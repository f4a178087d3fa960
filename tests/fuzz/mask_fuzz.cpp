#include "fuzz_reader.hpp"

/// Masks of an array and of a picture in colour, both 4 x 6.
namespace {

using namespace hadal;

MatrixData whole(int channels) {
  MatrixData data;
  if (channels > 1) data.picture = PictureShape{4, 6, channels, 8};
  data.entries = entries_from_dense(Factor::Ones(4, 6 * channels));
  return data;
}

void mask(MatrixData data, std::string_view bytes) {
  const Entries before = data.entries;
  try {
    io::apply_mask(data, {"mask", bytes});
  } catch (const DataError&) {
    return;
  } catch (const ArgumentError&) {
    return;
  }
  // What is kept stays in its order, with its columns and values.
  const Entries& after = data.entries;
  Index k = 0;
  for (Index at = 0; at < after.size(); ++at, ++k) {
    while (k < before.size() &&
           (before.row[k] != after.row[at] || before.column[k] != after.column[at]))
      ++k;
    if (k == before.size() || after.value[at] != before.value[k]) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  mask(whole(1), fuzz::text(bytes, size));
  mask(whole(3), fuzz::text(bytes, size));
  return 0;
}
