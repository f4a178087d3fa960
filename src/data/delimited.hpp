#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hadal/data/read.hpp"
#include "records.hpp"

/// What the two readers of delimited text share.
namespace hadal::io {

/// The delimiter that `options` names, or the one found in `text`.
/// Throws ArgumentError for a character that cannot delimit.
char delimiter_of(const Source& text, const ReadOptions& options);

/// Position, from 0, of the field that `choice` names (a name in `header`, or a position from 1).
/// Throws DataError naming the choice and the fields there are.
std::size_t field_position(const Source& source, const std::string& choice, std::string_view option,
                           const std::vector<std::string_view>& first_record);

/// True when `choice` is a position rather than a name (the empty choice counts as a position).
bool is_position(std::string_view choice);

/// Throws DataError when `label` is blank or is not UTF-8.
void require_label(const Records& records, std::string_view label, std::string_view kind);

/// Throws DataError when the current record does not have `expected` fields.
void require_fields(const Records& records, std::size_t expected);

}  // namespace hadal::io
