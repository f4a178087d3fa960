#include <hdf5.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "fuzz_file.hpp"
#include "hadal/error.hpp"
#include "hadal/model/checkpoint.hpp"
#include "hadal/model/deep_checkpoint.hpp"
#include "hadal/model/tensor_checkpoint.hpp"
#include "hdf5_edits.hpp"

/// Checkpoints, damaged: what `--resume` reads. The first byte says how, as for model files.
namespace {

using hadal::fuzz::Bytes;

hadal::MatrixCheckpoint example(bool of_folds) {
  hadal::MatrixCheckpoint checkpoint;
  checkpoint.problem = "a problem";
  checkpoint.lambda = 1;
  checkpoint.u = hadal::Factor::Ones(4, 2);
  checkpoint.v = hadal::Factor::Ones(3, 2);
  checkpoint.found_u = hadal::Factor::Ones(4, 1);
  checkpoint.found_v = hadal::Factor::Ones(3, 1);
  checkpoint.collected = {1.5};
  checkpoint.reduction = 0.5;
  checkpoint.trace.resize(2);
  checkpoint.path.resize(2);
  if (of_folds) {
    checkpoint.lambda = 0;
    checkpoint.folds.resize(2);
    checkpoint.folds[0].points.resize(2);
    checkpoint.folds[0].penalised_errors = {1, 2};
    checkpoint.folds[0].parts_kept = {0, 0};
    checkpoint.folds[0].overfits = {0, 1};
    checkpoint.folds[0].starts = {{0.5, checkpoint.u, checkpoint.v}};
  }
  return checkpoint;
}

hadal::TensorCheckpoint tensor_example() {
  using hadal::Factor;
  hadal::TensorCheckpoint checkpoint;
  checkpoint.problem = "a problem";
  checkpoint.factors = {Factor::Ones(4, 2), Factor::Ones(3, 2), Factor::Ones(2, 2)};
  checkpoint.found = {Factor::Ones(4, 1), Factor::Ones(3, 1), Factor::Ones(2, 1)};
  checkpoint.collected = {1.5};
  checkpoint.reduction = 0.5;
  checkpoint.trace.resize(2);
  checkpoint.folds.resize(2);
  checkpoint.folds[0].points.resize(2);
  checkpoint.folds[0].penalised_errors = {1, 2};
  checkpoint.folds[0].starts = {{0.5, checkpoint.factors}};
  return checkpoint;
}

hadal::DeepCheckpoint deep_example() {
  using hadal::SingleFactor;
  hadal::DeepCheckpoint checkpoint;
  checkpoint.problem = "a problem";
  checkpoint.epoch = 2;
  checkpoint.weights = {SingleFactor::Ones(2, 3), SingleFactor::Ones(2, 1)};
  checkpoint.first = checkpoint.second = checkpoint.best = checkpoint.weights;
  checkpoint.steps = {1, 2};
  checkpoint.trace.resize(2);
  return checkpoint;
}

template <class Checkpoint>
Bytes file_of(const Checkpoint& checkpoint) {
  const std::string path = hadal::fuzz::temporary_path();
  hadal::save_checkpoint(path, checkpoint);
  std::ifstream file(path, std::ios::binary);
  Bytes all{std::istreambuf_iterator<char>(file), {}};
  std::filesystem::remove(path);
  return all;
}

constexpr std::size_t examples = 4;

const Bytes& example_file(std::size_t number) {
  static const std::array<Bytes, examples> files{file_of(example(false)), file_of(example(true)),
                                                 file_of(tensor_example()),
                                                 file_of(deep_example())};
  return files[number];
}

constexpr std::array groups{"/",     "trace", "path",    "fold0", "fold0/start0", "fold1",
                            "atoms", "found", "weights", "first", "best"};
constexpr std::array objects{"u",
                             "v",
                             "found_u",
                             "found_v",
                             "collected",
                             "trace",
                             "path",
                             "trace/iteration",
                             "trace/size",
                             "trace/objective",
                             "path/lambda",
                             "path/size",
                             "path/validation_error",
                             "fold0",
                             "fold0/points",
                             "fold0/points/size",
                             "fold0/start0",
                             "fold0/start0/u",
                             "fold0/start0/v",
                             "atoms/mode0",
                             "found/mode1",
                             "fold0/penalised_errors",
                             "fold0/parts_kept",
                             "fold0/start0/mode2",
                             "weights/layer0",
                             "second/layer1",
                             "best/layer0",
                             "steps"};

/// What is accepted has to be something to go on from; what is refused, refused with ModelError.
void load_tensor(const std::string& path) {
  try {
    const hadal::TensorCheckpoint c = hadal::load_tensor_checkpoint(path);
    for (std::size_t m = 0; m < c.factors.size(); ++m) {
      if (c.factors[m].cols() != c.factors[0].cols() || c.found[m].rows() != c.factors[m].rows() ||
          c.found[m].cols() != static_cast<hadal::Index>(c.collected.size()) ||
          !c.factors[m].allFinite())
        std::abort();
      for (const hadal::TensorFoldCheckpoint& fold : c.folds)
        for (const hadal::TensorFoldCheckpoint::Start& start : fold.starts)
          if (start.factors[m].rows() != c.factors[m].rows() ||
              start.factors[m].cols() != start.factors[0].cols())
            std::abort();
    }
  } catch (const hadal::ModelError&) {
  }
}

void load_matrix(const std::string& path) {
  try {
    const hadal::MatrixCheckpoint c = hadal::load_checkpoint(path);
    const auto found = static_cast<hadal::Index>(c.collected.size());
    if (c.u.cols() != c.v.cols() || c.found_u.cols() != found || c.found_v.cols() != found ||
        c.found_u.rows() != c.u.rows() || c.found_v.rows() != c.v.rows() || !c.u.allFinite())
      std::abort();
    for (const hadal::FoldCheckpoint& fold : c.folds)
      for (const hadal::FoldCheckpoint::Start& start : fold.starts)
        if (start.u.rows() != c.u.rows() || start.v.rows() != c.v.rows() ||
            start.u.cols() != start.v.cols() || !start.u.allFinite())
          std::abort();
  } catch (const hadal::ModelError&) {
  }
}

void load_deep(const std::string& path) {
  try {
    const hadal::DeepCheckpoint c = hadal::load_deep_checkpoint(path);
    for (std::size_t k = 0; k < c.weights.size(); ++k) {
      if (c.weights[k].rows() != static_cast<hadal::Index>(c.steps.size()) ||
          c.best[k].cols() != c.weights[k].cols() || c.best[k].rows() != c.best[0].rows() ||
          !c.second[k].allFinite())
        std::abort();
    }
  } catch (const hadal::ModelError&) {
  }
}

/// All readers see every file: each refuses what is another's.
void load(const std::string& path) {
  load_deep(path);
  load_matrix(path);
  load_tensor(path);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  const std::size_t way = bytes[0] % (examples + 1);
  if (way == examples) {
    const hadal::fuzz::TemporaryFile file(Bytes(bytes + 1, bytes + size));
    load(file.path());
  } else {
    hadal::fuzz::Choices choices(bytes + 1, size - 1);
    const hadal::fuzz::TemporaryFile file(example_file(way));
    hadal::fuzz::edit_hdf5(file.path(), groups, objects, choices);
    load(file.path());
  }
  return 0;
}
