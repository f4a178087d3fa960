#pragma once

#include "data/tensor_readers.hpp"
#include "fuzz_reader.hpp"

namespace hadal::fuzz {

/// Reads a tensor by `read`: what is accepted must be canonical, and what is refused must be
/// refused with DataError or ArgumentError; anything else is a crash.
template <class Read>
void check_tensor(const Read& read) {
  try {
    TensorEntries entries = read().entries;
    const TensorEntries before = entries;
    canonicalise(entries, Duplicates::error);
    if (entries.size() == 0 || entries.order() < tensor_order_min ||
        entries.order() > tensor_order_max || entries.index != before.index ||
        entries.value != before.value) {
      std::abort();
    }
  } catch (const DataError&) {
  } catch (const ArgumentError&) {
  }
}

inline void read_tensor(std::string_view bytes, const TensorReadOptions& options) {
  check_tensor([&] { return io::read_tensor_source({"fuzz", bytes}, options); });
}

}  // namespace hadal::fuzz
