#pragma once

#include <optional>

#include "hadal/data/read.hpp"
#include "records.hpp"

namespace hadal::io {

/// What the first lines of a dense table are; the rule is in docs/data-formats.md.
struct DenseLayout {
  std::size_t fields = 0;  ///< of each row of numbers, its label included
  bool header = false;
  std::optional<std::size_t> label_field;  ///< position of the row labels
};

/// Throws DataError when the first line may be either a header or a row, naming the option to set.
DenseLayout find_dense_layout(const Source& text, const ReadOptions& options);

}  // namespace hadal::io
