#include "hadal/model/tensor_checkpoint.hpp"

#include "checkpoint_io.hpp"
#include "hadal/data/write.hpp"
#include "model_layout.hpp"
#include "records_io.hpp"
#include "tensor_factors_io.hpp"

namespace hadal {
namespace {

constexpr const char* format = "hadal tensor checkpoint";
constexpr std::int64_t format_version = 1;

void write_folds(const hdf5::Writer& root, const std::vector<TensorFoldCheckpoint>& folds) {
  root.attribute("folds", static_cast<std::int64_t>(folds.size()));
  for (std::size_t k = 0; k < folds.size(); ++k) {
    const hdf5::Writer group = root.group(numbered("fold", k).c_str());
    layout::write_records(group.group("points"), layout::path, folds[k].points);
    group.array("penalised_errors", folds[k].penalised_errors);
    group.attribute("starts", static_cast<std::int64_t>(folds[k].starts.size()));
    for (std::size_t s = 0; s < folds[k].starts.size(); ++s) {
      const hdf5::Writer node = group.group(numbered("start", s).c_str());
      node.attribute("ratio", folds[k].starts[s].ratio);
      write_factors(node, folds[k].starts[s].factors);
    }
  }
}

/// Fails unless there is one factor for each mode, of as many rows as the fit's has, finite, and
/// all of as many columns.
void check_factors(const hdf5::Reader& group, const std::vector<Factor>& factors,
                   const std::vector<Factor>& like) {
  for (std::size_t m = 0; m < factors.size(); ++m) {
    const std::string name = numbered("mode", m);
    if (factors[m].rows() != like[m].rows() || factors[m].cols() != factors.front().cols())
      group.fail(name, "has another shape than its neighbours");
    if (!factors[m].allFinite()) group.fail(name, "holds values that are not finite");
  }
}

std::vector<TensorFoldCheckpoint> read_folds(const hdf5::Reader& root, const TensorCheckpoint& c) {
  std::vector<TensorFoldCheckpoint> folds(count_of(root, "folds", checkpoint_folds_max));
  for (std::size_t k = 0; k < folds.size(); ++k) {
    TensorFoldCheckpoint& fold = folds[k];
    const hdf5::Reader group = root.group(numbered("fold", k).c_str());
    fold.points = layout::read_records<PathPoint>(group.group("points"), layout::path);
    fold.penalised_errors = group.reals("penalised_errors");
    if (fold.penalised_errors.size() != fold.points.size())
      group.fail("penalised_errors", "does not match the points");
    fold.starts.resize(count_of(group, "starts", checkpoint_starts_max));
    for (std::size_t s = 0; s < fold.starts.size(); ++s) {
      const hdf5::Reader node = group.group(numbered("start", s).c_str());
      fold.starts[s] = {node.real("ratio"), read_factors(node, c.factors.size())};
      check_factors(node, fold.starts[s].factors, c.factors);
    }
  }
  return folds;
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const TensorCheckpoint& c) {
  write_atomically(path, [&](const std::filesystem::path& temporary) {
    const hdf5::Writer root = hdf5::Writer::create(temporary);
    root.attribute("format", format);
    root.attribute("format_version", format_version);
    write_state(root, c);
    const hdf5::Writer atoms = root.group("atoms");
    atoms.attribute("order", static_cast<std::int64_t>(c.factors.size()));
    write_factors(atoms, c.factors);
    write_factors(root.group("found"), c.found);
    write_folds(root, c.folds);
    root.flush();
  });
}

TensorCheckpoint load_tensor_checkpoint(const std::filesystem::path& path) {
  const hdf5::Reader root = hdf5::Reader::open(path);
  if (root.text("format") != format)
    root.fail("format", "is not that of a checkpoint of a tensor fit");
  if (root.integer("format_version") != format_version)
    root.fail("format_version", "is not 1, the only one this version reads");
  TensorCheckpoint c;
  read_state(root, c);
  const hdf5::Reader atoms = root.group("atoms"), found = root.group("found");
  const std::size_t order = read_order(atoms);
  c.factors = read_factors(atoms, order);
  c.found = read_factors(found, order);
  check_factors(atoms, c.factors, c.factors);
  check_factors(found, c.found, c.factors);
  if (static_cast<std::size_t>(c.found.front().cols()) != c.collected.size())
    root.fail("collected", "does not match the directions found");
  c.folds = read_folds(root, c);
  check_state(root, c, !c.folds.empty());
  return c;
}

}  // namespace hadal
