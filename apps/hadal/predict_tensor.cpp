#include "predict_tensor.hpp"

#include <fmt/format.h>

#include "files.hpp"
#include "hadal/data/read_tensor.hpp"
#include "hadal/data/write_tensor.hpp"
#include "hadal/error.hpp"
#include "hadal/kernel/tensor_products.hpp"
#include "hadal/report/words.hpp"

namespace hadal::cli {
namespace {

const std::vector<Factor>& factors_of(const TensorModel& model, PredictWith with) {
  if (with == PredictWith::refit && !model.refit)
    throw ArgumentError("the model has no refit; expected one");
  return model.refit && with != PredictWith::penalised ? model.refit->factors : model.factors;
}

/// What the model predicts at the positions of these entries.
Vector predictions(const TensorModel& model, PredictWith with, const TensorEntries& entries) {
  Vector z;
  tensor_values(TensorPattern(entries), factors_of(model, with), z);
  return z.unaryExpr([&](double x) { return inverse_link(model.loss, x); });
}

}  // namespace

void predict_whole_tensor(const TensorModel& model, PredictWith with,
                          const std::filesystem::path& out) {
  constexpr double most = 8.0 * (1 << 30);
  double bytes = sizeof(double);
  TensorEntries all;
  all.shape = model.shape();
  for (const Index size : all.shape) bytes *= static_cast<double>(size);
  if (bytes > most)
    throw ArgumentError(
        fmt::format("the whole tensor of {} would take {:.3g} bytes; expected at most {:.3g}",
                    shape_in_words(model), bytes, most));
  all.value.resize(static_cast<std::size_t>(bytes / sizeof(double)));
  const Vector z = predictions(model, with, all);
  write_npy(out, all.shape, {z.data(), static_cast<std::size_t>(z.size())});
  fmt::print("{}: {}\n", out.string(), shape_in_words(model));
}

void predict_tensor_entries(const TensorModel& model, PredictWith with,
                            const std::filesystem::path& path, const std::filesystem::path& out) {
  TensorReadOptions options = tensor_read_options_from_json(model.read_options);
  // Entries to predict need not reach the last slices of the tensor.
  if (options.shape.empty() && extension_of(path) == ".tns") options.shape = model.shape();
  const TensorEntries entries = read_tensor(path, options).entries;
  if (entries.shape != model.shape())
    throw DataError(fmt::format("'{}' is of other sizes than the model's {}", path.string(),
                                shape_in_words(model)));
  const Vector predicted = predictions(model, with, entries);
  std::string text;
  for (Index m = 0; m < model.order(); ++m) text += mode_in_words(model, m) + ",";
  text += "value,prediction\n";
  double sum = 0, total = 0;
  Vector z;
  tensor_values(TensorPattern(entries), factors_of(model, with), z);
  TensorPattern(entries).for_each([&](Index k, const TensorPattern::Position& at) {
    for (Index m = 0; m < model.order(); ++m)
      text += fmt::format("{},", at[static_cast<std::size_t>(m)]);
    const auto n = static_cast<std::size_t>(k);
    text += fmt::format("{},{}\n", entries.value[n], predicted[k]);
    const double w = entries.weight.empty() ? 1 : entries.weight[n];
    sum += w * entry_error(model.loss, entries.value[n], z[k]);
    total += w;
  });
  write_text(out, text);
  fmt::print(out.empty() ? stderr : stdout, "error {} ({})  over {} entries\n",
             figure(mean_error(model.loss, sum, total)), error_in_words(model), entries.size());
}

}  // namespace hadal::cli
