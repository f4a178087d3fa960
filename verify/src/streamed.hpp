#pragma once

#include <memory>

#include "evidence.hpp"
#include "hadal/data/row_source.hpp"

namespace hadal::verify {

/// Evidence from a fully observed matrix that is read anew in every pass, of the squared loss with
/// structured norms and offsets that are means. Throws DataError for an entry that is missing.
/// Model and source must outlive the result.
std::unique_ptr<Evidence> streamed_evidence(const MatrixModel& model, RowSource& source);

}  // namespace hadal::verify
