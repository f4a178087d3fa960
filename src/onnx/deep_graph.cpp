#include "hadal/onnx/write_onnx.hpp"
#include "network_graph.hpp"

namespace hadal {
namespace onnx_graph {
namespace {

/// What passes between layers of all copies: pictures samples x (copies channels) x height x width,
/// flat values samples x (copies values); until the first weights all copies share it. The carried
/// constant is one number for each copy, and known.
struct Signal {
  Name x;
  Vector constant;
  bool shared = true;
};

class CopiesGraph {
 public:
  CopiesGraph(Graph& graph, const DeepModel& model, const Plan& plan)
      : graph_(graph), model_(model), plan_(plan), count_(model.size()) {}

  void through(const std::vector<PlannedLayer>& layers, Signal& signal) const {
    for (const PlannedLayer& at : layers) step(at, signal);
  }

 private:
  void step(const PlannedLayer& at, Signal& signal) const {
    switch (at.layer.kind) {
      case Layer::Kind::linear:
      case Layer::Kind::conv2d:
      case Layer::Kind::output:
        weigh(at, signal);
        break;
      case Layer::Kind::activation:
        activate(at, signal);
        break;
      case Layer::Kind::max_pool:
        signal.x = graph_.apply("MaxPool", {signal.x}, window(at.layer));
        break;
      case Layer::Kind::mean_pool:
        signal.x =
            graph_.apply("AveragePool", {signal.x}, window(at.layer), {{"count_include_pad", 1}});
        break;
      case Layer::Kind::flatten:
        signal.x = graph_.reshaped(signal.x, {0, copies(signal) * at.out.size()});
        break;
      case Layer::Kind::skip:
        add_branches(at, signal);
        break;
    }
  }

  std::int64_t copies(const Signal& signal) const { return signal.shared ? 1 : count_; }

  static Attributes window(const Layer& layer) {
    const std::int64_t kernel = layer.kernel, stride = layer.stride, padding = layer.padding;
    return {{"kernel_shape", {kernel, kernel}},
            {"strides", {stride, stride}},
            {"pads", {padding, padding, padding, padding}}};
  }

  void activate(const PlannedLayer& at, Signal& signal) const {
    const Activation& activation = at.layer.activation;
    if (activation.kind != Activation::Kind::maxout) {
      signal.x = activated(graph_, activation, signal.x);
      Factor constant;
      hadal::activate(activation, signal.constant, constant);
      signal.constant = constant;
      return;
    }
    Numbers shape{0, copies(signal) * at.out.channels, activation.pieces};
    if (!at.in.flat) shape.insert(shape.end(), {at.in.height, at.in.width});
    signal.x = graph_.apply("ReduceMax", {graph_.reshaped(signal.x, shape)}, {{"axes", {2}}},
                            {{"keepdims", 0}});
  }

  void weigh(const PlannedLayer& at, Signal& signal) const {
    const auto number = static_cast<std::size_t>(at.weights);
    const WeightLayer& layer = plan_.weights[number];
    const Factor all = model_.weights[number].cast<double>();
    const Factor matrix = all.leftCols(layer.matrix_size());
    Factor bias;  // copies x outputs
    if (layer.bias)
      bias = signal.constant.asDiagonal() * all.middleCols(layer.matrix_size(), layer.outputs);
    if (at.layer.kind == Layer::Kind::conv2d)
      signal.x = convolved(at, layer, matrix, bias, signal);
    else if (at.layer.kind == Layer::Kind::output)
      signal.x = put_out(layer, matrix, bias, signal);
    else
      signal.x = multiplied(layer, matrix, bias, signal);
    signal.shared = false;
    if (layer.carries) signal.constant.array() *= all.rightCols(1).array();
  }

  Name convolved(const PlannedLayer& at, const WeightLayer& layer, const Factor& matrix,
                 const Factor& bias, const Signal& signal) const {
    std::vector<Name> from{
        signal.x, graph_.constant(
                      {count_ * layer.outputs, layer.inputs, layer.kernel, layer.kernel}, matrix)};
    if (layer.bias) from.push_back(graph_.constant({bias.size()}, bias));
    return graph_.apply("Conv", from, window(at.layer), {{"group", signal.shared ? 1 : count_}});
  }

  Name multiplied(const WeightLayer& layer, const Factor& matrix, const Factor& bias,
                  const Signal& signal) const {
    if (signal.shared)
      return graph_.multiplied(
          signal.x, matrix.reshaped<Eigen::RowMajor>(count_ * layer.outputs, layer.inputs),
          bias.reshaped<Eigen::RowMajor>());
    Factor by_input(count_ * layer.inputs, layer.outputs);
    for (Index copy = 0; copy < count_; ++copy)
      by_input.middleRows(copy * layer.inputs, layer.inputs) =
          of_copy(layer, matrix, copy).transpose();
    const Name x =
        graph_.transposed(graph_.reshaped(signal.x, {0, count_, layer.inputs}), {1, 0, 2});
    Name y = graph_.apply("MatMul",
                          {x, graph_.constant({count_, layer.inputs, layer.outputs}, by_input)});
    if (layer.bias) y = graph_.apply("Add", {y, graph_.constant({count_, 1, layer.outputs}, bias)});
    return graph_.reshaped(graph_.transposed(y, {1, 0, 2}), {0, count_ * layer.outputs});
  }

  /// The sum over all copies, with the offset.
  Name put_out(const WeightLayer& layer, const Factor& matrix, const Factor& bias,
               const Signal& signal) const {
    const Index times = copies(signal);
    Factor weight = Factor::Zero(layer.outputs, times * layer.inputs);
    for (Index copy = 0; copy < count_; ++copy)
      weight.middleCols(signal.shared ? 0 : copy * layer.inputs, layer.inputs) +=
          of_copy(layer, matrix, copy);
    Vector sum = model_.offset;
    if (layer.bias) sum += bias.colwise().sum().transpose();
    return graph_.multiplied(signal.x, weight, sum);
  }

  static Eigen::Map<const Factor> of_copy(const WeightLayer& layer, const Factor& matrix,
                                          Index copy) {
    return {matrix.row(copy).data(), layer.outputs, layer.inputs};
  }

  void add_branches(const PlannedLayer& at, Signal& signal) const {
    Signal sum;
    for (const std::vector<PlannedLayer>& branch : at.branches) {
      Signal own = signal;
      through(branch, own);
      if (sum.x.empty()) {
        sum = own;
      } else {
        sum.x = graph_.apply("Add", {sum.x, own.x});
        sum.constant += own.constant;
      }
    }
    signal = sum;
  }

  Graph& graph_;
  const DeepModel& model_;
  const Plan& plan_;
  std::int64_t count_;
};

/// As the subnetwork takes them: pictures channel by channel.
Name subnetwork_input(Graph& graph, const Shape& shape, const Name& x) {
  if (shape.flat) return x;
  const Name pixels = graph.reshaped(x, {0, shape.height, shape.width, shape.channels});
  return graph.transposed(pixels, {0, 3, 1, 2});
}

}  // namespace
}  // namespace onnx_graph

void write_onnx(const std::filesystem::path& path, const DeepModel& model) {
  using namespace onnx_graph;
  Graph graph;
  const Name x = standardised_input(graph, model);
  if (model.size() == 0) {
    onnx_graph::predictions(graph, model, no_scores(graph, model, x));
    return write(path, graph);
  }
  const Plan plan = plan_of(model);
  Signal signal{subnetwork_input(graph, plan.input, x), Vector::Ones(model.size())};
  CopiesGraph(graph, model, plan).through(plan.layers, signal);
  onnx_graph::predictions(graph, model, signal.x);
  write(path, graph);
}

}  // namespace hadal
