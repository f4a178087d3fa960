#pragma once

#include <filesystem>
#include <limits>
#include <string>

#include "adam.hpp"
#include "frame.hpp"
#include "hadal/model/trace.hpp"
#include "training.hpp"

namespace hadal::deep {

/// Where a fit stands after an epoch; lambda_max and polar in the fit's own units.
struct State {
  std::int64_t epoch = 0;
  Copies copies;
  Adam adam;
  Copies best;
  double best_error = std::numeric_limits<double>::infinity();
  std::int64_t best_epoch = 0;
  double lambda_max = 0, polar = 0, seconds_before = 0;
  std::vector<OuterIteration> trace;
};

/// What a fit solves and how, in words: a checkpoint goes on only with the same.
std::string identity_of(const SampleData& data, const DeepFitOptions& options);

void keep(const std::filesystem::path& path, const ChoiceRecord& choice, const State& state,
          double seconds);

/// Keeps a choice of lambda that is under way.
void keep_choice(const std::filesystem::path& path, const ChoiceRecord& choice);

/// Throws ArgumentError for a checkpoint of another problem.
std::vector<DeepFoldPoint> resumed_choice(const std::filesystem::path& path,
                                          const std::string& identity);

/// Of a checkpoint of a choice that was under way, a state of no epochs. Throws ArgumentError
/// for a checkpoint of another problem, ModelError for one of other shapes.
State resumed(const std::filesystem::path& path, const std::string& identity,
              const Subnetwork& subnetwork, const torch::TensorOptions& options);

}  // namespace hadal::deep
