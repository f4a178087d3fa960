#include "fuzz_reader.hpp"

namespace {

void read(std::string_view text, const hadal::ReadOptions& options) {
  using namespace hadal;
  try {
    const Pairs pairs = io::read_pairs({"fuzz", text}, options, {"user", "film", "rating"});
    const std::size_t count = pairs.row.size();
    if (count == 0 || pairs.column.size() != count ||
        (!pairs.value.empty() && pairs.value.size() != count)) {
      std::abort();
    }
  } catch (const DataError&) {
  } catch (const ArgumentError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text = hadal::fuzz::text(bytes, size);
  hadal::ReadOptions options;
  read(text, options);
  options.delimiter = ',';
  options.row_field = "2";
  options.column_field = "1";
  read(text, options);
  options.header = hadal::Header::yes;
  options.value_field = "rating";
  read(text, options);
  return 0;
}
