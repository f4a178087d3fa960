#pragma once

#include <unistd.h>

#include <filesystem>
#include <limits>
#include <memory>
#include <random>
#include <string>

#include "hadal/model/deep_model.hpp"
#include "hadal/model/matrix_model.hpp"
#include "hadal/model/network_model.hpp"
#include "hadal/model/polar_slack.hpp"
#include "hadal/model/tensor_model.hpp"

namespace hadal::test {

/// A path in a folder of this test program's own, removed at its end.
inline std::filesystem::path model_path(const std::string& name) {
  struct Folder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("hadal_model_" + std::to_string(::getpid()));
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() {
      std::error_code ignored;
      std::filesystem::remove_all(path, ignored);
    }
  };
  static const Folder folder;
  return folder.path / name;
}

/// A model with something in every field; its figures need not agree with any data.
inline MatrixModel full_model(Index rows = 4, Index columns = 3, Index size = 2) {
  std::mt19937_64 generator(7);
  std::normal_distribution<double> normal;
  const auto draw = [&](Index n, Index m) {
    return Factor(Factor::NullaryExpr(n, m, [&] { return normal(generator); }));
  };
  MatrixModel model;
  model.lambda = 1.25;
  model.lambda_max = 12.5;
  model.norm.alpha = 0.5;
  model.norm.row_scale = Vector::LinSpaced(rows, 0.25, 1);
  model.norm.column_scale = Vector::LinSpaced(columns, 0.5, 0.75);
  model.offset = {OffsetTerms::both,     OffsetPolicy::free,      1e-3, 3.5,
                  Vector(draw(rows, 1)), Vector(draw(columns, 1))};
  model.u = draw(rows, size);
  model.v = draw(columns, size);
  model.refit = Refit{"core", draw(rows, size), draw(columns, size), 0.5};
  model.certificate = {10, 9.5, 0.5, 0.05, 1.3, 0.96, Proof::probabilistic, "split", 1e-12};
  model.tolerance = 1e-6;
  model.status = Status::bounded;
  model.stop = StopReason::size_limit;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double missing = std::numeric_limits<double>::quiet_NaN();
  model.trace = {{0, 0, 20, -infinity, infinity, 12.5, 0.1, 1}, {1, 2, 10, 9.5, 0.05, 1.3, 0.2, 7}};
  model.path = {{6.25, 1, 15, 1e-7, 0.9, 0.01}, {1.25, 2, 10, 1e-7, missing, missing}};
  model.train_error = 0.75;
  model.validation_error = missing;
  model.seconds = 1.5;
  model.iterations = 2;
  model.seed = 0xffff'ffff'ffff'ffff;
  model.version = "0.1.0";
  model.read_options = R"({"format":"triplets"})";
  for (Index i = 0; i < rows; ++i) model.row_labels.push_back("r\xc3\xa9" + std::to_string(i));
  for (Index j = 0; j < columns; ++j)
    model.column_labels.push_back(std::string(static_cast<std::size_t>(j), 'c'));
  model.row_name = "userId";
  model.column_name = "movie, with \"quotes\"";
  model.value_name = "";
  model.picture = PictureShape{rows, columns, 1, 16};
  model.movie = MovieShape{1, columns};
  return model;
}

/// A model of a 2 x 3 x 4 tensor with something in every field that goes with any other.
inline TensorModel tensor_model() {
  TensorModel model;
  model.lambda = 1.25;
  model.lambda_max = 12.5;
  model.factors = {Factor::Random(2, 2), Factor::Random(3, 2).cwiseAbs(), Factor::Random(4, 2)};
  model.norms.resize(3);
  model.norms[0] = {0.5, 1, 0, false, {}};
  model.norms[1].nonnegative = true;
  model.norms[2] = {0, 2, 0.25, false, lattice(GraphKind::chain, {4, 1, 1})};
  TensorRefit refit;
  refit.kind = "weights";
  for (const Factor& factor : model.factors) refit.factors.emplace_back(factor.leftCols(1));
  refit.validation_error = 0.5;
  model.refit = refit;
  model.certificate = {10, 9.5, 0.5, 0.05, 1.3, 0.96, Proof::deterministic, "unfolding", 0};
  PolarSlack slack;
  slack.exponent = 3;
  slack.split = TensorSplit{5, 0};
  slack.pieces = {{NormTerm::l1, NormTerm::l2, SingleFactor::Random(8, 3)}};
  model.certificate.slack = std::make_shared<const PolarSlack>(slack);
  model.status = Status::bounded;
  model.stop = StopReason::exhausted;
  model.trace = {{0, 0, 20, 0, 1, 12.5, 0.1, 1}, {1, 2, 10, 9.5, 0.05, 1.3, 0.2, 7}};
  model.path = {{6.25, 1, 15, 1e-7, 0.9, 0.01}};
  model.train_error = 0.75;
  model.validation_error = 0.875;
  model.seconds = 1.5;
  model.iterations = 2;
  model.seed = 77;
  model.version = "0.1.0";
  model.read_options = R"({"format":"tns"})";
  model.mode_names = {"who", "what", ""};
  model.labels = {{"x", "y"}, {}, {"a", "b", "c", "d\xc3\xa9"}};
  return model;
}

/// Two maxout units of a number and a colour, which tell three animals apart.
inline NetworkModel network_model() {
  NetworkModel model;
  model.loss = LossKind::multinomial;
  model.task = Task::classification;
  model.activation = Activation::from_string("maxout:2");
  model.lambda = 0.5;
  model.lambda_max = 2;
  model.encoding.columns = {{"width", {}, 1.5}, {"colour", {"blue", "red"}, 0}};
  model.classes = {"cat", "dog", "emu"};
  model.target_names = {"animal"};
  model.input_mean = Vector::LinSpaced(3, 1, 3);
  model.input_scale = Vector::LinSpaced(3, 1, 2);
  model.offset = Vector::Zero(3);
  model.u = Factor::Random(4, 4);
  model.v = Factor::Random(3, 2);
  model.picture = SamplePicture{3, 1, 1};
  model.certificate.objective = 9;
  model.certificate.method = "by hand";
  model.validation_error = model.validation_accuracy = std::numeric_limits<double>::quiet_NaN();
  model.train_accuracy = 0.75;
  model.read_options = "{}";
  model.version = "1";
  return model;
}

/// Two copies of a subnetwork from two inputs to two classes, by way of three units.
inline DeepModel deep_model() {
  DeepModel model;
  model.loss = LossKind::logistic;
  model.task = Task::classification;
  model.architecture = Architecture::from_text("input 2\nlinear 3\nrelu\noutput\n", "net");
  model.lambda = 0.5;
  model.lambda_max = 2;
  model.encoding.columns = {{"x", {}, 0}, {"y", {}, 0}};
  model.classes = {"no", "yes"};
  model.target_names = {"class"};
  model.input_mean = Vector::Zero(2);
  model.input_scale = Vector::Ones(2);
  model.offset = Vector::Zero(1);
  const Plan plan = plan_of(model);
  for (const WeightLayer& layer : plan.weights)
    model.weights.push_back(SingleFactor::Random(2, layer.size()));
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Certificate& claim = model.certificate;
  claim.objective = 9;
  claim.lower_bound = -infinity;
  claim.gap = claim.relative_gap = claim.polar_bound = infinity;
  claim.proof = Proof::none;
  claim.failure_probability = 1;
  model.status = Status::unproven;
  model.validation_error = model.validation_accuracy = std::numeric_limits<double>::quiet_NaN();
  model.train_accuracy = 0.75;
  model.epochs = 3;
  model.held = {1, 4};
  model.read_options = "{}";
  model.version = "1";
  return model;
}

/// A model of 5 x 6 entries with three coefficients u and four coefficients v.
inline MatrixModel model_with_dictionaries() {
  MatrixModel model;
  model.lambda = 1;
  model.lambda_max = 2;
  model.u = Factor::Ones(3, 2);
  model.v = Factor::Ones(4, 2);
  Factor a(5, 3);
  a << 1, 0, 2, 0, 1, 0, 0.1, 0, -1, 3, 1, 0, 0, 0.25, 1;
  model.dictionary_u = Dictionary(a);
  model.dictionary_v = Dictionary(DictionaryKind::dct, 6, 4);
  model.certificate = {10, 9.5, 0.5, 0.05, 1.3, 0.96, Proof::deterministic, "Cholesky", 0};
  model.status = Status::bounded;
  return model;
}

/// A model of 4 x 2 entries, each of the categories -3, 0 and 12.
inline MatrixModel model_of_categories() {
  MatrixModel model;
  model.loss = LossKind::multinomial;
  model.categories = {-3, 0, 12};
  model.lambda = 1;
  model.lambda_max = 2;
  model.norm.alpha = 0.5;
  model.norm.row_scale = Vector::LinSpaced(4, 0.25, 1);
  model.norm.column_scale = Vector::LinSpaced(6, 0.5, 0.75);
  model.u = Factor(4, 2);
  model.u << 1, 0.5, -1, 2, 0.25, 3, 2, -1;
  model.v = Factor(6, 2);
  model.v << 1, 0, -2, 1, 1, -1, 0.5, 3, -1, -2, 0.5, -1;
  model.certificate = {10, 9.5, 0.5, 0.05, 1.3, 0.96, Proof::deterministic, "Cholesky", 0};
  model.status = Status::bounded;
  model.row_labels = {"a", "b", "c", "d"};
  model.column_labels = {"x", "y"};
  return model;
}

}  // namespace hadal::test
