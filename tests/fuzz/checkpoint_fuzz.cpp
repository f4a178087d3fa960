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
    checkpoint.folds[0].starts = {{0.5, checkpoint.u, checkpoint.v, 1, 0}};
  }
  return checkpoint;
}

Bytes file_of(const hadal::MatrixCheckpoint& checkpoint) {
  const std::string path = hadal::fuzz::temporary_path();
  hadal::save_checkpoint(path, checkpoint);
  std::ifstream file(path, std::ios::binary);
  Bytes all{std::istreambuf_iterator<char>(file), {}};
  std::filesystem::remove(path);
  return all;
}

const Bytes& example_file(bool of_folds) {
  static const std::array files{file_of(example(false)), file_of(example(true))};
  return files[of_folds];
}

constexpr std::array groups{"/", "trace", "path", "fold0", "fold0/start0", "fold1"};
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
                             "fold0/start0/v"};

/// What is accepted has to be something to go on from; what is refused, refused with ModelError.
void load(const std::string& path) {
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  if (bytes[0] % 4 == 0) {
    const hadal::fuzz::TemporaryFile file(Bytes(bytes + 1, bytes + size));
    load(file.path());
  } else {
    hadal::fuzz::Choices choices(bytes + 1, size - 1);
    const hadal::fuzz::TemporaryFile file(example_file(bytes[0] % 4 == 1));
    hadal::fuzz::edit_hdf5(file.path(), groups, objects, choices);
    load(file.path());
  }
  return 0;
}
