#include "fitted_io.hpp"

#include <fmt/format.h>

#include <memory>
#include <string>

#include "hadal/model/polar_slack.hpp"
#include "model_layout.hpp"
#include "polar_slack_io.hpp"
#include "reading.hpp"
#include "records_io.hpp"

namespace hadal {

using hdf5::read_word;
using hdf5::Reader;
using hdf5::Writer;

void write_format(const Writer& root, ModelKind kind) {
  root.attribute("format", layout::formats.text(kind));
  root.attribute("format_version", layout::version);
}

void require_format(const Reader& root, ModelKind kind) {
  const std::string format = root.text("format");
  const std::string_view expected = layout::formats.text(kind);
  if (format != expected)
    root.fail("format", fmt::format("is '{}', expected '{}'", format, expected));
  const std::int64_t version = root.integer("format_version");
  if (version != layout::version)
    root.fail("format_version", fmt::format("is {}, expected {}", version, layout::version));
}

void write_loss(const Writer& group, const FittedModel& model) {
  group.attribute("loss", to_string(model.loss));
  group.attribute("huber_threshold", model.huber_threshold);
  group.attribute("lambda", model.lambda);
  group.attribute("lambda_max", model.lambda_max);
}

void read_loss(const Reader& group, FittedModel& model) {
  model.loss = read_word(group, "loss", loss_from_string);
  model.huber_threshold = group.real("huber_threshold");
  model.lambda = group.real("lambda");
  model.lambda_max = group.real("lambda_max");
}

void write_claim(const Writer& group, const FittedModel& model) {
  const Certificate& claim = model.certificate;
  group.attribute("objective", claim.objective);
  group.attribute("lower_bound", claim.lower_bound);
  group.attribute("gap", claim.gap);
  group.attribute("relative_gap", claim.relative_gap);
  group.attribute("polar_bound", claim.polar_bound);
  group.attribute("dual_scale", claim.dual_scale);
  group.attribute("proof", to_string(claim.proof));
  group.attribute("method", claim.method);
  group.attribute("failure_probability", claim.failure_probability);
  group.attribute("tolerance", model.tolerance);
  group.attribute("status", to_string(model.status));
  group.attribute("stop", to_string(model.stop));
  if (claim.slack) write_slack(group.group("slack"), *claim.slack);
}

void read_claim(const Reader& group, FittedModel& model) {
  Certificate& claim = model.certificate;
  claim.objective = group.real("objective");
  claim.lower_bound = group.real("lower_bound");
  claim.gap = group.real("gap");
  claim.relative_gap = group.real("relative_gap");
  claim.polar_bound = group.real("polar_bound");
  claim.dual_scale = group.real("dual_scale");
  claim.proof = read_word(group, "proof", proof_from_string);
  claim.method = group.text("method");
  claim.failure_probability = group.real("failure_probability");
  model.tolerance = group.real("tolerance");
  model.status = read_word(group, "status", status_from_string);
  model.stop = read_word(group, "stop", stop_reason_from_string);
  if (group.has("slack"))
    claim.slack = std::make_shared<const PolarSlack>(read_slack(group.group("slack")));
}

void write_record(const Writer& group, const FittedModel& model) {
  group.attribute("train_error", model.train_error);
  group.attribute("validation_error", model.validation_error);
  group.attribute("seconds", model.seconds);
  group.attribute("iterations", std::int64_t{model.iterations});
  group.attribute("seed", std::uint64_t{model.seed});
  group.attribute("version", model.version);
  group.attribute("read_options", model.read_options);
  layout::write_records(group.group("trace"), layout::trace, model.trace);
  layout::write_records(group.group("path"), layout::path, model.path);
}

void read_record(const Reader& group, FittedModel& model) {
  model.train_error = group.real("train_error");
  model.validation_error = group.real("validation_error");
  model.seconds = group.real("seconds");
  model.iterations = hdf5::narrowed<int>(group, "iterations", group.integer("iterations"));
  model.seed = group.natural("seed");
  model.version = group.text("version");
  model.read_options = group.text("read_options");
  model.trace = layout::read_records<OuterIteration>(group.group("trace"), layout::trace);
  model.path = layout::read_records<PathPoint>(group.group("path"), layout::path);
}

}  // namespace hadal
