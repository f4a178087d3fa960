#include <fmt/format.h>

#include <string>

#include "fitted_io.hpp"
#include "hadal/model/model_io.hpp"
#include "hdf5_writer.hpp"
#include "sample_io.hpp"
#include "save_valid.hpp"

namespace hadal {
namespace {

using hdf5::Writer;

void write_problem(const Writer& group, const NetworkModel& model) {
  write_loss(group, model);
  group.attribute("activation", model.activation.to_string());
  group.attribute("penalty", to_string(model.penalty));
  group.attribute("classification", std::int64_t{model.task == Task::classification});
  group.attribute("bias", std::int64_t{model.bias});
}

void write_file(const std::filesystem::path& path, const NetworkModel& model) {
  const hdf5::Session session;
  const Writer root = Writer::create(path);
  write_format(root, ModelKind::network);
  write_problem(root.group("problem"), model);
  write_samples(root, model);
  const Writer units = root.group("units");
  units.matrix("u", model.u);
  units.matrix("v", model.v);
  if (model.gated()) {
    units.matrix("gates", model.gates);
    units.array("gate", model.gate);
  }
  write_claim(root.group("claim"), model);
  const Writer record = root.group("record");
  write_record(record, model);
  write_accuracy(record, model);
  root.flush();
}

}  // namespace

void save_model(const std::filesystem::path& path, const NetworkModel& model) {
  save_valid(path, model, write_file);
}

}  // namespace hadal
