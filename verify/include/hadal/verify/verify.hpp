#pragma once

#include <string>
#include <vector>

#include "hadal/data/matrix_data.hpp"
#include "hadal/data/row_source.hpp"
#include "hadal/data/samples.hpp"
#include "hadal/data/tensor_entries.hpp"
#include "hadal/model/deep_model.hpp"
#include "hadal/model/dropout_model.hpp"
#include "hadal/model/matrix_model.hpp"
#include "hadal/model/network_model.hpp"
#include "hadal/model/tensor_model.hpp"

/// The independent checker: it re-derives everything a model claims from the model and the data,
/// with code that shares nothing with the solvers.
namespace hadal::verify {

struct Options {
  int threads = 0;
  /// Relative slack allowed between a claimed figure and the re-derived one, for rounding.
  double figure_tolerance = 1e-9;
};

/// One thing that was checked: what was claimed, what was found.
struct Check {
  std::string name;  ///< e.g. "objective"
  double claimed = 0;
  double found = 0;
  bool passed = false;
  std::string remark;  ///< in words: why it failed, or what there is to know
};

struct Report {
  std::vector<Check> checks;
  Certificate found;                 ///< the certificate re-derived here
  Status status = Status::unproven;  ///< what the re-derived certificate supports
  bool confirmed = false;            ///< every check passed and the claimed gap and status hold
  double seconds = 0;
};

/// Re-derives objective, gradient, polar bound and gap. The probabilistic bound draws its start
/// vector from the system's entropy. Throws ModelError when the data's shape or labels do not fit
/// the model. A wrong claim is not an error: confirmed is false and the checks say why.
Report verify_matrix(const MatrixModel& model, const MatrixData& data, const Options& options = {});

/// The same of a fully observed matrix that is read anew in every pass, for models of the squared
/// loss with structured norms and offsets that are means; throws ModelError for any other. The
/// polar is bounded through every pair of norm terms at once (docs/verification.md).
Report verify_matrix(const MatrixModel& model, RowSource& source, const Options& options = {});

/// The same for a tensor. Its polar is bounded by the matrices that the claim's slack names, an
/// unfolding or those left where the directions of some modes are divided.
Report verify_tensor(const TensorModel& model, const TensorData& data, const Options& options = {});

/// The same for a network with one hidden layer, and the samples that it was fitted to.
Report verify_network(const NetworkModel& model, const SampleData& data,
                      const Options& options = {});

/// What there is to check of deep subnetworks: objective, errors and accuracies, computed anew
/// without LibTorch. Nothing is claimed of how far the optimum is, and nothing is found.
Report verify_deep(const DeepModel& model, const SampleData& data, const Options& options = {});

/// The same for a linear network with dropout; samples in the columns of target and input, an empty
/// input being the identity.
Report verify_dropout(const DropoutModel& model, const Matrix& target, const Matrix& input,
                      const Options& options = {});

}  // namespace hadal::verify
