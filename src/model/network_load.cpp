#include <fmt/format.h>

#include <string>

#include "fitted_io.hpp"
#include "hadal/error.hpp"
#include "hadal/model/model_io.hpp"
#include "hdf5_reader.hpp"
#include "model_checks.hpp"
#include "reading.hpp"

namespace hadal {
namespace {

using hdf5::Reader;

Vector read_vector(const Reader& group, const char* name) {
  const std::vector<double> values = group.reals(name);
  return Eigen::Map<const Vector>(values.data(), static_cast<Index>(values.size()));
}

void read_problem(const Reader& group, NetworkModel& model) {
  read_loss(group, model);
  model.activation = hdf5::read_word(
      group, "activation", [](const std::string& text) { return Activation::from_string(text); });
  model.penalty = hdf5::read_word(group, "penalty", unit_penalty_from_string);
  model.task = hdf5::read_flag(group, "classification") ? Task::classification : Task::regression;
  model.bias = hdf5::read_flag(group, "bias");
}

void read_inputs(const Reader& group, NetworkModel& model) {
  const std::vector<std::string> names = group.strings("names");
  const std::vector<double> fill = group.reals("fill");
  if (fill.size() != names.size())
    group.fail("fill", fmt::format("has {} values, expected {}", fill.size(), names.size()));
  for (std::size_t c = 0; c < names.size(); ++c) {
    InputColumn column{names[c], {}, fill[c]};
    const std::string categories = fmt::format("categories{}", c);
    if (group.has(categories.c_str())) column.categories = group.strings(categories.c_str());
    model.encoding.columns.push_back(std::move(column));
  }
  model.input_mean = read_vector(group, "mean");
  model.input_scale = read_vector(group, "scale");
  if (!group.has("picture")) return;
  const Reader picture = group.group("picture");
  model.picture = SamplePicture{picture.integer("width"), picture.integer("height"),
                                picture.integer("channels")};
}

}  // namespace

NetworkModel load_network_model(const std::filesystem::path& path) {
  const hdf5::Session session;
  const Reader root = Reader::open(path);
  require_format(root, ModelKind::network);
  NetworkModel model;
  read_problem(root.group("problem"), model);
  read_inputs(root.group("inputs"), model);
  const Reader outputs = root.group("outputs");
  model.classes = outputs.strings("classes");
  model.target_names = outputs.strings("names");
  model.offset = read_vector(outputs, "offset");
  const Reader units = root.group("units");
  model.u = units.matrix("u");
  model.v = units.matrix("v");
  read_claim(root.group("claim"), model);
  const Reader record = root.group("record");
  read_record(record, model);
  model.train_accuracy = record.real("train_accuracy");
  model.validation_accuracy = record.real("validation_accuracy");
  require_valid(model, [&](std::string_view field, std::string_view message) {
    throw ModelError(fmt::format("{}: {} {}", path.string(), field, message));
  });
  return model;
}

}  // namespace hadal
