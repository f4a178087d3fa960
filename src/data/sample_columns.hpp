#pragma once

#include <string>
#include <vector>

#include "sample_table_layout.hpp"

/// What the columns of a table of samples hold.
namespace hadal::io {

/// One field of all records.
struct ColumnSummary {
  Index present = 0;    ///< fields that are not missing
  Index text_line = 0;  ///< the first with text; 0: there is none
  std::string text;     ///< on that line
  double mean = 0;      ///< of its finite numbers
};

struct TableSummary {
  Index samples = 0;
  std::vector<ColumnSummary> columns;  ///< of every field
};

/// Moves `records` past the header, if there is one.
void skip_header(Records& records, const SampleTableLayout& layout);

/// Reads the table once. Throws DataError on a record of another length, and where there is none.
TableSummary summarise(const Source& text, const SampleTableLayout& layout);

/// What the inputs of the table become: categories where a column holds text. Reads the table once
/// more where one does. Throws DataError on too many categories, and on a column without a value
/// where its mean was asked for.
InputEncoding find_encoding(const Source& text, const SampleTableLayout& layout,
                            const TableSummary& summary, Missing missing);

}  // namespace hadal::io
