#include <fmt/format.h>

#include <span>
#include <type_traits>

#include "hadal/data/write.hpp"
#include "hadal/error.hpp"
#include "hadal/model/model_io.hpp"
#include "hdf5_writer.hpp"
#include "model_checks.hpp"
#include "model_layout.hpp"
#include "offset_words.hpp"
#include "polar_slack_io.hpp"

namespace hadal {
namespace {

using hdf5::Writer;

std::span<const double> values(const Vector& vector) {
  return {vector.data(), static_cast<std::size_t>(vector.size())};
}

void write_norm(const Writer& group, const FactorNorm& norm) {
  group.attribute("l1", norm.l1);
  group.attribute("l2", norm.l2);
  group.attribute("tv", norm.tv);
  group.attribute("nonnegative", std::int64_t{norm.nonnegative});
  group.attribute("graph", to_string(norm.graph.kind));
  group.array("shape", std::vector<std::int64_t>(norm.graph.shape.begin(), norm.graph.shape.end()));
  std::vector<std::int64_t> edges;
  if (norm.graph.kind == GraphKind::edges)
    for (const Edge& edge : norm.graph.edges) edges.insert(edges.end(), {edge.a, edge.b});
  group.array("edges", edges);
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
  group.attribute("loss", to_string(model.loss));
  group.attribute("huber_threshold", model.huber_threshold);
  if (!model.categories.empty()) group.array("categories", model.categories);
  group.attribute("lambda", model.lambda);
  group.attribute("lambda_max", model.lambda_max);
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

void write_claim(const Writer& group, const MatrixModel& model) {
  const Certificate& claim = model.certificate;
  group.attribute("objective", claim.objective);
  group.attribute("lower_bound", claim.lower_bound);
  group.attribute("gap", claim.gap);
  group.attribute("relative_gap", claim.relative_gap);
  group.attribute("polar_bound", claim.polar_bound);
  group.attribute("dual_scale", claim.dual_scale);
  group.attribute("proof", to_string(claim.proof));
  group.attribute("method", claim.method);
  group.attribute("failure_probability", claim.failure_probability);
  group.attribute("tolerance", model.tolerance);
  group.attribute("status", to_string(model.status));
  group.attribute("stop", to_string(model.stop));
  if (claim.slack) write_slack(group.group("slack"), *claim.slack);
}

template <class Record, class Value>
void write_column(const Writer& group, const layout::Column<Record, Value>& column,
                  const std::vector<Record>& records) {
  using Stored = std::conditional_t<std::is_integral_v<Value>, std::int64_t, double>;
  std::vector<Stored> values;
  values.reserve(records.size());
  for (const Record& record : records) values.push_back(record.*column.field);
  group.array(column.name, values);
}

template <class Record, class Columns>
void write_records(const Writer& group, const Columns& columns,
                   const std::vector<Record>& records) {
  std::apply([&](const auto&... column) { (write_column(group, column, records), ...); }, columns);
}

void write_record(const Writer& group, const MatrixModel& model) {
  group.attribute("train_error", model.train_error);
  group.attribute("validation_error", model.validation_error);
  group.attribute("seconds", model.seconds);
  group.attribute("iterations", std::int64_t{model.iterations});
  group.attribute("seed", std::uint64_t{model.seed});
  group.attribute("version", model.version);
  group.attribute("read_options", model.read_options);
  write_records(group.group("trace"), layout::trace, model.trace);
  write_records(group.group("path"), layout::path, model.path);
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
  root.attribute("format", std::string_view(layout::format));
  root.attribute("format_version", layout::version);
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
  require_valid(model, [&](std::string_view field, std::string_view message) {
    throw ArgumentError(
        fmt::format("the model for {} is invalid: {} {}", path.string(), field, message));
  });
  write_atomically(path,
                   [&](const std::filesystem::path& temporary) { write_file(temporary, model); });
}

}  // namespace hadal
