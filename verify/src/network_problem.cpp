#include "network_problem.hpp"

#include <algorithm>
#include <cmath>

namespace hadal::verify {
namespace {

struct Hidden {
  Factor values;    ///< samples x units
  Matrix absolute;  ///< bound on the error of each but for its last rounding
};

/// act(x^T u) in extended precision, rounded once. An argument is a sum of d products and errs by
/// gamma_d of the sum of their sizes; a square of it by twice that times the argument.
Hidden hidden_values(const NetworkModel& model, const Factor& x) {
  const Index pieces = model.activation.pieces;
  const bool square = model.activation.degree() == 2;
  Hidden hidden{Factor(x.rows(), model.size()), Matrix::Zero(x.rows(), model.size())};
  const Real relative = wide_gamma(static_cast<Real>(x.cols() + 4));
#pragma omp parallel for schedule(static)
  for (Index i = 0; i < x.rows(); ++i) {
    std::vector<Real> argument(static_cast<std::size_t>(pieces));
    for (Index j = 0; j < model.size(); ++j) {
      Real worst = 0;
      for (Index piece = 0; piece < pieces; ++piece) {
        Real sum = 0, size = 0;
        for (Index d = 0; d < x.cols(); ++d) {
          const Real product = Real{x(i, d)} * model.u(d, j * pieces + piece);
          sum += product;
          size += std::abs(product);
        }
        argument[static_cast<std::size_t>(piece)] = sum;
        worst = std::max(worst, square ? relative * size * (2 * std::abs(sum) + relative * size)
                                       : relative * size);
      }
      if (model.gated() && !lets_through(model, x, i, model.gate[static_cast<std::size_t>(j)])) {
        hidden.values(i, j) = 0;
        continue;
      }
      hidden.values(i, j) = static_cast<double>(activated(model.activation, argument.data()));
      hidden.absolute(i, j) = rounded_up(worst);
    }
  }
  return hidden;
}

Entries entries_of(const NetworkModel& model, const SampleData& data) {
  const Index outputs = model.outputs();
  Entries entries;
  entries.rows = data.samples();
  entries.columns = outputs;
  for (Index i = 0; i < data.samples(); ++i) {
    const int label = data.labels.empty() ? -1 : data.labels[static_cast<std::size_t>(i)];
    for (Index k = 0; k < outputs; ++k) {
      double y = 0;
      if (model.task == Task::regression)
        y = data.targets(i, k) - model.offset[k];
      else
        y = outputs == 1 ? label == 1 : label == static_cast<int>(k);
      entries.row.push_back(static_cast<std::int32_t>(i));
      entries.column.push_back(static_cast<std::int32_t>(k));
      entries.value.push_back(y);
      if (data.weight.size()) entries.weight.push_back(data.weight[i]);
    }
  }
  return entries;
}

Real norm_of(const NetworkModel& model, const Factor& weights, Index first, Index columns) {
  Real sum = 0;
  for (Index c = first; c < first + columns; ++c)
    for (Index i = 0; i < weights.rows(); ++i) {
      const Real x = weights(i, c);
      sum += model.penalty == UnitPenalty::product ? x * x : std::abs(x);
    }
  return model.penalty == UnitPenalty::product ? std::sqrt(sum) : sum;
}

}  // namespace

Factor network_inputs(const NetworkModel& model, const SampleData& data) {
  const Index inputs = data.inputs.cols();
  Factor x(data.samples(), inputs + (model.bias ? 1 : 0));
  for (Index i = 0; i < x.rows(); ++i) {
    for (Index d = 0; d < inputs; ++d)
      x(i, d) = (data.inputs(i, d) - model.input_mean[d]) / model.input_scale[d];
    if (model.bias) x(i, inputs) = 1;
  }
  return x;
}

Real activated(const Activation& activation, const Real* t) {
  switch (activation.kind) {
    case Activation::Kind::linear:
      return t[0];
    case Activation::Kind::relu:
      return std::max(t[0], Real{0});
    case Activation::Kind::leaky_relu:
      return t[0] < 0 ? activation.leak * t[0] : t[0];
    case Activation::Kind::absolute:
      return std::abs(t[0]);
    case Activation::Kind::square:
      return t[0] * t[0];
    case Activation::Kind::maxout:
      return *std::max_element(t, t + activation.pieces);
  }
  return 0;
}

bool lets_through(const NetworkModel& model, const Factor& x, Index sample, Index gate) {
  Real sum = 0;
  for (Index d = 0; d < x.cols(); ++d) sum += Real{x(sample, d)} * model.gates(d, gate);
  return sum > 0;
}

Real input_norm(const NetworkModel& model, Index j) {
  const Index pieces = model.activation.pieces;
  return norm_of(model, model.u, j * pieces, pieces);
}
Real output_norm(const NetworkModel& model, Index j) { return norm_of(model, model.v, j, 1); }

Real unit_penalty(const NetworkModel& model, Index j) {
  const Real in = input_norm(model, j), out = output_norm(model, j);
  return (model.activation.degree() == 2 ? in * in : in) * out;
}

Problem scaled_problem(const NetworkModel& model, const SampleData& data, const Factor& x) {
  const Entries entries = entries_of(model, data);
  Problem problem;
  problem.scaling = scaling_of(model.loss, entries.value, entries.weight);
  const Scaling& scaling = problem.scaling;
  problem.rows = entries.rows;
  problem.columns = entries.columns;
  problem.loss = model.loss;
  problem.threshold = scaling.of_data(model.huber_threshold);
  problem.categories = model.loss == LossKind::multinomial ? model.outputs() : 1;
  problem.lambda = scaling.of_lambda(model.lambda);
  const Hidden hidden = hidden_values(model, x);
  problem.u = hidden.values.unaryExpr([&](double h) { return scaling.of_data(h); });
  problem.v = model.v;
  problem.factor_roundings = 4;  // of a hidden value: one, and its scaling
  const Real error =
      model.size() ? (hidden.absolute * model.v.cwiseAbs().transpose()).maxCoeff() : 0;
  const Real sizes = model.v.cwiseAbs().rowwise().sum().size()
                         ? model.v.cwiseAbs().rowwise().sum().maxCoeff()
                         : 0.0;
  if (model.size() > 0)
    problem.factor_loss = std::ldexp(error * 1.01L, -scaling.data) + 0x1p-1060L * (1 + sizes);
  GivenPenalty penalty;
  for (Index j = 0; j < model.size(); ++j) penalty.value += unit_penalty(model, j);
  penalty.value = std::ldexp(penalty.value, -scaling.data);
  penalty.operations = static_cast<double>(model.size() + model.u.rows() * model.activation.pieces +
                                           model.v.rows() + 64);
  problem.penalty = penalty;
  take_entries(entries, problem);
  return problem;
}

Problem without_units(Problem problem) {
  problem.u.resize(problem.rows, 0);
  problem.v.resize(problem.columns, 0);
  problem.penalty = GivenPenalty{};
  problem.factor_loss = 0;
  return problem;
}

}  // namespace hadal::verify
