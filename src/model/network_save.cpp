#include <fmt/format.h>

#include <string>

#include "fitted_io.hpp"
#include "hadal/model/model_io.hpp"
#include "hdf5_writer.hpp"
#include "save_valid.hpp"

namespace hadal {
namespace {

using hdf5::Writer;

std::span<const double> span_of(const Vector& values) {
  return {values.data(), static_cast<std::size_t>(values.size())};
}

void write_problem(const Writer& group, const NetworkModel& model) {
  write_loss(group, model);
  group.attribute("activation", model.activation.to_string());
  group.attribute("penalty", to_string(model.penalty));
  group.attribute("classification", std::int64_t{model.task == Task::classification});
  group.attribute("bias", std::int64_t{model.bias});
}

void write_inputs(const Writer& group, const NetworkModel& model) {
  std::vector<std::string> names;
  std::vector<double> fill;
  for (const InputColumn& column : model.encoding.columns) {
    names.push_back(column.name);
    fill.push_back(column.fill);
  }
  group.strings("names", names);
  group.array("fill", fill);
  for (std::size_t c = 0; c < model.encoding.columns.size(); ++c)
    if (!model.encoding.columns[c].categories.empty())
      group.strings(fmt::format("categories{}", c).c_str(), model.encoding.columns[c].categories);
  group.array("mean", span_of(model.input_mean));
  group.array("scale", span_of(model.input_scale));
  if (!model.picture) return;
  const Writer picture = group.group("picture");
  picture.attribute("width", std::int64_t{model.picture->width});
  picture.attribute("height", std::int64_t{model.picture->height});
  picture.attribute("channels", std::int64_t{model.picture->channels});
}

void write_file(const std::filesystem::path& path, const NetworkModel& model) {
  const hdf5::Session session;
  const Writer root = Writer::create(path);
  write_format(root, ModelKind::network);
  write_problem(root.group("problem"), model);
  write_inputs(root.group("inputs"), model);
  const Writer outputs = root.group("outputs");
  outputs.strings("classes", model.classes);
  outputs.strings("names", model.target_names);
  outputs.array("offset", span_of(model.offset));
  const Writer units = root.group("units");
  units.matrix("u", model.u);
  units.matrix("v", model.v);
  write_claim(root.group("claim"), model);
  const Writer record = root.group("record");
  write_record(record, model);
  record.attribute("train_accuracy", model.train_accuracy);
  record.attribute("validation_accuracy", model.validation_accuracy);
  root.flush();
}

}  // namespace

void save_model(const std::filesystem::path& path, const NetworkModel& model) {
  save_valid(path, model, write_file);
}

}  // namespace hadal
