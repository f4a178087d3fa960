#pragma once

#include <memory>

#include "hadal/model/model_io.hpp"
#include "hadal/model/polar_slack.hpp"

/// Small models that use every part of their file formats.
namespace hadal::fuzz {

inline MatrixModel example_of_a_matrix() {
  MatrixModel model;
  model.lambda = 1;
  model.lambda_max = 2;
  model.u = Factor::Ones(4, 2);
  model.v = Factor::Ones(3, 2);
  model.norm = {0.5, Vector::Constant(4, 0.5), Vector::Constant(3, 0.5)};
  model.offset = {OffsetTerms::both, OffsetPolicy::free, 1e-3, 1, Vector::Ones(4), Vector::Ones(3)};
  model.refit = Refit{"core", model.u, model.v, 0.5};
  model.trace.resize(2);
  model.path.resize(2);
  model.row_labels = {"a", "b", "c", "d"};
  model.column_labels = {"x", "y", "z"};
  model.picture = PictureShape{4, 1, 3, 8};
  model.movie = MovieShape{1, 3};
  return model;
}

inline MatrixModel example_with_dictionaries() {
  MatrixModel model = example_of_a_matrix();
  model.norm = {};
  model.dictionary_u = Dictionary(Factor::Ones(4, 3));
  model.dictionary_v = Dictionary(DictionaryKind::fourier, 3, 2);
  model.u = Factor::Ones(3, 2);
  model.v = Factor::Ones(2, 2);
  model.refit = Refit{"core", model.u, model.v, 0.5};
  return model;
}

inline MatrixModel example_of_categories() {
  MatrixModel model = example_of_a_matrix();
  model.loss = LossKind::multinomial;
  model.categories = {1, 2, 5};
  model.offset = {};
  model.refit.reset();
  model.picture.reset();
  model.movie.reset();
  model.column_labels = {"x"};
  return model;
}

inline TensorModel example_of_a_tensor_of_categories() {
  TensorModel model;
  model.loss = LossKind::multinomial;
  model.categories = {1, 2, 5};
  model.factors = {Factor::Ones(2, 2), Factor::Ones(4, 2), Factor::Ones(3, 2)};
  model.norms.resize(3);
  return model;
}

inline TensorModel example_of_a_tensor() {
  TensorModel model;
  model.lambda = 1;
  model.lambda_max = 2;
  model.factors = {Factor::Ones(2, 2), Factor::Ones(3, 2), Factor::Ones(4, 2)};
  model.norms.resize(3);
  model.norms[1].nonnegative = true;
  model.norms[2] = {0.5, 1, 0.25, false, lattice(GraphKind::grid4, {2, 2, 1})};
  model.refit = TensorRefit{"weights", model.factors, 0.5};
  PolarSlack slack;
  slack.split = TensorSplit{1, 4};
  slack.cover = SingleFactor::Ones(2, 3);
  model.certificate.slack = std::make_shared<const PolarSlack>(slack);
  model.trace.resize(2);
  model.mode_names = {"a", "b", "c"};
  model.labels = {{"x", "y"}, {}, {"k", "l", "m", "n"}};
  return model;
}

inline DropoutModel example_of_dropout() {
  DropoutModel model;
  model.lambda = 1;
  model.noise = {NoiseKind::dropblock, 0.5, 2};
  model.network.layers = {Matrix::Ones(4, 3), Matrix::Ones(2, 4)};
  model.proof_left = Matrix::Ones(2, 1);
  model.proof_right = Matrix::Ones(3, 1);
  model.target_values = model.product_values = Vector::Ones(1);
  model.unit_products = Vector::Ones(4);
  model.curve.resize(2);
  model.method = "sgd";
  model.trace.resize(2);
  return model;
}

inline NetworkModel example_of_a_network() {
  NetworkModel model;
  model.lambda = 1;
  model.lambda_max = 2;
  model.loss = LossKind::logistic;
  model.task = Task::classification;
  model.activation = Activation::from_string("maxout:2");
  model.encoding.columns = {{"a", {}, 0.5}, {"b", {"x", "y"}, 0}};
  model.picture = SamplePicture{3, 1, 1};
  model.classes = {"no", "yes"};
  model.target_names = {"class"};
  model.input_mean = Vector::Zero(3);
  model.input_scale = Vector::Ones(3);
  model.offset = Vector::Zero(1);
  model.u = Factor::Ones(4, 4);
  model.v = Factor::Ones(1, 2);
  model.trace.resize(2);
  model.path.resize(2);
  return model;
}

inline DeepModel example_of_deep_networks() {
  DeepModel model;
  model.lambda = 1;
  model.lambda_max = 2;
  model.architecture = Architecture::from_text("linear 2\nrelu\noutput\n", "net");
  model.architecture.input = Shape{3, 1, 1, true};
  model.encoding.columns = {{"a", {}, 0.5}, {"b", {"x", "y"}, 0}};
  model.target_names = {"y"};
  model.input_mean = Vector::Zero(3);
  model.input_scale = Vector::Ones(3);
  model.offset = Vector::Zero(1);
  const Plan plan = plan_of(model);
  for (const WeightLayer& layer : plan.weights)
    model.weights.push_back(SingleFactor::Ones(2, layer.size()));
  constexpr double infinity = std::numeric_limits<double>::infinity();
  model.certificate.lower_bound = -infinity;
  model.certificate.gap = model.certificate.relative_gap = infinity;
  model.certificate.polar_bound = infinity;
  model.certificate.failure_probability = 1;
  model.status = Status::unproven;
  model.epochs = 3;
  model.held = {1, 4};
  model.trace.resize(2);
  return model;
}

}  // namespace hadal::fuzz
