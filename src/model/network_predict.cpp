#include <fmt/format.h>

#include "hadal/model/network_model.hpp"

namespace hadal {

std::string NetworkModel::hidden() const {
  return gated() ? fmt::format("gated:{}", gates.cols()) : activation.to_string();
}

Factor standardised(const NetworkModel& model, const Factor& inputs) {
  const Factor plain = standardised_inputs(model, inputs);
  if (!model.bias) return plain;
  Factor x(inputs.rows(), model.inputs() + 1);
  x.leftCols(model.inputs()) = plain;
  x.rightCols(1).setOnes();
  return x;
}

Factor scores(const NetworkModel& model, const Factor& inputs) {
  const Factor x = standardised(model, inputs);
  const Factor in = x * model.u;
  Factor hidden;
  activate(model.activation, in, hidden);
  if (model.gated()) {
    const Factor open = x * model.gates(Eigen::all, model.gate);
    hidden.array() *= (open.array() > 0).cast<double>();
  }
  Factor z = hidden * model.v.transpose();
  z.rowwise() += model.offset.transpose();
  return z;
}

Factor predictions(const NetworkModel& model, const Factor& inputs) {
  return predictions_of(model, scores(model, inputs));
}

}  // namespace hadal
