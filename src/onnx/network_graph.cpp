#include "network_graph.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "../data/output.hpp"
#include "hadal/error.hpp"
#include "hadal/onnx/write_onnx.hpp"

namespace hadal::onnx_graph {
namespace {

/// Of two classes only the score of the second is there.
Name probabilities(Graph& graph, const SampleModel& model, const Name& z) {
  if (model.outputs() > 1) return graph.apply("Softmax", {z}, {}, {{"axis", 1}});
  const Name first = graph.apply("Sigmoid", {graph.apply("Neg", {z})});
  const Name second = graph.apply("Sigmoid", {z});
  return graph.apply("Concat", {first, second}, {}, {{"axis", 1}});
}

/// What is hidden where the gates of the units are open, zero elsewhere.
Name gated(Graph& graph, const NetworkModel& model, const Name& x, const Name& hidden) {
  const Factor gates = model.gates(Eigen::all, model.gate).transpose();
  const Vector bias = model.bias ? Vector(gates.rightCols(1)) : Vector();
  const Name open = graph.multiplied(x, gates.leftCols(model.inputs()), bias);
  const Name zero = graph.constant({1}, Factor::Zero(1, 1));
  return graph.apply("Where", {graph.apply("Greater", {open, zero}), hidden, zero});
}

}  // namespace

Name standardised_input(Graph& graph, const SampleModel& model) {
  const std::string input = "inputs";
  graph.input(input, model.inputs());
  graph.describe("input_names", nlohmann::json(model.encoding.names()).dump());
  const Name mean = graph.constant({model.inputs()}, model.input_mean);
  const Name scale = graph.constant({model.inputs()}, model.input_scale);
  return graph.apply("Div", {graph.apply("Sub", {input, mean}), scale});
}

Name activated(Graph& graph, const Activation& activation, const Name& x) {
  switch (activation.kind) {
    case Activation::Kind::relu:
      return graph.apply("Relu", {x});
    case Activation::Kind::leaky_relu:
      return graph.leaky(x, activation.leak);
    case Activation::Kind::absolute:
      return graph.apply("Abs", {x});
    case Activation::Kind::square:
      return graph.apply("Mul", {x, x});
    case Activation::Kind::linear:
    case Activation::Kind::maxout:
      break;
  }
  return x;
}

Name no_scores(Graph& graph, const SampleModel& model, const Name& x) {
  return graph.multiplied(x, Factor::Zero(model.outputs(), model.inputs()), model.offset);
}

void predictions(Graph& graph, const SampleModel& model, const Name& z) {
  if (model.task == Task::regression) {
    const Name predicted = model.loss == LossKind::poisson ? graph.apply("Exp", {z}) : z;
    graph.output(predicted, "predictions", false, {model.outputs()});
    return;
  }
  const Name probability = probabilities(graph, model, z);
  graph.output(graph.label(probability, model.classes), "label", true, {});
  graph.output(probability, "probabilities", false,
               {static_cast<std::int64_t>(model.classes.size())});
  graph.describe("classes", nlohmann::json(model.classes).dump());
}

void write(const std::filesystem::path& path, const Graph& graph) {
  constexpr double most = 2147483647;
  const auto size = static_cast<double>(graph.model().ByteSizeLong());
  if (size > most)
    throw Error(
        fmt::format("{}: the network takes {:.3g} bytes; a file of ONNX holds at most {:.3g}",
                    path.string(), size, most));
  const std::string bytes = graph.model().SerializeAsString();
  io::Output file(path);
  file.write(bytes.data(), bytes.size());
  file.close();
}

}  // namespace hadal::onnx_graph

namespace hadal {

void write_onnx(const std::filesystem::path& path, const NetworkModel& model) {
  using namespace onnx_graph;
  Graph graph;
  const Name x = standardised_input(graph, model);
  if (model.size() == 0) {
    onnx_graph::predictions(graph, model, no_scores(graph, model, x));
    return write(path, graph);
  }
  const Factor weight = model.u.topRows(model.inputs()).transpose();
  const Vector bias = model.bias ? Vector(model.u.bottomRows(1).transpose()) : Vector();
  Name hidden = activated(graph, model.activation, graph.multiplied(x, weight, bias));
  if (model.gated()) hidden = gated(graph, model, x, hidden);
  if (model.activation.kind == Activation::Kind::maxout)
    hidden = graph.apply("ReduceMax",
                         {graph.reshaped(hidden, {0, model.size(), model.activation.pieces})},
                         {{"axes", {2}}}, {{"keepdims", 0}});
  onnx_graph::predictions(graph, model, graph.multiplied(hidden, model.v, model.offset));
  write(path, graph);
}

}  // namespace hadal
