#include <hdf5.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "example_models.hpp"
#include "fuzz_file.hpp"
#include "hadal/error.hpp"
#include "hadal/model/predict.hpp"
#include "hdf5_edits.hpp"

/// Model files, damaged. The first byte says how: as raw bytes, or (what finds more in a format
/// with checksums and cross-references) by edits of a valid model made through the HDF5 library.
namespace {

using hadal::fuzz::Bytes;
using hadal::fuzz::Choices;
using hadal::fuzz::temporary_path;
using hadal::fuzz::TemporaryFile;

template <class Model>
Bytes file_of(const Model& model) {
  const std::string path = temporary_path();
  hadal::save_model(path, model);
  std::ifstream file(path, std::ios::binary);
  Bytes all{std::istreambuf_iterator<char>(file), {}};
  std::filesystem::remove(path);
  return all;
}

const Bytes& example_file(std::size_t which) {
  using namespace hadal::fuzz;
  static const std::array files{file_of(example_of_a_matrix()),
                                file_of(example_of_categories()),
                                file_of(example_with_dictionaries()),
                                file_of(example_of_a_tensor()),
                                file_of(example_of_a_tensor_of_categories()),
                                file_of(example_of_dropout()),
                                file_of(example_of_a_network()),
                                file_of(example_of_deep_networks())};
  return files[which];
}

constexpr std::array groups{"/",
                            "problem",
                            "refit",
                            "claim",
                            "record",
                            "names",
                            "names/picture",
                            "names/movie",
                            "problem/dictionary_u",
                            "problem/dictionary_v",
                            "problem/norm2",
                            "atoms",
                            "claim/slack",
                            "claim/slack/split",
                            "claim/slack/tree",
                            "network",
                            "proof",
                            "spectra",
                            "record/curve",
                            "inputs",
                            "inputs/picture",
                            "outputs",
                            "units",
                            "weights"};
constexpr std::array objects{"problem/row_scale",
                             "problem/column_scale",
                             "problem/offset_row",
                             "problem/offset_column",
                             "problem/categories",
                             "atoms/u",
                             "atoms/v",
                             "refit/u",
                             "refit/v",
                             "record/trace/iteration",
                             "record/trace/size",
                             "record/trace/objective",
                             "record/path/lambda",
                             "record/path/size",
                             "names/row_labels",
                             "names/column_labels",
                             "record/trace",
                             "atoms",
                             "refit",
                             "names/picture",
                             "names/movie",
                             "problem/dictionary_u",
                             "problem/dictionary_v",
                             "problem/dictionary_u/matrix",
                             "problem/norm1",
                             "problem/norm2/shape",
                             "atoms/mode0",
                             "atoms/mode2",
                             "refit/mode1",
                             "names/mode_names",
                             "names/labels0",
                             "names/labels2",
                             "claim/slack/cover",
                             "claim/slack/split",
                             "claim/slack/tree",
                             "network/layer0",
                             "network/layer1",
                             "proof/left",
                             "proof/right",
                             "spectra/units",
                             "record/curve/epoch",
                             "inputs/names",
                             "inputs/fill",
                             "inputs/categories1",
                             "inputs/mean",
                             "inputs/scale",
                             "inputs/picture",
                             "outputs/classes",
                             "outputs/names",
                             "outputs/offset",
                             "units/u",
                             "units/v",
                             "weights/layer0",
                             "weights/layer1",
                             "record/held"};

/// What is accepted has to be usable; what is refused, refused with ModelError.
void load(const std::string& path) {
  try {
    const hadal::ModelKind kind = hadal::model_kind(path);
    if (kind == hadal::ModelKind::dropout) {
      const hadal::DropoutModel model = hadal::load_dropout_model(path);
      if (model.network.product().rows() != model.network.outputs()) std::abort();
      return;
    }
    if (kind == hadal::ModelKind::tensor) {
      const hadal::TensorModel model = hadal::load_tensor_model(path);
      if (model.norms.size() != model.shape().size()) std::abort();
      return;
    }
    if (kind == hadal::ModelKind::network) {
      const hadal::NetworkModel model = hadal::load_network_model(path);
      hadal::predictions(model, hadal::Factor::Ones(2, model.inputs()));
      return;
    }
    if (kind == hadal::ModelKind::deep) {
      const hadal::DeepModel model = hadal::load_deep_model(path);
      hadal::predictions(model, hadal::Factor::Ones(2, model.inputs()));
      return;
    }
    const hadal::MatrixModel model = hadal::load_model(path);
    hadal::predict_entry(model, model.rows() - 1, model.columns() - 1);
  } catch (const hadal::ModelError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  const std::size_t kind = bytes[0] % 9;
  if (kind == 0) {
    const TemporaryFile file(Bytes(bytes + 1, bytes + size));
    load(file.path());
  } else {
    Choices choices(bytes + 1, size - 1);
    const TemporaryFile file(example_file(kind - 1));
    hadal::fuzz::edit_hdf5(file.path(), groups, objects, choices);
    load(file.path());
  }
  return 0;
}
