#include "deep_io.hpp"

#include <fmt/format.h>

#include "fitted_io.hpp"
#include "hadal/error.hpp"
#include "hadal/model/model_io.hpp"
#include "model_checks.hpp"
#include "reading.hpp"
#include "sample_io.hpp"
#include "save_valid.hpp"

namespace hadal {
namespace {

using hdf5::Reader;
using hdf5::Writer;

std::string layer_name(std::size_t k) { return fmt::format("layer{}", k); }

void write_problem(const Writer& group, const DeepModel& model) {
  write_loss(group, model);
  group.attribute("architecture", model.architecture.to_text());
  group.attribute("penalty", to_string(model.penalty));
  group.attribute("classification", std::int64_t{model.task == Task::classification});
}

void read_problem(const Reader& group, DeepModel& model) {
  read_loss(group, model);
  model.architecture = hdf5::read_word(group, "architecture", [](const std::string& text) {
    return Architecture::from_text(text, "architecture");
  });
  model.penalty = hdf5::read_word(group, "penalty", layer_penalty_from_string);
  model.task = hdf5::read_flag(group, "classification") ? Task::classification : Task::regression;
}

void write_file(const std::filesystem::path& path, const DeepModel& model) {
  const hdf5::Session session;
  const Writer root = Writer::create(path);
  write_format(root, ModelKind::deep);
  write_problem(root.group("problem"), model);
  write_samples(root, model);
  const Writer weights = root.group("weights");
  weights.attribute("layers", static_cast<std::int64_t>(model.weights.size()));
  write_layers(weights, model.weights);
  write_claim(root.group("claim"), model);
  const Writer record = root.group("record");
  write_record(record, model);
  write_accuracy(record, model);
  record.attribute("epochs", std::int64_t{model.epochs});
  record.array("held", model.held);
  root.flush();
}

}  // namespace

void write_layers(const Writer& group, const std::vector<SingleFactor>& layers) {
  for (std::size_t k = 0; k < layers.size(); ++k)
    group.single_matrix(layer_name(k).c_str(), layers[k]);
}

std::vector<SingleFactor> read_layers(const Reader& group, std::size_t count) {
  std::vector<SingleFactor> layers;
  for (std::size_t k = 0; k < count; ++k)
    layers.push_back(group.single_matrix(layer_name(k).c_str()));
  return layers;
}

void save_model(const std::filesystem::path& path, const DeepModel& model) {
  save_valid(path, model, write_file);
}

DeepModel load_deep_model(const std::filesystem::path& path) {
  const hdf5::Session session;
  const Reader root = Reader::open(path);
  require_format(root, ModelKind::deep);
  DeepModel model;
  read_problem(root.group("problem"), model);
  read_samples(root, model);
  const Reader weights = root.group("weights");
  constexpr std::int64_t layers_max = 1000;
  const std::int64_t layers = weights.integer("layers");
  if (layers < 1 || layers > layers_max)
    weights.fail("layers", fmt::format("is {}, expected 1 to {}", layers, layers_max));
  model.weights = read_layers(weights, static_cast<std::size_t>(layers));
  read_claim(root.group("claim"), model);
  const Reader record = root.group("record");
  read_record(record, model);
  read_accuracy(record, model);
  model.epochs = hdf5::narrowed<int>(record, "epochs", record.integer("epochs"));
  model.held = record.integers("held");
  require_valid(model, [&](std::string_view field, std::string_view message) {
    throw ModelError(fmt::format("{}: {} {}", path.string(), field, message));
  });
  return model;
}

}  // namespace hadal
