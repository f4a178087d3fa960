#include "predict_tensor.hpp"

#include <fmt/format.h>

#include "csv.hpp"
#include "files.hpp"
#include "hadal/data/read_tensor.hpp"
#include "hadal/data/write_tensor.hpp"
#include "hadal/error.hpp"
#include "hadal/fit/category_scores.hpp"
#include "hadal/kernel/tensor_products.hpp"
#include "hadal/model/categories.hpp"
#include "hadal/report/words.hpp"

namespace hadal::cli {
namespace {

const std::vector<Factor>& factors_of(const TensorModel& model, PredictWith with) {
  if (with == PredictWith::refit && !model.refit)
    throw ArgumentError("the model has no refit; expected one");
  return model.refit && with != PredictWith::penalised ? model.refit->factors : model.factors;
}

Vector scores_at(const TensorModel& model, PredictWith with, const TensorEntries& positions) {
  Vector z;
  tensor_values(TensorPattern(positions), factors_of(model, with), z);
  return z;
}

/// What the model predicts at the positions of some entries, and the mean error on their values.
struct TensorPredictions {
  Vector value;
  Vector probability;  ///< of a category that is predicted; empty for other losses
  double error_sum = 0, right = 0, weight = 0;
  Index compared = 0;
};

void compare(const TensorEntries& entries, Index k, double error, TensorPredictions& predictions) {
  const double w = entries.weight.empty() ? 1 : entries.weight[static_cast<std::size_t>(k)];
  predictions.error_sum += w * error;
  predictions.weight += w;
  ++predictions.compared;
}

TensorPredictions predict_values(const TensorModel& model, PredictWith with,
                                 const TensorEntries& entries) {
  const Vector z = scores_at(model, with, entries);
  TensorPredictions predictions;
  predictions.value = z.unaryExpr([&](double x) { return inverse_link(model.loss, x); });
  for (Index k = 0; k < z.size(); ++k)
    compare(entries, k, entry_error(model.loss, entries.value[static_cast<std::size_t>(k)], z[k]),
            predictions);
  return predictions;
}

/// Values that are no category of the model are left out of the comparison.
TensorPredictions predict_categories(const TensorModel& model, PredictWith with,
                                     const TensorEntries& entries) {
  const auto count = std::ssize(model.categories);
  const Vector z = scores_at(model, with, score_positions(entries, count));
  TensorPredictions predictions;
  predictions.value.resize(entries.size());
  predictions.probability.resize(entries.size());
  for (Index k = 0; k < entries.size(); ++k) {
    const Vector scores = z.segment(k * count, count);
    Index top = 0;
    predictions.probability[k] = softmax(scores).maxCoeff(&top);
    predictions.value[k] = static_cast<double>(model.categories[static_cast<std::size_t>(top)]);
    const Index given = find_category(model.categories, entries.value[static_cast<std::size_t>(k)]);
    if (given < 0) continue;
    compare(entries, k, category_loss(scores, given), predictions);
    predictions.right += given == top;
  }
  return predictions;
}

TensorPredictions predict_at(const TensorModel& model, PredictWith with,
                             const TensorEntries& entries) {
  return model.loss == LossKind::multinomial ? predict_categories(model, with, entries)
                                             : predict_values(model, with, entries);
}

std::string entries_csv(const TensorModel& model, const TensorEntries& entries,
                        const TensorPredictions& predictions) {
  std::string text;
  for (Index m = 0; m < model.data_order(); ++m) text += csv_field(mode_in_words(model, m)) + ",";
  text += predictions.probability.size() ? "value,prediction,probability\n" : "value,prediction\n";
  TensorPattern(entries).for_each([&](Index k, const TensorPattern::Position& at) {
    for (Index m = 0; m < model.data_order(); ++m)
      text += fmt::format("{},", at[static_cast<std::size_t>(m)]);
    text += fmt::format("{},{}", entries.value[static_cast<std::size_t>(k)], predictions.value[k]);
    if (predictions.probability.size()) text += fmt::format(",{}", predictions.probability[k]);
    text += "\n";
  });
  return text;
}

/// How well values were met, over how many entries.
std::string errors_in_words(const TensorModel& model, const TensorPredictions& predictions,
                            Index entries) {
  if (predictions.compared == 0) return "no value to compare with";
  std::string text = fmt::format(
      "error {} ({})", figure(mean_error(model.loss, predictions.error_sum, predictions.weight)),
      error_in_words(model));
  if (model.loss == LossKind::multinomial)
    text += fmt::format("  accuracy {}",
                        figure(predictions.right / static_cast<double>(predictions.compared)));
  text += fmt::format("  over {} entries", predictions.compared);
  if (predictions.compared < entries)
    text +=
        fmt::format("; {} others have no category of the model", entries - predictions.compared);
  return text;
}

}  // namespace

void predict_whole_tensor(const TensorModel& model, PredictWith with,
                          const std::filesystem::path& out) {
  constexpr double most = 8.0 * (1 << 30);
  double bytes = sizeof(double);  // of all scores, where entries are categories
  for (const Index size : model.shape()) bytes *= static_cast<double>(size);
  if (bytes > most)
    throw ArgumentError(
        fmt::format("the whole tensor of {} would take {:.3g} bytes; expected at most {:.3g}",
                    shape_in_words(model), bytes, most));
  TensorEntries all;
  all.shape = model.data_shape();
  Index count = 1;
  for (const Index size : all.shape) count *= size;
  all.value.resize(static_cast<std::size_t>(count));
  const Vector z = predict_at(model, with, all).value;
  write_npy(out, all.shape, {z.data(), static_cast<std::size_t>(z.size())});
  fmt::print("{}: {}\n", out.string(), shape_in_words(model));
}

void predict_tensor_entries(const TensorModel& model, PredictWith with,
                            const std::filesystem::path& path, const std::filesystem::path& out) {
  TensorReadOptions options = tensor_read_options_from_json(model.read_options);
  // Entries to predict need not reach the last slices of the tensor.
  if (options.shape.empty() && extension_of(path) == ".tns") options.shape = model.data_shape();
  const TensorEntries entries = read_tensor(path, options).entries;
  if (entries.shape != model.data_shape())
    throw DataError(fmt::format("'{}' is of other sizes than the model's {}", path.string(),
                                shape_in_words(model)));
  const TensorPredictions predictions = predict_at(model, with, entries);
  write_text(out, entries_csv(model, entries, predictions));
  fmt::print(out.empty() ? stderr : stdout, "{}\n",
             errors_in_words(model, predictions, entries.size()));
}

}  // namespace hadal::cli
