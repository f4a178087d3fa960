#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hadal/data/read_samples.hpp"
#include "records.hpp"

namespace hadal::io {

/// Where a table of samples keeps what: positions of fields, counted from 0.
struct SampleTableLayout {
  char delimiter = ',';
  bool header = false;
  std::size_t fields = 0;            ///< of each record
  std::vector<std::string> names;    ///< of the fields: the header's, or "column 1" and so on
  std::vector<std::size_t> inputs;   ///< of new data: of every column of the encoding
  std::vector<std::size_t> targets;  ///< of new data: may be none
  std::optional<std::size_t> weight;
};

/// The layout of `text` by its first lines and `options`; the rule for the header is in
/// docs/data-formats.md. With `like` the inputs are the columns of its encoding. Throws DataError
/// where columns are not there or the first line may be either a header or a sample, and
/// ArgumentError for options that do not fit each other.
SampleTableLayout find_sample_layout(const Source& text, const SampleReadOptions& options,
                                     const SampleData* like);

}  // namespace hadal::io
