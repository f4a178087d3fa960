#pragma once

#include "field_checks.hpp"
#include "hadal/model/deep_model.hpp"
#include "hadal/model/dropout_model.hpp"
#include "hadal/model/matrix_model.hpp"
#include "hadal/model/network_model.hpp"
#include "hadal/model/tensor_model.hpp"

namespace hadal {

/// Checks the shape, range and cross-references of every field, as docs/model-file.md lists them.
/// What the certificate claims is not checked here: that takes the data and is verify's work.
void require_valid(const MatrixModel& model, const Complain& complain);
void require_valid(const TensorModel& model, const Complain& complain);
void require_valid(const DropoutModel& model, const Complain& complain);
void require_valid(const NetworkModel& model, const Complain& complain);
void require_valid(const DeepModel& model, const Complain& complain);

}  // namespace hadal
