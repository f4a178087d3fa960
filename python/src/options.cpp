#include "options.hpp"

#include <nanobind/stl/array.h>

#include <array>
#include <optional>

#include "hadal/error.hpp"

namespace hadal::python {

ProofChoice proof_choice(const std::string& text) {
  if (text == "auto") return ProofChoice::automatic;
  if (text == "deterministic") return ProofChoice::deterministic;
  if (text == "probabilistic") return ProofChoice::probabilistic;
  if (text == "none") return ProofChoice::none;
  throw ArgumentError("proof = '" + text +
                      "' was given; expected auto, deterministic, probabilistic or none");
}

void Options::fit(FitOptions& options) {
  using Kind = LambdaChoice::Kind;
  with<double>("lambda", [&](double value) { options.lambda = {Kind::absolute, value, 0, false}; });
  with<double>("lambda_ratio", [&](double value) {
    options.lambda = {Kind::ratio, value, 0, false};
  });
  with<int>("folds", [&](int folds) {
    options.lambda = {Kind::cross_validated, 0, folds, options.lambda.one_standard_error};
  });
  take("one_standard_error", options.lambda.one_standard_error);
  word("loss", options.loss, [](const std::string& text) { return loss_from_string(text); });
  take("huber_threshold", options.huber_threshold);
  take("tol", options.tolerance);
  word("proof", options.proof, proof_choice);
  take("failure_probability", options.failure_probability);
  take("size_max", options.size_max);
  take("max_iter", options.iteration_max);
  with<double>("time_limit", [&](double seconds) {
    if (!(seconds > 0))
      throw ArgumentError("time_limit = " + std::to_string(seconds) +
                          " was given; expected seconds > 0, or None");
    options.time_limit = seconds;
  });
  take("threads", options.threads);
  take("seed", options.seed);
  take("checkpoint", options.checkpoint);
  take("resume", options.resume);
}

void Options::norm(const std::string& letter, Index count, FactorNorm& norm) {
  const auto key = [&](const char* name) { return name + ("_" + letter); };
  word(key("norm").c_str(), norm, parse_norm);
  take(key("nonnegative").c_str(), norm.nonnegative);
  const GraphKind kind = norm.graph.kind;
  if (kind == GraphKind::chain) norm.graph = lattice(kind, {count, 1, 1});
  with<std::vector<Index>>(key("shape").c_str(), [&](const std::vector<Index>& shape) {
    if (kind == GraphKind::none || kind == GraphKind::chain || kind == GraphKind::edges) return;
    if (shape.empty() || shape.size() > 3)
      throw ArgumentError("shape_" + letter + ": expected two or three sides");
    // NumPy's last axis runs fastest, a lattice's first one does.
    std::array<Index, 3> sides = {1, 1, 1};
    for (std::size_t k = 0; k < shape.size(); ++k) sides[k] = shape[shape.size() - 1 - k];
    norm.graph = lattice(kind, sides);
  });
  with<std::vector<std::array<Index, 2>>>(
      key("edges").c_str(), [&](const std::vector<std::array<Index, 2>>& pairs) {
        std::vector<Edge> edges;
        for (const auto& [a, b] : pairs)
          edges.push_back({static_cast<std::int32_t>(a), static_cast<std::int32_t>(b)});
        norm.graph = graph_of_edges(count, std::move(edges));
      });
  if (kind != GraphKind::none && norm.graph.vertices != count)
    throw ArgumentError("the total variation of norm_" + letter + " is over " +
                        std::to_string(norm.graph.vertices) + " elements; expected " +
                        std::to_string(count) + ": give shape_" + letter + " or edges_" + letter);
}

void Options::dictionary(const std::string& letter, Index rows, Dictionary& dictionary) {
  const auto key = [&](const char* name) { return name + ("_" + letter); };
  std::optional<Index> elements;
  with<Index>(key("elements").c_str(), [&](Index count) { elements = count; });
  bool named = false;
  with<nb::object>(key("dictionary").c_str(), [&](const nb::object& value) {
    std::string text;
    named = nb::try_cast(value, text);
    if (named)
      dictionary = Dictionary(dictionary_kind_from_string(text), rows, elements.value_or(rows));
    else
      dictionary =
          Dictionary(matrix_of<Factor>(nb::cast<AnyArray>(value), key("dictionary").c_str()));
  });
  if (elements && !named)
    throw ArgumentError(key("elements") + " was given without " + key("dictionary") +
                        " = 'dct' or 'fourier', whose columns it counts; expected both");
}

void Options::done() const {
  for (const auto& [name, value] : values_)
    if (!taken_.contains(nb::cast<std::string>(name)))
      throw nb::type_error(("unknown option " + nb::cast<std::string>(name)).c_str());
}

}  // namespace hadal::python
