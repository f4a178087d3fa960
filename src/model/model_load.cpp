#include <fmt/format.h>

#include <limits>
#include <tuple>
#include <type_traits>

#include "hadal/error.hpp"
#include "hadal/model/model_io.hpp"
#include "hdf5_reader.hpp"
#include "model_checks.hpp"
#include "model_layout.hpp"
#include "offset_words.hpp"
#include "polar_slack_io.hpp"

namespace hadal {
namespace {

using hdf5::Reader;

Vector read_vector(const Reader& group, const char* name) {
  const std::vector<double> values = group.reals(name);
  return Eigen::Map<const Vector>(values.data(), static_cast<Index>(values.size()));
}

/// Narrows to the type of the field it is for.
template <class Value>
Value narrowed(const Reader& group, const char* name, std::int64_t value) {
  if (value < std::numeric_limits<Value>::min() || value > std::numeric_limits<Value>::max())
    group.fail(name, fmt::format("is {}, which is out of range", value));
  return static_cast<Value>(value);
}

template <class Convert>
auto read_word(const Reader& group, const char* name, const Convert& convert) {
  try {
    return convert(group.text(name));
  } catch (const ArgumentError& error) {
    group.fail(name, error.what());
  }
}

void require_format(const Reader& root) {
  const std::string format = root.text("format");
  if (format != layout::format)
    root.fail("format", fmt::format("is '{}', expected '{}'", format, layout::format));
  const std::int64_t version = root.integer("format_version");
  if (version != layout::version)
    root.fail("format_version", fmt::format("is {}, expected {}", version, layout::version));
}

Graph read_graph(const Reader& group) {
  const GraphKind kind = read_word(group, "graph", graph_kind_from_string);
  const std::vector<std::int64_t> shape = group.integers("shape"), ends = group.integers("edges");
  if (kind == GraphKind::none) return {};
  if (shape.size() != 3) group.fail("shape", "does not hold three sides");
  if (ends.size() % 2 != 0) group.fail("edges", "does not hold pairs of vertices");
  try {
    if (kind != GraphKind::edges) return lattice(kind, {shape[0], shape[1], shape[2]});
    std::vector<Edge> edges;
    for (std::size_t k = 0; k < ends.size(); k += 2)
      edges.push_back({narrowed<std::int32_t>(group, "edges", ends[k]),
                       narrowed<std::int32_t>(group, "edges", ends[k + 1])});
    return graph_of_edges(shape[0], std::move(edges));
  } catch (const ArgumentError& error) {
    group.fail("shape", error.what());
  }
}

FactorNorm read_norm(const Reader& group, Index elements) {
  FactorNorm norm;
  norm.l1 = group.real("l1");
  norm.l2 = group.real("l2");
  norm.tv = group.real("tv");
  norm.nonnegative = group.integer("nonnegative") != 0;
  // A lattice is laid out anew: its size is checked first, so that a damaged file allocates
  // nothing.
  const std::vector<std::int64_t> shape = group.integers("shape");
  double size = 1;
  for (const std::int64_t side : shape) size *= static_cast<double>(side);
  if (norm.tv > 0 && size != static_cast<double>(elements))
    group.fail("shape", fmt::format("holds {} vertices, expected {}", size, elements));
  if (norm.tv > 0) norm.graph = read_graph(group);
  return norm;
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
  model.loss = read_word(group, "loss", loss_from_string);
  model.huber_threshold = group.real("huber_threshold");
  if (model.loss == LossKind::multinomial || group.has("categories"))
    model.categories = group.integers("categories");
  model.lambda = group.real("lambda");
  model.lambda_max = group.real("lambda_max");
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

void read_claim(const Reader& group, MatrixModel& model) {
  Certificate& claim = model.certificate;
  claim.objective = group.real("objective");
  claim.lower_bound = group.real("lower_bound");
  claim.gap = group.real("gap");
  claim.relative_gap = group.real("relative_gap");
  claim.polar_bound = group.real("polar_bound");
  claim.dual_scale = group.real("dual_scale");
  claim.proof = read_word(group, "proof", proof_from_string);
  claim.method = group.text("method");
  claim.failure_probability = group.real("failure_probability");
  model.tolerance = group.real("tolerance");
  model.status = read_word(group, "status", status_from_string);
  model.stop = read_word(group, "stop", stop_reason_from_string);
  if (group.has("slack"))
    claim.slack = std::make_shared<const PolarSlack>(read_slack(group.group("slack")));
}

template <class Record, class Value>
void read_column(const Reader& group, const layout::Column<Record, Value>& column,
                 std::vector<Record>& records) {
  const auto values = [&] {
    if constexpr (std::is_integral_v<Value>)
      return group.integers(column.name);
    else
      return group.reals(column.name);
  }();
  if (values.size() != records.size())
    group.fail(column.name, fmt::format("holds {} values, expected {} like its neighbours",
                                        values.size(), records.size()));
  for (std::size_t i = 0; i < records.size(); ++i) {
    if constexpr (std::is_integral_v<Value>)
      records[i].*column.field = narrowed<Value>(group, column.name, values[i]);
    else
      records[i].*column.field = values[i];
  }
}

template <class Record, class Columns>
std::vector<Record> read_records(const Reader& group, const Columns& columns) {
  std::vector<Record> records(group.integers("size").size());
  std::apply([&](const auto&... column) { (read_column(group, column, records), ...); }, columns);
  return records;
}

void read_record(const Reader& group, MatrixModel& model) {
  model.train_error = group.real("train_error");
  model.validation_error = group.real("validation_error");
  model.seconds = group.real("seconds");
  model.iterations = narrowed<int>(group, "iterations", group.integer("iterations"));
  model.seed = group.natural("seed");
  model.version = group.text("version");
  model.read_options = group.text("read_options");
  model.trace = read_records<OuterIteration>(group.group("trace"), layout::trace);
  model.path = read_records<PathPoint>(group.group("path"), layout::path);
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
  require_format(root);
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
