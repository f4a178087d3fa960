#include <cmath>
#include <vector>

#include "readers.hpp"
#include "tiff_pages.hpp"

namespace hadal::io {

MatrixData read_tiff(const Source& source) {
  TiffPages pages(source);
  MatrixData data;
  data.row_name = "frame";
  data.column_name = "pixel";
  data.movie = pages.shape();
  Entries& entries = data.entries;
  entries.rows = pages.frames();
  entries.columns = pages.shape().pixels();
  const auto count = static_cast<std::uint64_t>(entries.rows * entries.columns);
  require_size(source, static_cast<std::uint64_t>(entries.rows),
               static_cast<std::uint64_t>(entries.columns), count);
  entries.row.reserve(count);
  entries.column.reserve(count);
  entries.value.reserve(count);
  std::vector<double> frame(static_cast<std::size_t>(entries.columns));
  for (Index t = 0; t < entries.rows; ++t) {
    pages.read(t, frame.data());
    for (std::size_t p = 0; p < frame.size(); ++p) {
      if (std::isnan(frame[p])) continue;
      entries.row.push_back(static_cast<std::int32_t>(t));
      entries.column.push_back(static_cast<std::int32_t>(p));
      entries.value.push_back(frame[p]);
    }
  }
  return data;
}

}  // namespace hadal::io
