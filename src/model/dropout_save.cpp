#include <fmt/format.h>

#include <cstdint>
#include <span>
#include <string_view>

#include "fitted_io.hpp"
#include "hadal/model/model_io.hpp"
#include "hdf5_writer.hpp"
#include "model_layout.hpp"
#include "records_io.hpp"
#include "save_valid.hpp"

namespace hadal {
namespace {

using hdf5::Writer;

void write_problem(const Writer& group, const DropoutModel& model) {
  write_loss(group, model);
  group.attribute("noise", to_string(model.noise.kind));
  group.attribute("retain", model.noise.retain);
  group.attribute("retain_start", model.retain_start);
  group.attribute("block", std::int64_t{model.noise.block});
  group.attribute("auto_width", std::int64_t{model.auto_width});
  group.attribute("with_input", std::int64_t{model.with_input});
}

void write_network(const Writer& group, const LinearNetwork& network) {
  group.attribute("layers", static_cast<std::int64_t>(network.layers.size()));
  for (std::size_t l = 0; l < network.layers.size(); ++l)
    group.matrix(fmt::format("layer{}", l).c_str(), network.layers[l]);
}

void write_values(const Writer& group, const char* name, const Vector& values) {
  group.array(name,
              std::span<const double>(values.data(), static_cast<std::size_t>(values.size())));
}

void write_file(const std::filesystem::path& path, const DropoutModel& model) {
  const hdf5::Session session;
  const Writer root = Writer::create(path);
  write_format(root, ModelKind::dropout);
  write_problem(root.group("problem"), model);
  write_network(root.group("network"), model.network);
  const Writer proof = root.group("proof");
  proof.matrix("left", model.proof_left);
  proof.matrix("right", model.proof_right);
  const Writer spectra = root.group("spectra");
  write_values(spectra, "target", model.target_values);
  write_values(spectra, "product", model.product_values);
  write_values(spectra, "units", model.unit_products);
  write_claim(root.group("claim"), model);
  const Writer record = root.group("record");
  write_record(record, model);
  record.attribute("fit_method", model.method);
  layout::write_records(record.group("curve"), layout::curve, model.curve);
  root.flush();
}

}  // namespace

void save_model(const std::filesystem::path& path, const DropoutModel& model) {
  save_valid(path, model, write_file);
}

}  // namespace hadal
