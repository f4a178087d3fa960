#pragma once

#include <functional>
#include <string_view>

#include "hadal/model/matrix_model.hpp"

namespace hadal {

/// Told the field and what is wrong with it; must throw.
using Complain = std::function<void(std::string_view field, std::string_view message)>;

/// Checks the shape, range and cross-references of every field, as docs/model-file.md lists them.
/// What the certificate claims is not checked here: that takes the data and is verify's work.
void require_valid(const MatrixModel& model, const Complain& complain);

}  // namespace hadal
