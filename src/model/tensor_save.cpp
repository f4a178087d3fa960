#include <fmt/format.h>

#include <string>
#include <string_view>

#include "factor_norm_io.hpp"
#include "fitted_io.hpp"
#include "hadal/model/model_io.hpp"
#include "save_valid.hpp"
#include "tensor_factors_io.hpp"

namespace hadal {
namespace {

using hdf5::Writer;

void write_problem(const Writer& group, const TensorModel& model) {
  write_loss(group, model);
  if (!model.categories.empty()) group.array("categories", model.categories);
  for (std::size_t m = 0; m < model.norms.size(); ++m)
    write_norm(group.group(fmt::format("norm{}", m).c_str()), model.norms[m]);
}

void write_refit(const Writer& group, const TensorRefit& refit) {
  group.attribute("kind", refit.kind);
  group.attribute("validation_error", refit.validation_error);
  write_factors(group, refit.factors);
}

void write_names(const Writer& group, const TensorModel& model) {
  group.strings("mode_names", model.mode_names);
  for (std::size_t m = 0; m < static_cast<std::size_t>(model.data_order()); ++m)
    group.strings(fmt::format("labels{}", m).c_str(),
                  model.labels.empty() ? std::vector<std::string>() : model.labels[m]);
}

void write_file(const std::filesystem::path& path, const TensorModel& model) {
  const hdf5::Session session;
  const Writer root = Writer::create(path);
  write_format(root, ModelKind::tensor);
  write_problem(root.group("problem"), model);
  const Writer atoms = root.group("atoms");
  atoms.attribute("order", std::int64_t{model.order()});
  write_factors(atoms, model.factors);
  if (model.refit) write_refit(root.group("refit"), *model.refit);
  write_claim(root.group("claim"), model);
  write_record(root.group("record"), model);
  write_names(root.group("names"), model);
  root.flush();
}

}  // namespace

void save_model(const std::filesystem::path& path, const TensorModel& model) {
  save_valid(path, model, write_file);
}

}  // namespace hadal
