#include <gtest/gtest.h>
#include <torch/torch.h>

#include "deep_support.hpp"
#include "hadal/fit/network_fit.hpp"
#include "hadal/model/sample_model.hpp"

// The objective of one hidden layer, written down in LibTorch, and its gradient by LibTorch's
// automatic differentiation, where the kernels of the fit have come to rest.
namespace hadal {
namespace {

using torch::Tensor;

Tensor activated(const NetworkModel& model, const Tensor& in) {
  const std::string name = model.activation.to_string();
  if (name == "relu") return torch::relu(in);
  if (name == "abs") return torch::abs(in);
  if (name == "square") return torch::square(in);
  if (name == "linear") return in;
  if (name.starts_with("leaky")) return torch::leaky_relu(in, model.activation.leak);
  return std::get<0>(in.view({in.size(0), -1, model.activation.pieces}).max(2));
}

/// loss + lambda sum_j (a ||u_j||^(a+1) + ||v_j||^(a+1)) / (a + 1), a the activation's degree.
Tensor objective(const NetworkModel& model, const SampleData& data, const Tensor& u,
                 const Tensor& v) {
  const auto tensor = [](const Factor& values) { return deep::tensor_of(values, torch::kDouble); };
  Factor x(data.samples(), model.inputs() + 1);
  x << standardised_inputs(model, data.inputs), Vector::Ones(data.samples());
  const Tensor z = activated(model, tensor(x).mm(u)).mm(v.t());
  const double a = model.activation.degree();
  const Tensor norm_u = u.view({u.size(0), -1, model.activation.pieces})
                            .square()
                            .sum(torch::IntArrayRef{0, 2})
                            .sqrt();
  const Tensor penalty = a * norm_u.pow(a + 1) + v.square().sum(0).sqrt().pow(a + 1);
  Tensor loss;
  if (model.task == Task::classification) {
    Factor sign(data.samples(), 1);
    for (Index i = 0; i < data.samples(); ++i)
      sign(i, 0) = data.labels[static_cast<std::size_t>(i)] ? 1 : -1;
    loss = torch::softplus(-tensor(sign) * z).sum();
  } else {
    const Factor centred = data.targets.rowwise() - model.offset.transpose();
    loss = (tensor(centred) - z).square().sum() / 2;
  }
  return loss + model.lambda / (a + 1) * penalty.sum();
}

void expect_stationary(const SampleData& data, const std::string& activation) {
  SCOPED_TRACE(activation);
  NetworkFitOptions options;
  options.activation = Activation::from_string(activation);
  options.lambda = {LambdaChoice::Kind::ratio, 0.1, 0, false};
  options.tolerance = 1e-8;
  options.proof = ProofChoice::none;
  options.iteration_max = 200;
  options.threads = 1;
  const NetworkModel model = fit_network(data, options);
  ASSERT_GT(model.size(), 0);
  const Tensor u = deep::tensor_of(model.u, torch::kDouble).requires_grad_(true);
  const Tensor v = deep::tensor_of(model.v, torch::kDouble).requires_grad_(true);
  const Tensor value = objective(model, data, u, v);
  const double claimed = model.certificate.objective;
  EXPECT_NEAR(value.item<double>(), claimed, 1e-9 * claimed);
  const auto gradient = torch::autograd::grad({value}, {u, v});
  // In every output weight the objective is smooth.
  EXPECT_LT(gradient[1].norm().item<double>(), 1e-5 * claimed);
  if (activation != "square" && activation != "linear") return;
  EXPECT_LT(gradient[0].norm().item<double>(), 1e-6 * claimed);
}

TEST(UnitsGradient, VanishesWhereAFitEnds) {
  const SampleData classes = test::rings(60), values = test::regression(80);
  for (const char* const activation :
       {"relu", "leaky:0.2", "abs", "maxout:3", "square", "linear"}) {
    if (std::string(activation) != "linear") expect_stationary(classes, activation);
    expect_stationary(values, activation);
  }
}

}  // namespace
}  // namespace hadal
