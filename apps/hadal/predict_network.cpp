#include "predict_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "csv.hpp"
#include "files.hpp"
#include "hadal/data/write.hpp"
#include "sample_reading.hpp"

namespace hadal::cli {
namespace {

std::string header_of(const SampleModel& model) {
  std::string text;
  if (model.task == Task::classification) {
    text = "class";
    for (const std::string& name : model.classes) text += "," + csv_field("probability of " + name);
    return text + "\n";
  }
  for (Index k = 0; k < model.outputs(); ++k) {
    const auto at = static_cast<std::size_t>(k);
    const std::string name =
        at < model.target_names.size() ? model.target_names[at] : fmt::format("y{}", k + 1);
    text += (k ? "," : "") + csv_field(name);
  }
  return text + "\n";
}

std::string table_of(const SampleModel& model, const Factor& predicted) {
  std::string text = header_of(model);
  const bool classes = model.task == Task::classification;
  const std::vector<int> best = classes ? most_probable(predicted) : std::vector<int>();
  for (Index i = 0; i < predicted.rows(); ++i) {
    if (classes)
      text +=
          csv_field(model.classes[static_cast<std::size_t>(best[static_cast<std::size_t>(i)])]) +
          ",";
    for (Index k = 0; k < predicted.cols(); ++k)
      text += fmt::format("{}{}", k ? "," : "", predicted(i, k));
    text += "\n";
  }
  return text;
}

/// How many samples have a class that the model knows, how many of them are met, their log loss.
std::string classes_met(const Factor& probability, const std::vector<int>& labels) {
  const std::vector<int> best = most_probable(probability);
  Index known = 0, right = 0;
  double loss = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0) continue;
    ++known;
    right += best[i] == labels[i];
    loss -= std::log(std::max(1e-300, probability(static_cast<Index>(i), labels[i])));
  }
  if (known == 0) return "no sample has a class that the model knows";
  return fmt::format("accuracy {:.6g}  log loss {:.6g}  over {} samples{}",
                     static_cast<double>(right) / static_cast<double>(known),
                     loss / static_cast<double>(known), known,
                     known < static_cast<Index>(labels.size())
                         ? fmt::format(", {} of a class that the model does not know left out",
                                       static_cast<Index>(labels.size()) - known)
                         : "");
}

std::string values_met(const Factor& predicted, const Factor& targets) {
  const Factor error = predicted - targets;
  const double scatter = (targets.rowwise() - targets.colwise().mean()).squaredNorm();
  std::string text = fmt::format("RMSE {:.6g}  MAE {:.6g}",
                                 std::sqrt(error.squaredNorm() / static_cast<double>(error.size())),
                                 error.cwiseAbs().mean());
  if (scatter > 0) text += fmt::format("  R^2 {:.6g}", 1 - error.squaredNorm() / scatter);
  return text + fmt::format("  over {} samples", targets.rows());
}

template <class Model>
void predict(const Model& model, const std::filesystem::path& samples,
             const std::filesystem::path& targets, const std::filesystem::path& out) {
  if (!out.empty()) require_extension(out, "--out", {".csv", ".npy"});
  const SampleData data = read_samples_like(model, samples, targets);
  const Factor predicted = predictions(model, data.inputs);
  if (!out.empty() && extension_of(out) == ".npy")
    write_npy(out, predicted);
  else
    write_text(out, table_of(model, predicted));
  if (!data.has_targets) return;
  // Where predictions go to standard output, the figures must not mix with them.
  fmt::print(out.empty() ? stderr : stdout, "{}\n",
             model.task == Task::classification ? classes_met(predicted, data.labels)
                                                : values_met(predicted, data.targets));
}

}  // namespace

void predict_samples(const NetworkModel& model, const std::filesystem::path& samples,
                     const std::filesystem::path& targets, const std::filesystem::path& out) {
  predict(model, samples, targets, out);
}

void predict_samples(const DeepModel& model, const std::filesystem::path& samples,
                     const std::filesystem::path& targets, const std::filesystem::path& out) {
  predict(model, samples, targets, out);
}

}  // namespace hadal::cli
