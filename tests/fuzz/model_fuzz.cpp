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
                                file_of(example_of_a_tensor())};
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
                            "claim/slack/tree"};
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
                             "claim/slack/tree"};

/// Overwrites an attribute of a group, or removes it.
void edit_attribute(hid_t file, Choices& choices) {
  const hid_t group = H5Gopen2(file, choices.one_of(groups), H5P_DEFAULT);
  if (group < 0) return;
  const auto at = choices.number<std::uint8_t>();
  const bool removes = choices.number<std::uint8_t>() % 8 == 0;
  const hid_t attribute =
      H5Aopen_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, at % 12, H5P_DEFAULT, H5P_DEFAULT);
  if (attribute >= 0) {
    const hid_t type = H5Aget_type(attribute);
    Bytes value(H5Tget_size(type));
    std::ranges::generate(value, [&] { return choices.number<std::uint8_t>(); });
    if (!removes) H5Awrite(attribute, type, value.data());
    H5Tclose(type);
    H5Aclose(attribute);
    if (removes) H5Adelete_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, at % 12, H5P_DEFAULT);
  }
  H5Gclose(group);
}

/// Overwrites one element of a dataset.
void edit_value(hid_t file, Choices& choices) {
  const hid_t dataset = H5Dopen2(file, choices.one_of(objects), H5P_DEFAULT);
  if (dataset < 0) return;
  const hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  if (count > 0 && count <= 1024) {
    Bytes all(H5Tget_size(type) * static_cast<std::size_t>(count));
    H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data());
    const std::size_t element = choices.number<std::uint8_t>() % static_cast<std::size_t>(count);
    for (std::size_t k = 0; k < H5Tget_size(type); ++k)
      all[element * H5Tget_size(type) + k] = choices.number<std::uint8_t>();
    H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data());
  }
  H5Sclose(space);
  H5Tclose(type);
  H5Dclose(dataset);
}

/// Puts a dataset of another shape, type or storage in the place of an object, or nothing, or a
/// link.
void replace_object(hid_t file, Choices& choices) {
  const char* const name = choices.one_of(objects);
  if (H5Ldelete(file, name, H5P_DEFAULT) < 0) return;
  const auto kind = choices.number<std::uint8_t>() % 8;
  if (kind == 0) return;
  if (kind == 1) {
    H5Lcreate_soft(choices.one_of(objects), file, name, H5P_DEFAULT, H5P_DEFAULT);
    return;
  }
  const std::array<hid_t, 5> types{H5T_IEEE_F64LE, H5T_STD_I64LE, H5T_C_S1, H5T_IEEE_F32LE,
                                   H5T_STD_U8LE};
  const hid_t type = choices.one_of(types);
  const int rank = choices.number<std::uint8_t>() % 4;
  std::array<hsize_t, 3> shape{}, chunk{1, 1, 1};
  for (hsize_t& extent : shape) {
    const bool huge = choices.number<std::uint8_t>() % 8 == 0;
    extent = huge ? choices.number<std::uint64_t>() >> 2 : choices.number<std::uint8_t>() % 8;
  }
  const hid_t space = H5Screate_simple(rank, shape.data(), nullptr);
  const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
  if (kind == 2) H5Pset_chunk(plan, rank, chunk.data());
  const hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, plan, H5P_DEFAULT);
  if (dataset >= 0) H5Dclose(dataset);
  if (space >= 0) H5Sclose(space);
  H5Pclose(plan);
}

void edit(const std::string& path, Choices& choices) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  if (file < 0) std::abort();
  while (choices.any_left()) {
    switch (choices.number<std::uint8_t>() % 3) {
      case 0:
        edit_attribute(file, choices);
        break;
      case 1:
        edit_value(file, choices);
        break;
      default:
        replace_object(file, choices);
    }
  }
  H5Fclose(file);
}

/// What is accepted has to be usable; what is refused, refused with ModelError.
void load(const std::string& path) {
  try {
    if (hadal::model_kind(path) == hadal::ModelKind::tensor) {
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
  const std::size_t kind = bytes[0] % 5;
  if (kind == 0) {
    const TemporaryFile file(Bytes(bytes + 1, bytes + size));
    load(file.path());
  } else {
    Choices choices(bytes + 1, size - 1);
    const TemporaryFile file(example_file(kind - 1));
    edit(file.path(), choices);
    load(file.path());
  }
  return 0;
}
