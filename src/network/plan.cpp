#include "hadal/network/plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <numeric>

#include "hadal/error.hpp"

namespace hadal {
namespace {

constexpr int degree_max = 64;
constexpr Index size_max = Index{1} << 31;  ///< of what passes, and of weights

int sum_of(const std::vector<int>& degrees) {
  return std::accumulate(degrees.begin(), degrees.end(), 0);
}

/// Goes through the layers with the shape and the degrees that they have so far.
class Planner {
 public:
  explicit Planner(Plan& plan) : plan_(plan) {}

  std::vector<PlannedLayer> through(const std::vector<Layer>& layers, const std::string& within,
                                    Shape& shape, std::vector<int>& degrees) {
    std::vector<PlannedLayer> planned;
    for (std::size_t k = 0; k < layers.size(); ++k) {
      PlannedLayer next;
      next.layer = layers[k];
      next.name = fmt::format("{}layer {} ({})", within, k + 1, to_string(layers[k]));
      next.in = shape;
      visit(next, fmt::format("{}layer {}, ", within, k + 1), degrees);
      shape = next.out;
      planned.push_back(std::move(next));
    }
    return planned;
  }

 private:
  [[noreturn]] static void refuse(const PlannedLayer& at, const std::string& expected) {
    throw ArgumentError(
        fmt::format("{} was given {}; expected {}", at.name, to_string(at.in), expected));
  }

  void visit(PlannedLayer& at, const std::string& within, std::vector<int>& degrees) {
    const Layer& layer = at.layer;
    at.out = at.in;
    switch (layer.kind) {
      case Layer::Kind::linear:
      case Layer::Kind::output:
        if (!at.in.flat) refuse(at, "flat values: flatten before it");
        at.out.channels = layer.kind == Layer::Kind::output ? plan_.outputs : layer.units;
        add_weights(at, degrees);
        break;
      case Layer::Kind::conv2d:
        slide(at);
        at.out.channels = layer.units;
        add_weights(at, degrees);
        break;
      case Layer::Kind::max_pool:
      case Layer::Kind::mean_pool:
        slide(at);
        break;
      case Layer::Kind::flatten:
        at.out = {at.in.size(), 1, 1, true};
        break;
      case Layer::Kind::activation:
        activate(at, degrees);
        break;
      case Layer::Kind::skip:
        branch(at, within, degrees);
        break;
    }
    if (at.out.size() > size_max) refuse(at, fmt::format("to pass on at most {} values", size_max));
  }

  static void slide(PlannedLayer& at) {
    const Layer& layer = at.layer;
    if (at.in.flat) refuse(at, "pictures of CHANNELSxHEIGHTxWIDTH");
    const auto places = [&](Index size) {
      const Index room = size + 2 * layer.padding - layer.kernel;
      if (room < 0)
        refuse(at, fmt::format("a height and a width of at least {}",
                               layer.kernel - 2 * layer.padding));
      return room / layer.stride + 1;
    };
    at.out = {at.in.channels, places(at.in.height), places(at.in.width), false};
  }

  static void activate(PlannedLayer& at, std::vector<int>& degrees) {
    const Activation& activation = at.layer.activation;
    if (at.in.channels % activation.pieces != 0)
      refuse(at, fmt::format("a number of {} that {} divides", at.in.flat ? "values" : "channels",
                             activation.pieces));
    at.out.channels = at.in.channels / activation.pieces;
    for (int& degree : degrees) degree *= activation.degree();
    require_small(at, degrees);
  }

  void add_weights(PlannedLayer& at, std::vector<int>& degrees) {
    const bool last = at.layer.kind == Layer::Kind::output;
    at.weights = static_cast<int>(plan_.weights.size());
    const Index kernel = at.layer.kind == Layer::Kind::conv2d ? at.layer.kernel : 1;
    if (kernel > size_max / kernel || at.in.channels > size_max / (kernel * kernel) ||
        at.out.channels > size_max / (at.in.channels * kernel * kernel))
      refuse(at, fmt::format("at most {} weights", size_max));
    plan_.weights.push_back({at.name, at.out.channels, at.in.channels, kernel, plan_.bias,
                             plan_.bias && !last, degrees.size()});
    degrees.push_back(1);
    require_small(at, degrees);
  }

  void branch(PlannedLayer& at, const std::string& within, std::vector<int>& degrees) {
    const std::vector<int> before = degrees;
    for (std::size_t b = 0; b < at.layer.branches.size(); ++b) {
      Shape shape = at.in;
      std::vector<int> own = before;
      at.branches.push_back(
          through(at.layer.branches[b], fmt::format("{}branch {}, ", within, b + 1), shape, own));
      if (b == 0) {
        at.out = shape;
        degrees = own;
        continue;
      }
      require_equal(at, b, degrees, own);
      if (shape != at.out)
        throw ArgumentError(fmt::format("{}: branch {} gives {}; expected {} as branch 1", at.name,
                                        b + 1, to_string(shape), to_string(at.out)));
    }
  }

  static void require_equal(const PlannedLayer& at, std::size_t branch,
                            const std::vector<int>& first, const std::vector<int>& own) {
    if (sum_of(first) != sum_of(own))
      throw ArgumentError(
          fmt::format("{}: branch 1 has degree {} and branch {} has degree {}; expected equal ones",
                      at.name, sum_of(first), branch + 1, sum_of(own)));
    // In the weights at one depth, too: else no scaling of a layer scales the sum.
    if (first != own)
      throw ArgumentError(fmt::format(
          "{}: the weight layers up to its end have degrees {} through branch 1 and {} through "
          "branch {}; expected equal ones",
          at.name, fmt::join(first, ", "), fmt::join(own, ", "), branch + 1));
  }

  static void require_small(const PlannedLayer& at, const std::vector<int>& degrees) {
    if (sum_of(degrees) > degree_max)
      throw ArgumentError(fmt::format("{} has degree {}; expected at most {}", at.name,
                                      sum_of(degrees), degree_max));
  }

  Plan& plan_;
};

Shape input_of(const Architecture& architecture, const Shape& data) {
  if (!architecture.input) return data;
  if (architecture.input->size() != data.size())
    throw ArgumentError(
        fmt::format("the architecture's input is {}, of {} values; expected {}, as "
                    "the data have",
                    to_string(*architecture.input), architecture.input->size(), data.size()));
  if (!data.flat && !architecture.input->flat && *architecture.input != data)
    throw ArgumentError(fmt::format("the architecture's input is {}; expected {}, as the pictures",
                                    to_string(*architecture.input), to_string(data)));
  return *architecture.input;
}

}  // namespace

int Plan::degree() const { return sum_of(degrees); }

Index Plan::parameters() const {
  Index sum = 0;
  for (const WeightLayer& layer : weights) sum += layer.size();
  return sum;
}

Plan plan(const Architecture& architecture, const Shape& input, Index outputs) {
  if (architecture.layers.empty() || architecture.layers.back().kind != Layer::Kind::output)
    throw ArgumentError("an architecture without output was given; expected it as the last layer");
  Plan plan;
  plan.input = input_of(architecture, input);
  plan.outputs = outputs;
  plan.bias = architecture.bias;
  Shape shape = plan.input;
  plan.layers = Planner(plan).through(architecture.layers, "", shape, plan.degrees);
  return plan;
}

void require_matched(const Plan& plan, int penalty_degree) {
  if (penalty_degree != plan.degree())
    throw ArgumentError(fmt::format(
        "the penalty has degree {} and the subnetwork has degree {}; expected equal ones: else "
        "there are local minima that are not global",
        penalty_degree, plan.degree()));
}

}  // namespace hadal
