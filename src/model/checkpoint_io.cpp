#include "checkpoint_io.hpp"

#include <fmt/format.h>

#include <cmath>

#include "model_layout.hpp"
#include "records_io.hpp"

namespace hadal {

void write_state(const hdf5::Writer& root, const CheckpointState& state) {
  root.attribute("problem", state.problem);
  root.attribute("lambda", state.lambda);
  root.attribute("iteration", state.iteration);
  root.attribute("idle", state.idle);
  root.attribute("thorough", state.thorough);
  root.attribute("reduction", state.reduction);
  root.attribute("lower_bound", state.lower_bound);
  root.attribute("passes", state.passes);
  root.attribute("seconds", state.seconds);
  root.array("collected", state.collected);
  layout::write_records(root.group("trace"), layout::trace, state.trace);
  layout::write_records(root.group("path"), layout::path, state.path);
}

void read_state(const hdf5::Reader& root, CheckpointState& state) {
  state.problem = root.text("problem");
  state.lambda = root.real("lambda");
  state.iteration = root.integer("iteration");
  state.idle = root.integer("idle");
  state.thorough = root.integer("thorough");
  state.reduction = root.real("reduction");
  state.lower_bound = root.real("lower_bound");
  state.passes = root.real("passes");
  state.seconds = root.real("seconds");
  state.collected = root.reals("collected");
  state.trace = layout::read_records<OuterIteration>(root.group("trace"), layout::trace);
  state.path = layout::read_records<PathPoint>(root.group("path"), layout::path);
}

void check_state(const hdf5::Reader& root, const CheckpointState& s, bool choosing) {
  for (const double x : s.collected)
    if (!std::isfinite(x)) root.fail("collected", "holds values that are not finite");
  if (!(s.reduction >= 0 && s.reduction <= 1)) root.fail("reduction", "is not from 0 to 1");
  if (!(s.seconds >= 0) || !std::isfinite(s.seconds)) root.fail("seconds", "is not a time");
  if (!(s.passes >= 0) || !std::isfinite(s.passes)) root.fail("passes", "is not a count");
  if (!choosing && (!(s.lambda > 0) || !std::isfinite(s.lambda)))
    root.fail("lambda", "is not a number > 0");
  if (choosing && s.lambda != 0) root.fail("lambda", "is not 0 beside folds that are to choose it");
  if (s.iteration < 0 || s.iteration > 1'000'000'000) root.fail("iteration", "is not a count");
  if (s.idle < 0 || s.idle > 100) root.fail("idle", "is not a small count");
}

std::size_t count_of(const hdf5::Reader& group, const char* name, std::int64_t most) {
  const std::int64_t count = group.integer(name);
  if (count < 0 || count > most) group.fail(name, fmt::format("is not from 0 to {}", most));
  return static_cast<std::size_t>(count);
}

std::string numbered(const char* name, std::size_t k) { return fmt::format("{}{}", name, k); }

}  // namespace hadal
