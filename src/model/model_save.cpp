#include <fmt/format.h>

#include <span>

#include "factor_norm_io.hpp"
#include "fitted_io.hpp"
#include "hadal/model/model_io.hpp"
#include "hdf5_writer.hpp"
#include "offset_words.hpp"
#include "save_valid.hpp"

namespace hadal {
namespace {

using hdf5::Writer;

std::span<const double> values(const Vector& vector) {
  return {vector.data(), static_cast<std::size_t>(vector.size())};
}

void write_dictionary(const Writer& group, const Dictionary& dictionary) {
  group.attribute("kind", to_string(dictionary.kind()));
  if (dictionary.built_in()) {
    group.attribute("rows", std::int64_t{dictionary.rows()});
    group.attribute("elements", std::int64_t{dictionary.elements()});
  } else {
    group.matrix("matrix", dictionary.matrix());
  }
}

void write_problem(const Writer& group, const MatrixModel& model) {
  write_loss(group, model);
  if (!model.categories.empty()) group.array("categories", model.categories);
  group.attribute("norm_alpha", model.norm.alpha);
  if (model.structured()) {
    write_norm(group.group("norm_u"), model.norm_u);
    write_norm(group.group("norm_v"), model.norm_v);
  }
  if (model.dictionary_u.given()) write_dictionary(group.group("dictionary_u"), model.dictionary_u);
  if (model.dictionary_v.given()) write_dictionary(group.group("dictionary_v"), model.dictionary_v);
  group.array("row_scale", values(model.norm.row_scale));
  group.array("column_scale", values(model.norm.column_scale));
  group.attribute("offset_terms", offset_terms_words.text(model.offset.terms));
  group.attribute("offset_policy", offset_policy_words.text(model.offset.policy));
  group.attribute("offset_ridge", model.offset.ridge);
  group.attribute("offset_global", model.offset.global);
  group.array("offset_row", values(model.offset.row));
  group.array("offset_column", values(model.offset.column));
}

void write_refit(const Writer& group, const Refit& refit) {
  group.attribute("kind", refit.kind);
  group.attribute("validation_error", refit.validation_error);
  group.matrix("u", refit.u);
  group.matrix("v", refit.v);
}

void write_names(const Writer& group, const MatrixModel& model) {
  group.attribute("row_name", model.row_name);
  group.attribute("column_name", model.column_name);
  group.attribute("value_name", model.value_name);
  group.strings("row_labels", model.row_labels);
  group.strings("column_labels", model.column_labels);
  if (model.picture) {
    const Writer picture = group.group("picture");
    picture.attribute("height", std::int64_t{model.picture->height});
    picture.attribute("width", std::int64_t{model.picture->width});
    picture.attribute("channels", std::int64_t{model.picture->channels});
    picture.attribute("bit_depth", std::int64_t{model.picture->bit_depth});
  }
  if (model.movie) {
    const Writer movie = group.group("movie");
    movie.attribute("height", std::int64_t{model.movie->height});
    movie.attribute("width", std::int64_t{model.movie->width});
  }
}

void write_file(const std::filesystem::path& path, const MatrixModel& model) {
  const hdf5::Session session;
  const Writer root = Writer::create(path);
  write_format(root, ModelKind::matrix);
  write_problem(root.group("problem"), model);
  const Writer atoms = root.group("atoms");
  atoms.matrix("u", model.u);
  atoms.matrix("v", model.v);
  if (model.refit) write_refit(root.group("refit"), *model.refit);
  write_claim(root.group("claim"), model);
  write_record(root.group("record"), model);
  write_names(root.group("names"), model);
  root.flush();
}

}  // namespace

void save_model(const std::filesystem::path& path, const MatrixModel& model) {
  save_valid(path, model, write_file);
}

}  // namespace hadal
