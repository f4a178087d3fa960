#include "sample_io.hpp"

#include <fmt/format.h>

#include <string>

namespace hadal {
namespace {

using hdf5::Reader;
using hdf5::Writer;

std::span<const double> span_of(const Vector& values) {
  return {values.data(), static_cast<std::size_t>(values.size())};
}

Vector read_vector(const Reader& group, const char* name) {
  const std::vector<double> values = group.reals(name);
  return Eigen::Map<const Vector>(values.data(), static_cast<Index>(values.size()));
}

void write_inputs(const Writer& group, const SampleModel& model) {
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

void read_inputs(const Reader& group, SampleModel& model) {
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

void write_samples(const Writer& root, const SampleModel& model) {
  write_inputs(root.group("inputs"), model);
  const Writer outputs = root.group("outputs");
  outputs.strings("classes", model.classes);
  outputs.strings("names", model.target_names);
  outputs.array("offset", span_of(model.offset));
}

void read_samples(const Reader& root, SampleModel& model) {
  read_inputs(root.group("inputs"), model);
  const Reader outputs = root.group("outputs");
  model.classes = outputs.strings("classes");
  model.target_names = outputs.strings("names");
  model.offset = read_vector(outputs, "offset");
}

void write_accuracy(const Writer& record, const SampleModel& model) {
  record.attribute("train_accuracy", model.train_accuracy);
  record.attribute("validation_accuracy", model.validation_accuracy);
}

void read_accuracy(const Reader& record, SampleModel& model) {
  model.train_accuracy = record.real("train_accuracy");
  model.validation_accuracy = record.real("validation_accuracy");
}

}  // namespace hadal
