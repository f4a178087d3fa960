#include "deep_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "../fit/problem_identity.hpp"
#include "hadal/error.hpp"
#include "hadal/model/deep_checkpoint.hpp"

namespace hadal::deep {
namespace {

/// FNV-1a (Fowler, Noll and Vo) over the words of the data.
class CheckSum {
 public:
  void add(const double* values, Index count) {
    for (Index k = 0; k < count; ++k) {
      std::uint64_t word = 0;
      std::memcpy(&word, values + k, sizeof word);
      add(word);
    }
  }
  void add(std::uint64_t word) { sum_ = (sum_ ^ word) * 0x100000001b3u; }
  std::uint64_t sum() const { return sum_; }

 private:
  std::uint64_t sum_ = 0xcbf29ce484222325u;
};

std::uint64_t check_sum(const SampleData& data) {
  CheckSum sum;
  sum.add(data.inputs.data(), data.inputs.size());
  sum.add(data.targets.data(), data.targets.size());
  sum.add(data.weight.data(), data.weight.size());
  for (const int label : data.labels) sum.add(static_cast<std::uint64_t>(label));
  return sum.sum();
}

DeepCheckpoint checkpoint_of(const std::filesystem::path& path, const std::string& identity) {
  DeepCheckpoint c = load_deep_checkpoint(path);
  require_same_problem(path, c.problem, identity);
  return c;
}

}  // namespace

std::string identity_of(const SampleData& data, const DeepFitOptions& o) {
  std::string layers = o.architecture.to_text();
  std::replace(layers.begin(), layers.end(), '\n', ',');
  return fmt::format(
      "{} x {} samples (sum {:016x}); layers {}; {}; penalty {}; {} epochs of batches of "
      "{}; rate {}; held out {}; patience {}; growth {} every {} from {} starts; at most {}; "
      "standardised {}",
      data.samples(), data.inputs.cols(), check_sum(data), layers, common_identity(o),
      to_string(o.penalty), o.epochs, o.batch, o.learning_rate, o.validation, o.patience, o.growth,
      o.growth_interval, o.starts, o.size_max, o.standardise);
}

void keep(const std::filesystem::path& path, const ChoiceRecord& choice, const State& state,
          double seconds) {
  DeepCheckpoint c;
  c.problem = choice.identity;
  c.choice = choice.points;
  c.epoch = state.epoch;
  c.lambda_max = state.lambda_max;
  c.polar = state.polar;
  c.seconds = seconds;
  c.weights = layers_of(state.copies);
  c.first = layers_of(state.adam.first);
  c.second = layers_of(state.adam.second);
  const torch::Tensor steps = state.adam.steps.to(torch::kCPU).to(torch::kDouble).contiguous();
  c.steps.assign(steps.data_ptr<double>(), steps.data_ptr<double>() + steps.numel());
  c.best = layers_of(state.best);
  c.best_error = state.best_error;
  c.best_epoch = state.best_epoch;
  c.trace = state.trace;
  save_checkpoint(path, c);
}

void keep_choice(const std::filesystem::path& path, const ChoiceRecord& choice) {
  DeepCheckpoint c;
  c.problem = choice.identity;
  c.choice = choice.points;
  save_checkpoint(path, c);
}

std::vector<DeepFoldPoint> resumed_choice(const std::filesystem::path& path,
                                          const std::string& identity) {
  return checkpoint_of(path, identity).choice;
}

State resumed(const std::filesystem::path& path, const std::string& identity,
              const Subnetwork& subnetwork, const torch::TensorOptions& options) {
  const DeepCheckpoint c = checkpoint_of(path, identity);
  if (c.epoch == 0) return {};
  const Plan& plan = subnetwork.plan();
  bool fits = c.weights.size() == plan.weights.size();
  for (std::size_t k = 0; fits && k < c.weights.size(); ++k)
    fits = c.weights[k].cols() == plan.weights[k].size();
  if (!fits)
    throw ModelError(fmt::format("{}: its weights do not fit the architecture", path.string()));
  State state;
  state.epoch = c.epoch;
  state.copies = copies_of(c.weights, options);
  state.adam.first = copies_of(c.first, options);
  state.adam.second = copies_of(c.second, options);
  state.adam.steps = torch::tensor(c.steps, torch::kDouble).to(options);
  state.best = copies_of(c.best, options);
  state.best_error = c.best_error;
  state.best_epoch = c.best_epoch;
  state.lambda_max = c.lambda_max;
  state.polar = c.polar;
  state.seconds_before = c.seconds;
  state.trace = c.trace;
  return state;
}

}  // namespace hadal::deep
