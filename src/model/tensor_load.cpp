#include <fmt/format.h>

#include <algorithm>

#include "factor_norm_io.hpp"
#include "fitted_io.hpp"
#include "hadal/error.hpp"
#include "hadal/model/model_io.hpp"
#include "model_checks.hpp"
#include "tensor_factors_io.hpp"

namespace hadal {
namespace {

using hdf5::Reader;

void read_problem(const Reader& group, TensorModel& model) {
  read_loss(group, model);
  if (model.loss == LossKind::multinomial || group.has("categories"))
    model.categories = group.integers("categories");
  for (std::size_t m = 0; m < model.factors.size(); ++m)
    model.norms.push_back(
        read_norm(group.group(fmt::format("norm{}", m).c_str()), model.factors[m].rows()));
}

TensorRefit read_refit(const Reader& group, std::size_t order) {
  return {group.text("kind"), read_factors(group, order), group.real("validation_error")};
}

void read_names(const Reader& group, TensorModel& model) {
  model.mode_names = group.strings("mode_names");
  for (Index m = 0; m < model.data_order(); ++m)
    model.labels.push_back(group.strings(fmt::format("labels{}", m).c_str()));
  const bool numbered = std::all_of(model.labels.begin(), model.labels.end(),
                                    [](const auto& labels) { return labels.empty(); });
  if (numbered) model.labels.clear();
}

}  // namespace

TensorModel load_tensor_model(const std::filesystem::path& path) {
  const hdf5::Session session;
  const Reader root = Reader::open(path);
  require_format(root, ModelKind::tensor);
  TensorModel model;
  const Reader atoms = root.group("atoms");
  const std::size_t order = read_order(atoms);
  model.factors = read_factors(atoms, order);
  read_problem(root.group("problem"), model);
  if (root.has("refit")) model.refit = read_refit(root.group("refit"), order);
  read_claim(root.group("claim"), model);
  read_record(root.group("record"), model);
  read_names(root.group("names"), model);
  require_valid(model, [&](std::string_view field, std::string_view message) {
    throw ModelError(fmt::format("{}: {} {}", path.string(), field, message));
  });
  return model;
}

}  // namespace hadal
