#include <fmt/format.h>

#include "factor_norm_io.hpp"
#include "fitted_io.hpp"
#include "hadal/error.hpp"
#include "hadal/model/model_io.hpp"
#include "hdf5_reader.hpp"
#include "model_checks.hpp"
#include "offset_words.hpp"
#include "reading.hpp"

namespace hadal {
namespace {

using hdf5::narrowed;
using hdf5::read_word;
using hdf5::Reader;

Vector read_vector(const Reader& group, const char* name) {
  const std::vector<double> values = group.reals(name);
  return Eigen::Map<const Vector>(values.data(), static_cast<Index>(values.size()));
}

Dictionary read_dictionary(const Reader& group) {
  const DictionaryKind kind = read_word(group, "kind", dictionary_kind_from_string);
  try {
    if (kind == DictionaryKind::matrix) return Dictionary(group.matrix("matrix"));
    return {kind, group.integer("rows"), group.integer("elements")};
  } catch (const ArgumentError& error) {
    group.fail("kind", error.what());
  }
}

void read_problem(const Reader& group, MatrixModel& model) {
  read_loss(group, model);
  if (model.loss == LossKind::multinomial || group.has("categories"))
    model.categories = group.integers("categories");
  model.norm.alpha = group.real("norm_alpha");
  if (group.has("norm_u")) {
    model.norm_u = read_norm(group.group("norm_u"), model.u.rows());
    model.norm_v = read_norm(group.group("norm_v"), model.v.rows());
  }
  if (group.has("dictionary_u")) model.dictionary_u = read_dictionary(group.group("dictionary_u"));
  if (group.has("dictionary_v")) model.dictionary_v = read_dictionary(group.group("dictionary_v"));
  model.norm.row_scale = read_vector(group, "row_scale");
  model.norm.column_scale = read_vector(group, "column_scale");
  model.offset.terms = read_word(group, "offset_terms", [](const std::string& text) {
    return offset_terms_words.value(text);
  });
  model.offset.policy = read_word(group, "offset_policy", [](const std::string& text) {
    return offset_policy_words.value(text);
  });
  model.offset.ridge = group.real("offset_ridge");
  model.offset.global = group.real("offset_global");
  model.offset.row = read_vector(group, "offset_row");
  model.offset.column = read_vector(group, "offset_column");
}

Refit read_refit(const Reader& group) {
  return {group.text("kind"), group.matrix("u"), group.matrix("v"), group.real("validation_error")};
}

void read_names(const Reader& group, MatrixModel& model) {
  model.row_name = group.text("row_name");
  model.column_name = group.text("column_name");
  model.value_name = group.text("value_name");
  model.row_labels = group.strings("row_labels");
  model.column_labels = group.strings("column_labels");
  if (group.has("picture")) {
    const Reader picture = group.group("picture");
    model.picture = PictureShape{picture.integer("height"), picture.integer("width"),
                                 narrowed<int>(picture, "channels", picture.integer("channels")),
                                 narrowed<int>(picture, "bit_depth", picture.integer("bit_depth"))};
  }
  if (group.has("movie")) {
    const Reader movie = group.group("movie");
    model.movie = MovieShape{movie.integer("height"), movie.integer("width")};
  }
}

}  // namespace

MatrixModel load_model(const std::filesystem::path& path) {
  const hdf5::Session session;
  const Reader root = Reader::open(path);
  require_format(root, ModelKind::matrix);
  MatrixModel model;
  const Reader atoms = root.group("atoms");
  model.u = atoms.matrix("u");
  model.v = atoms.matrix("v");
  read_problem(root.group("problem"), model);
  if (root.has("refit")) model.refit = read_refit(root.group("refit"));
  read_claim(root.group("claim"), model);
  read_record(root.group("record"), model);
  read_names(root.group("names"), model);
  require_valid(model, [&](std::string_view field, std::string_view message) {
    throw ModelError(fmt::format("{}: {} {}", path.string(), field, message));
  });
  return model;
}

}  // namespace hadal
