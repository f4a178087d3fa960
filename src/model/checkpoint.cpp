#include "hadal/model/checkpoint.hpp"

#include "checkpoint_io.hpp"
#include "hadal/data/write.hpp"
#include "hdf5_reader.hpp"
#include "hdf5_writer.hpp"
#include "model_layout.hpp"
#include "records_io.hpp"

namespace hadal {
namespace {

constexpr const char* format = "hadal matrix checkpoint";
constexpr std::int64_t format_version = 3;

void write_folds(const hdf5::Writer& root, const std::vector<FoldCheckpoint>& folds) {
  root.attribute("folds", static_cast<std::int64_t>(folds.size()));
  for (std::size_t k = 0; k < folds.size(); ++k) {
    const hdf5::Writer group = root.group(numbered("fold", k).c_str());
    layout::write_records(group.group("points"), layout::path, folds[k].points);
    group.array("penalised_errors", folds[k].penalised_errors);
    group.array("parts_kept", folds[k].parts_kept);
    group.array("overfits", folds[k].overfits);
    group.attribute("starts", static_cast<std::int64_t>(folds[k].starts.size()));
    for (std::size_t s = 0; s < folds[k].starts.size(); ++s) {
      const FoldCheckpoint::Start& start = folds[k].starts[s];
      const hdf5::Writer node = group.group(numbered("start", s).c_str());
      node.attribute("ratio", start.ratio);
      node.matrix("u", start.u);
      node.matrix("v", start.v);
    }
  }
}

FoldCheckpoint::Start read_start(const hdf5::Reader& node, const MatrixCheckpoint& c) {
  FoldCheckpoint::Start start;
  start.ratio = node.real("ratio");
  start.u = node.matrix("u");
  start.v = node.matrix("v");
  if (start.u.rows() != c.u.rows() || start.v.rows() != c.v.rows() ||
      start.u.cols() != start.v.cols())
    node.fail("u", "has another shape than the fit's");
  if (!start.u.allFinite() || !start.v.allFinite())
    node.fail("u", "holds values that are not finite");
  return start;
}

void read_points(const hdf5::Reader& group, FoldCheckpoint& fold) {
  fold.points = layout::read_records<PathPoint>(group.group("points"), layout::path);
  fold.penalised_errors = group.reals("penalised_errors");
  fold.parts_kept = group.integers("parts_kept");
  fold.overfits = group.integers("overfits");
  if (fold.penalised_errors.size() != fold.points.size())
    group.fail("penalised_errors", "does not match the points");
  if (fold.parts_kept.size() != fold.points.size())
    group.fail("parts_kept", "does not match the points");
  if (fold.overfits.size() != fold.points.size())
    group.fail("overfits", "does not match the points");
  for (std::size_t k = 0; k < fold.points.size(); ++k) {
    if (fold.parts_kept[k] < 0 || fold.parts_kept[k] > fold.points[k].size)
      group.fail("parts_kept", "is not a number of parts");
  }
}

std::vector<FoldCheckpoint> read_folds(const hdf5::Reader& root, const MatrixCheckpoint& c) {
  std::vector<FoldCheckpoint> folds(count_of(root, "folds", checkpoint_folds_max));
  for (std::size_t k = 0; k < folds.size(); ++k) {
    const hdf5::Reader group = root.group(numbered("fold", k).c_str());
    read_points(group, folds[k]);
    folds[k].starts.resize(count_of(group, "starts", checkpoint_starts_max));
    for (std::size_t s = 0; s < folds[k].starts.size(); ++s)
      folds[k].starts[s] = read_start(group.group(numbered("start", s).c_str()), c);
  }
  return folds;
}

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
  check_state(root, c, !c.folds.empty());
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const MatrixCheckpoint& c) {
  write_atomically(path, [&](const std::filesystem::path& temporary) {
    const hdf5::Writer root = hdf5::Writer::create(temporary);
    root.attribute("format", format);
    root.attribute("format_version", format_version);
    write_state(root, c);
    root.matrix("u", c.u);
    root.matrix("v", c.v);
    root.matrix("found_u", c.found_u);
    root.matrix("found_v", c.found_v);
    write_folds(root, c.folds);
    root.flush();
  });
}

MatrixCheckpoint load_checkpoint(const std::filesystem::path& path) {
  const hdf5::Reader root = hdf5::Reader::open(path);
  if (root.text("format") != format) {
    root.fail("format", "is not that of a checkpoint of a matrix fit");
  }
  if (root.integer("format_version") != format_version) {
    root.fail("format_version", "is not 3, the only one this version reads");
  }
  MatrixCheckpoint c;
  read_state(root, c);
  c.u = root.matrix("u");
  c.v = root.matrix("v");
  c.found_u = root.matrix("found_u");
  c.found_v = root.matrix("found_v");
  c.folds = read_folds(root, c);
  check(root, c);
  return c;
}

}  // namespace hadal
