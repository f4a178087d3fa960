#pragma once

#include <memory>
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

/// Trainings of the same samples at several ratios, each from none. They share the search at zero,
/// and make none at the end. References must outlive it.
class FoldTraining {
 public:
  FoldTraining(const SampleData& data, const DeepFitOptions& options, const FitObserver& observer);
  ~FoldTraining();
  FoldTraining(const FoldTraining&) = delete;
  FoldTraining& operator=(const FoldTraining&) = delete;

  DeepModel at(double ratio);

 private:
  std::unique_ptr<class Fit> fit_;
};

}  // namespace hadal::deep
