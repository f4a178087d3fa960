#pragma once

#include <string>

#include "hadal/data/matrix_data.hpp"
#include "hadal/model/matrix_model.hpp"

namespace hadal {

/// The pictures before and after as a section of the report: before only where `data` is given, its
/// missing pixels in a colour of their own. Empty for a model that is not of a picture.
std::string picture_section(const MatrixModel& model, const MatrixData* data);

}  // namespace hadal
