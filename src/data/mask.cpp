#include <fmt/format.h>

#include <vector>

#include "readers.hpp"

namespace hadal::io {
namespace {

/// Which pixels of a picture, or elements of an array, are kept.
struct Mask {
  Index height = 0, width = 0;
  std::vector<char> keep;
};

Mask read_mask(const Source& source) {
  ReadOptions options;
  options.format = find_format(source, options);
  if (options.format != FileFormat::png && options.format != FileFormat::npy) {
    refuse(source, "is not a mask: expected a PNG picture or an NPY array");
  }
  const MatrixData data =
      options.format == FileFormat::png ? read_png(source, options) : read_npy(source, options);
  const Index width = data.picture ? data.picture->width : data.entries.columns;
  Mask mask{data.entries.rows, width, {}};
  mask.keep.resize(static_cast<std::size_t>(mask.height * mask.width));
  for (std::size_t k = 0; k < data.entries.value.size(); ++k) {
    if (data.entries.value[k] == 0) continue;
    const Index pixel = data.entries.row[k] * width + data.entries.column[k] % width;
    mask.keep[static_cast<std::size_t>(pixel)] = 1;
  }
  return mask;
}

}  // namespace

void apply_mask(MatrixData& data, const Source& source) {
  const Mask mask = read_mask(source);
  Entries& entries = data.entries;
  const Index width = data.picture ? data.picture->width : entries.columns;
  if (mask.height != entries.rows || mask.width != width) {
    refuse(source, fmt::format("a mask of {} x {}: expected {} x {} as in the data", mask.height,
                               mask.width, entries.rows, width));
  }
  std::size_t kept = 0;
  for (std::size_t k = 0; k < entries.value.size(); ++k) {
    const Index pixel = entries.row[k] * width + entries.column[k] % width;
    if (mask.keep[static_cast<std::size_t>(pixel)] == 0) continue;
    entries.row[kept] = entries.row[k];
    entries.column[kept] = entries.column[k];
    entries.value[kept] = entries.value[k];
    ++kept;
  }
  entries.row.resize(kept);
  entries.column.resize(kept);
  entries.value.resize(kept);
}

}  // namespace hadal::io
