#include <hdf5.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "fuzz_file.hpp"
#include "hadal/error.hpp"
#include "hadal/model/model_io.hpp"
#include "hadal/model/polar_slack.hpp"
#include "hadal/model/predict.hpp"
#include "hdf5_edits.hpp"

/// Model files, damaged. The first byte says how: as raw bytes, or (what finds more in a format
/// with checksums and cross-references) by edits of a valid model made through the HDF5 library.
namespace {

using hadal::fuzz::Bytes;
using hadal::fuzz::Choices;
using hadal::fuzz::temporary_path;
using hadal::fuzz::TemporaryFile;

hadal::MatrixModel example() {
  hadal::MatrixModel model;
  model.lambda = 1;
  model.lambda_max = 2;
  model.u = hadal::Factor::Ones(4, 2);
  model.v = hadal::Factor::Ones(3, 2);
  model.norm = {0.5, hadal::Vector::Constant(4, 0.5), hadal::Vector::Constant(3, 0.5)};
  model.offset = {hadal::OffsetTerms::both, hadal::OffsetPolicy::free, 1e-3, 1,
                  hadal::Vector::Ones(4),   hadal::Vector::Ones(3)};
  model.refit = hadal::Refit{"core", model.u, model.v, 0.5};
  model.trace.resize(2);
  model.path.resize(2);
  model.row_labels = {"a", "b", "c", "d"};
  model.column_labels = {"x", "y", "z"};
  model.picture = hadal::PictureShape{4, 1, 3, 8};
  model.movie = hadal::MovieShape{1, 3};
  return model;
}

hadal::MatrixModel example_with_dictionaries() {
  hadal::MatrixModel model = example();
  model.norm = {};
  model.dictionary_u = hadal::Dictionary(hadal::Factor::Ones(4, 3));
  model.dictionary_v = hadal::Dictionary(hadal::DictionaryKind::fourier, 3, 2);
  model.u = hadal::Factor::Ones(3, 2);
  model.v = hadal::Factor::Ones(2, 2);
  model.refit = hadal::Refit{"core", model.u, model.v, 0.5};
  return model;
}

hadal::MatrixModel example_of_categories() {
  hadal::MatrixModel model = example();
  model.loss = hadal::LossKind::multinomial;
  model.categories = {1, 2, 5};
  model.offset = {};
  model.refit.reset();
  model.picture.reset();
  model.movie.reset();
  model.column_labels = {"x"};
  return model;
}

hadal::TensorModel example_of_a_tensor() {
  hadal::TensorModel model;
  model.lambda = 1;
  model.lambda_max = 2;
  model.factors = {hadal::Factor::Ones(2, 2), hadal::Factor::Ones(3, 2), hadal::Factor::Ones(4, 2)};
  model.norms.resize(3);
  model.norms[1].nonnegative = true;
  model.norms[2] = {0.5, 1, 0.25, false, hadal::lattice(hadal::GraphKind::grid4, {2, 2, 1})};
  model.refit = hadal::TensorRefit{"weights", model.factors, 0.5};
  hadal::PolarSlack slack;
  slack.split = hadal::TensorSplit{1, 4};
  slack.cover = hadal::SingleFactor::Ones(2, 3);
  model.certificate.slack = std::make_shared<const hadal::PolarSlack>(slack);
  model.trace.resize(2);
  model.mode_names = {"a", "b", "c"};
  model.labels = {{"x", "y"}, {}, {"k", "l", "m", "n"}};
  return model;
}

hadal::DropoutModel example_of_dropout() {
  hadal::DropoutModel model;
  model.lambda = 1;
  model.noise = {hadal::NoiseKind::dropblock, 0.5, 2};
  model.network.layers = {hadal::Matrix::Ones(4, 3), hadal::Matrix::Ones(2, 4)};
  model.proof_left = hadal::Matrix::Ones(2, 1);
  model.proof_right = hadal::Matrix::Ones(3, 1);
  model.target_values = model.product_values = hadal::Vector::Ones(1);
  model.unit_products = hadal::Vector::Ones(4);
  model.curve.resize(2);
  model.method = "sgd";
  model.trace.resize(2);
  return model;
}

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
  static const std::array files{file_of(example()), file_of(example_of_categories()),
                                file_of(example_with_dictionaries()),
                                file_of(example_of_a_tensor()), file_of(example_of_dropout())};
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
                            "record/curve"};
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
                             "record/curve/epoch"};

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
    const hadal::MatrixModel model = hadal::load_model(path);
    hadal::predict_entry(model, model.rows() - 1, model.columns() - 1);
  } catch (const hadal::ModelError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  const std::size_t kind = bytes[0] % 6;
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
