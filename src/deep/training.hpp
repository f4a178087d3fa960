#pragma once

#include <string>
#include <vector>

#include "hadal/deep/deep_fit.hpp"
#include "hadal/model/deep_checkpoint.hpp"

namespace hadal::deep {

/// What the checkpoints of a training hold of the choice of lambda before it.
struct ChoiceRecord {
  std::string identity;  ///< of the fit that chose; empty: lambda was given
  std::vector<DeepFoldPoint> points;
};

/// Trains at a given lambda or ratio, as fit_deep_network says.
DeepModel train(const SampleData& data, const DeepFitOptions& options, const FitObserver& observer,
                const ChoiceRecord& choice = {});

}  // namespace hadal::deep
