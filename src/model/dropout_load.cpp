#include <fmt/format.h>

#include <string_view>

#include "fitted_io.hpp"
#include "hadal/error.hpp"
#include "hadal/model/model_io.hpp"
#include "hdf5_reader.hpp"
#include "model_checks.hpp"
#include "model_layout.hpp"
#include "reading.hpp"
#include "records_io.hpp"

namespace hadal {
namespace {

using hdf5::Reader;

void read_problem(const Reader& group, DropoutModel& model) {
  read_loss(group, model);
  model.noise.kind = hdf5::read_word(group, "noise", noise_kind_from_string);
  model.noise.retain = group.real("retain");
  model.noise.block = group.integer("block");
  model.retain_start = group.real("retain_start");
  model.auto_width = hdf5::read_flag(group, "auto_width");
  model.with_input = hdf5::read_flag(group, "with_input");
}

LinearNetwork read_network(const Reader& group) {
  constexpr std::int64_t layers_max = 100;
  const std::int64_t count = group.integer("layers");
  if (count < 2 || count > layers_max)
    group.fail("layers", fmt::format("is {}, expected 2 .. {}", count, layers_max));
  LinearNetwork network;
  for (std::int64_t l = 0; l < count; ++l)
    network.layers.push_back(group.matrix(fmt::format("layer{}", l).c_str()));
  return network;
}

Vector read_values(const Reader& group, const char* name) {
  const std::vector<double> values = group.reals(name);
  return Eigen::Map<const Vector>(values.data(), static_cast<Index>(values.size()));
}

}  // namespace

DropoutModel load_dropout_model(const std::filesystem::path& path) {
  const hdf5::Session session;
  const Reader root = Reader::open(path);
  require_format(root, ModelKind::dropout);
  DropoutModel model;
  read_problem(root.group("problem"), model);
  model.network = read_network(root.group("network"));
  const Reader proof = root.group("proof");
  model.proof_left = proof.matrix("left");
  model.proof_right = proof.matrix("right");
  const Reader spectra = root.group("spectra");
  model.target_values = read_values(spectra, "target");
  model.product_values = read_values(spectra, "product");
  model.unit_products = read_values(spectra, "units");
  read_claim(root.group("claim"), model);
  const Reader record = root.group("record");
  read_record(record, model);
  model.method = record.text("fit_method");
  model.curve = layout::read_records<CurvePoint>(record.group("curve"), layout::curve);
  require_valid(model, [&](std::string_view field, std::string_view message) {
    throw ModelError(fmt::format("{}: {} {}", path.string(), field, message));
  });
  return model;
}

}  // namespace hadal
