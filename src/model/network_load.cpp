#include <fmt/format.h>

#include <string>

#include "fitted_io.hpp"
#include "hadal/error.hpp"
#include "hadal/model/model_io.hpp"
#include "hdf5_reader.hpp"
#include "model_checks.hpp"
#include "reading.hpp"
#include "sample_io.hpp"

namespace hadal {
namespace {

using hdf5::Reader;

void read_problem(const Reader& group, NetworkModel& model) {
  read_loss(group, model);
  model.activation = hdf5::read_word(
      group, "activation", [](const std::string& text) { return Activation::from_string(text); });
  model.penalty = hdf5::read_word(group, "penalty", unit_penalty_from_string);
  model.task = hdf5::read_flag(group, "classification") ? Task::classification : Task::regression;
  model.bias = hdf5::read_flag(group, "bias");
}

}  // namespace

NetworkModel load_network_model(const std::filesystem::path& path) {
  const hdf5::Session session;
  const Reader root = Reader::open(path);
  require_format(root, ModelKind::network);
  NetworkModel model;
  read_problem(root.group("problem"), model);
  read_samples(root, model);
  const Reader units = root.group("units");
  model.u = units.matrix("u");
  model.v = units.matrix("v");
  if (units.has("gates")) {
    model.gates = units.matrix("gates");
    model.gate = units.integers("gate");
  }
  read_claim(root.group("claim"), model);
  const Reader record = root.group("record");
  read_record(record, model);
  read_accuracy(record, model);
  require_valid(model, [&](std::string_view field, std::string_view message) {
    throw ModelError(fmt::format("{}: {} {}", path.string(), field, message));
  });
  return model;
}

}  // namespace hadal
