#include "hadal/model/deep_checkpoint.hpp"

#include <fmt/format.h>

#include <cmath>

#include "deep_io.hpp"
#include "hadal/data/write.hpp"
#include "model_layout.hpp"
#include "records_io.hpp"

namespace hadal {
namespace {

constexpr const char* format = "hadal deep network checkpoint";
constexpr std::int64_t format_version = 1, layers_max = 1000;

constexpr auto choice = std::tuple{
    layout::Column{"fold", &DeepFoldPoint::fold},
    layout::Column{"ratio", &DeepFoldPoint::ratio},
    layout::Column{"size", &DeepFoldPoint::size},
    layout::Column{"objective", &DeepFoldPoint::objective},
    layout::Column{"error", &DeepFoldPoint::error},
    layout::Column{"accuracy", &DeepFoldPoint::accuracy},
    layout::Column{"empty_error", &DeepFoldPoint::empty_error},
};

void write_file(const std::filesystem::path& path, const DeepCheckpoint& c) {
  const hdf5::Session session;
  const hdf5::Writer root = hdf5::Writer::create(path);
  root.attribute("format", format);
  root.attribute("format_version", format_version);
  root.attribute("problem", c.problem);
  if (!c.choice.empty()) layout::write_records(root.group("choice"), choice, c.choice);
  root.attribute("epoch", c.epoch);
  root.attribute("lambda_max", c.lambda_max);
  root.attribute("polar", c.polar);
  root.attribute("seconds", c.seconds);
  root.attribute("layers", static_cast<std::int64_t>(c.weights.size()));
  write_layers(root.group("weights"), c.weights);
  write_layers(root.group("first"), c.first);
  write_layers(root.group("second"), c.second);
  root.array("steps", c.steps);
  root.attribute("best_error", c.best_error);
  root.attribute("best_epoch", c.best_epoch);
  write_layers(root.group("best"), c.best);
  layout::write_records(root.group("trace"), layout::trace, c.trace);
  root.flush();
}

void require_like(const hdf5::Reader& root, const char* name,
                  const std::vector<SingleFactor>& layers, const DeepCheckpoint& c,
                  bool same_copies) {
  for (std::size_t k = 0; k < layers.size(); ++k) {
    const Index copies = same_copies ? c.weights.front().rows() : layers.front().rows();
    if (layers[k].cols() != c.weights[k].cols() || layers[k].rows() != copies)
      root.fail(name, "has other shapes than the weights");
    if (!layers[k].allFinite()) root.fail(name, "holds values that are not finite");
  }
}

void check(const hdf5::Reader& root, const DeepCheckpoint& c) {
  if (c.epoch < 0 || c.best_epoch < 0 || c.best_epoch > c.epoch)
    root.fail("epoch", "does not fit the best epoch");
  for (const auto& [name, value] :
       {std::pair{"lambda_max", c.lambda_max}, {"polar", c.polar}, {"seconds", c.seconds}})
    if (!(std::isfinite(value) && value >= 0)) root.fail(name, "is not a finite number >= 0");
  for (const DeepFoldPoint& p : c.choice)
    if (p.fold < 0 || !(p.ratio > 0 && p.ratio <= 1) || p.size < 0 || !std::isfinite(p.objective) ||
        std::isnan(p.error) || std::isnan(p.empty_error))
      root.fail("choice", "holds values out of range");
  if (std::isnan(c.best_error)) root.fail("best_error", "is not a number");
  if (c.weights.empty()) return;
  require_like(root, "weights", c.weights, c, true);
  require_like(root, "first", c.first, c, true);
  require_like(root, "second", c.second, c, true);
  require_like(root, "best", c.best, c, false);
  if (static_cast<Index>(c.steps.size()) != c.weights.front().rows())
    root.fail("steps", "does not match the weights");
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const DeepCheckpoint& c) {
  write_atomically(path, [&](const std::filesystem::path& temporary) { write_file(temporary, c); });
}

DeepCheckpoint load_deep_checkpoint(const std::filesystem::path& path) {
  const hdf5::Session session;
  const hdf5::Reader root = hdf5::Reader::open(path);
  if (root.text("format") != format)
    root.fail("format", "is not that of a checkpoint of a deep network's fit");
  if (root.integer("format_version") != format_version)
    root.fail("format_version", "is not 1, the only one this version reads");
  DeepCheckpoint c;
  c.problem = root.text("problem");
  if (root.has("choice"))
    c.choice = layout::read_records<DeepFoldPoint>(root.group("choice"), choice);
  c.epoch = root.integer("epoch");
  c.lambda_max = root.real("lambda_max");
  c.polar = root.real("polar");
  c.seconds = root.real("seconds");
  const std::int64_t layers = root.integer("layers");
  if (layers < (c.epoch > 0 ? 1 : 0) || layers > layers_max)
    root.fail("layers", "is not from 1 to 1000");
  const auto count = static_cast<std::size_t>(layers);
  c.weights = read_layers(root.group("weights"), count);
  c.first = read_layers(root.group("first"), count);
  c.second = read_layers(root.group("second"), count);
  c.steps = root.reals("steps");
  c.best_error = root.real("best_error");
  c.best_epoch = root.integer("best_epoch");
  c.best = read_layers(root.group("best"), count);
  c.trace = layout::read_records<OuterIteration>(root.group("trace"), layout::trace);
  check(root, c);
  return c;
}

}  // namespace hadal
