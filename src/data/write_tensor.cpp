#include "hadal/data/write_tensor.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iterator>
#include <string>
#include <vector>

#include "hadal/data/write.hpp"
#include "hadal/error.hpp"
#include "npy_header.hpp"
#include "output.hpp"
#include "positions.hpp"

namespace hadal {
namespace {

void append_entry(fmt::memory_buffer& buffer, const TensorEntries& entries, std::size_t k,
                  const std::vector<Index>& indices) {
  fmt::format_to(std::back_inserter(buffer), "{}", fmt::join(indices, " "));
  fmt::format_to(std::back_inserter(buffer), " {}", entries.value[k]);
  if (!entries.weight.empty()) {
    fmt::format_to(std::back_inserter(buffer), " {}", entries.weight[k]);
  }
  buffer.push_back('\n');
}

}  // namespace

void write_npy(const std::filesystem::path& path, std::span<const Index> shape,
               std::span<const double> values) {
  if (shape.empty() || io::position_count(shape) != values.size()) {
    throw ArgumentError(
        fmt::format("{} values for an array of shape ({}): expected a value for "
                    "each position of at least one dimension",
                    values.size(), fmt::join(shape, ", ")));
  }
  write_atomically(path, [&](const std::filesystem::path& temporary) {
    io::Output output(temporary);
    const std::string header = io::npy_header(shape);
    output.write(header.data(), header.size());
    output.write(values.data(), values.size_bytes());
    output.close();
  });
}

void write_tns(const std::filesystem::path& path, const TensorEntries& entries) {
  write_atomically(path, [&](const std::filesystem::path& temporary) {
    io::Output output(temporary);
    io::Walk walk(entries.shape);
    std::vector<Index> indices(entries.shape.size());
    for (std::size_t k = 0; k < entries.value.size(); ++k) {
      for (std::size_t mode = 0; mode < indices.size(); ++mode) {
        indices[mode] = 1 + (entries.full() ? walk.at()[mode] : entries.index[mode][k]);
      }
      append_entry(output.buffer(), entries, k, indices);
      output.flush_large_buffer();
      walk.next();
    }
    output.close();
  });
}

}  // namespace hadal
