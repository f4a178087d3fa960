#include "hadal/model/checkpoint.hpp"

#include <algorithm>
#include <cmath>

#include "hadal/data/write.hpp"
#include "hdf5_reader.hpp"
#include "hdf5_writer.hpp"
#include "model_layout.hpp"
#include "records_io.hpp"

namespace hadal {
namespace {

constexpr const char* format = "hadal matrix checkpoint";
constexpr std::int64_t format_version = 1;

void check(const hdf5::Reader& root, const MatrixCheckpoint& c) {
  if (c.v.cols() != c.u.cols()) root.fail("v", "has another number of atoms than u");
  if (c.found_u.rows() != c.u.rows()) root.fail("found_u", "has another number of rows than u");
  if (c.found_v.rows() != c.v.rows()) root.fail("found_v", "has another number of rows than v");
  const std::size_t found = c.collected.size();
  if (static_cast<std::size_t>(c.found_u.cols()) != found ||
      static_cast<std::size_t>(c.found_v.cols()) != found) {
    root.fail("collected", "does not match the directions found");
  }
  if (!c.u.allFinite() || !c.v.allFinite()) root.fail("u", "holds values that are not finite");
  if (!c.found_u.allFinite() || !c.found_v.allFinite())
    root.fail("found_u", "holds values that are not finite");
  if (c.u.cols() > c.u.rows() * c.v.rows()) root.fail("u", "has too many atoms");
  for (const double x : c.collected)
    if (!std::isfinite(x)) root.fail("collected", "holds values that are not finite");
  if (!(c.reduction >= 0 && c.reduction <= 1)) root.fail("reduction", "is not from 0 to 1");
  if (!(c.seconds >= 0) || !std::isfinite(c.seconds)) root.fail("seconds", "is not a time");
  if (!(c.passes >= 0) || !std::isfinite(c.passes)) root.fail("passes", "is not a count");
  if (!(c.lambda > 0) || !std::isfinite(c.lambda)) root.fail("lambda", "is not a number > 0");
  if (c.iteration < 0 || c.iteration > 1'000'000'000) root.fail("iteration", "is not a count");
  if (c.idle < 0 || c.idle > 100) root.fail("idle", "is not a small count");
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const MatrixCheckpoint& c) {
  write_atomically(path, [&](const std::filesystem::path& temporary) {
    const hdf5::Writer root = hdf5::Writer::create(temporary);
    root.attribute("format", format);
    root.attribute("format_version", format_version);
    root.attribute("problem", c.problem);
    root.attribute("lambda", c.lambda);
    root.attribute("iteration", c.iteration);
    root.attribute("idle", c.idle);
    root.attribute("thorough", c.thorough);
    root.attribute("reduction", c.reduction);
    root.attribute("lower_bound", c.lower_bound);
    root.attribute("passes", c.passes);
    root.attribute("seconds", c.seconds);
    root.matrix("u", c.u);
    root.matrix("v", c.v);
    root.matrix("found_u", c.found_u);
    root.matrix("found_v", c.found_v);
    root.array("collected", c.collected);
    layout::write_records(root.group("trace"), layout::trace, c.trace);
    layout::write_records(root.group("path"), layout::path, c.path);
    root.flush();
  });
}

MatrixCheckpoint load_checkpoint(const std::filesystem::path& path) {
  const hdf5::Reader root = hdf5::Reader::open(path);
  if (root.text("format") != format) {
    root.fail("format", "is not that of a checkpoint of a matrix fit");
  }
  if (root.integer("format_version") != format_version) {
    root.fail("format_version", "is not 1, the only one this version reads");
  }
  MatrixCheckpoint c;
  c.problem = root.text("problem");
  c.lambda = root.real("lambda");
  c.iteration = root.integer("iteration");
  c.idle = root.integer("idle");
  c.thorough = root.integer("thorough");
  c.reduction = root.real("reduction");
  c.lower_bound = root.real("lower_bound");
  c.passes = root.real("passes");
  c.seconds = root.real("seconds");
  c.u = root.matrix("u");
  c.v = root.matrix("v");
  c.found_u = root.matrix("found_u");
  c.found_v = root.matrix("found_v");
  c.collected = root.reals("collected");
  c.trace = layout::read_records<OuterIteration>(root.group("trace"), layout::trace);
  c.path = layout::read_records<PathPoint>(root.group("path"), layout::path);
  check(root, c);
  return c;
}

}  // namespace hadal
