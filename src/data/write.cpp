#include "hadal/data/write.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <iterator>
#include <string_view>

#include "hadal/data/write_tensor.hpp"
#include "hadal/error.hpp"
#include "output.hpp"

namespace hadal {
namespace {

using io::Output;

void append_number(fmt::memory_buffer& buffer, double value) {
  if (std::isnan(value)) {
    buffer.append(std::string_view("NaN"));
  } else {
    fmt::format_to(std::back_inserter(buffer), "{}", value);
  }
}

/// A text field, quoted where the reader would otherwise see something else in it.
void append_text(fmt::memory_buffer& buffer, std::string_view text) {
  const bool plain = text.find_first_of(",\"\r\n\t ") == std::string_view::npos;
  if (plain) {
    buffer.append(text);
    return;
  }
  buffer.push_back('"');
  for (const char c : text) {
    if (c == '"') buffer.push_back('"');
    buffer.push_back(c);
  }
  buffer.push_back('"');
}

void append_label(fmt::memory_buffer& buffer, const std::vector<std::string>& labels,
                  std::int32_t index) {
  if (labels.empty()) {
    fmt::format_to(std::back_inserter(buffer), "{}", index);
  } else {
    append_text(buffer, labels[static_cast<std::size_t>(index)]);
  }
}

void require_labels(const std::vector<std::string>& labels, Index count, std::string_view kind) {
  if (labels.empty() || static_cast<Index>(labels.size()) == count) return;
  throw ArgumentError(fmt::format("{} {} labels: expected none or {}", labels.size(), kind, count));
}

void append_triplet(fmt::memory_buffer& buffer, const MatrixData& data, std::size_t k) {
  append_label(buffer, data.row_labels, data.entries.row[k]);
  buffer.push_back(',');
  append_label(buffer, data.column_labels, data.entries.column[k]);
  buffer.push_back(',');
  append_number(buffer, data.entries.value[k]);
  if (!data.entries.weight.empty()) {
    buffer.push_back(',');
    append_number(buffer, data.entries.weight[k]);
  }
  buffer.push_back('\n');
}

}  // namespace

void write_dense_csv(const std::filesystem::path& path, const Factor& dense) {
  write_atomically(path, [&](const std::filesystem::path& temporary) {
    Output output(temporary);
    for (Index i = 0; i < dense.rows(); ++i) {
      for (Index j = 0; j < dense.cols(); ++j) {
        if (j > 0) output.buffer().push_back(',');
        append_number(output.buffer(), dense(i, j));
        output.flush_large_buffer();
      }
      output.buffer().push_back('\n');
    }
    output.close();
  });
}

void write_npy(const std::filesystem::path& path, const Factor& dense) {
  const std::array shape{dense.rows(), dense.cols()};
  write_npy(path, shape, {dense.data(), static_cast<std::size_t>(dense.size())});
}

void write_png(const std::filesystem::path& path, const Factor& dense, const PictureShape& shape) {
  const std::vector<unsigned char> bytes = encode_png(dense, shape);
  write_atomically(path, [&](const std::filesystem::path& temporary) {
    Output output(temporary);
    output.write(bytes.data(), bytes.size());
    output.close();
  });
}

void write_triplets_csv(const std::filesystem::path& path, const MatrixData& data) {
  require_labels(data.row_labels, data.entries.rows, "row");
  require_labels(data.column_labels, data.entries.columns, "column");
  write_atomically(path, [&](const std::filesystem::path& temporary) {
    Output output(temporary);
    fmt::memory_buffer& buffer = output.buffer();
    append_text(buffer, data.row_name);
    buffer.push_back(',');
    append_text(buffer, data.column_name);
    buffer.push_back(',');
    append_text(buffer, data.value_name);
    buffer.append(std::string_view(data.entries.weight.empty() ? "\n" : ",weight\n"));
    for (std::size_t k = 0; k < data.entries.value.size(); ++k) {
      append_triplet(buffer, data, k);
      output.flush_large_buffer();
    }
    output.close();
  });
}

}  // namespace hadal
