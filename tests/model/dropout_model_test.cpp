#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "hadal/error.hpp"
#include "hadal/model/model_io.hpp"

namespace hadal {
namespace {

using testing::HasSubstr;

DropoutModel example() {
  DropoutModel model;
  model.lambda = 0.25;
  model.noise = {NoiseKind::dropblock, 0.5, 2};
  model.retain_start = 0.75;
  model.with_input = true;
  model.network.layers = {Matrix::Random(4, 3), Matrix::Random(2, 4)};
  model.proof_left = Matrix::Random(2, 1);
  model.proof_right = Matrix::Random(5, 1);
  model.target_values = Vector::Constant(1, 3.5);
  model.product_values = Vector::LinSpaced(2, 2, 1);
  model.unit_products = Vector::Random(4);
  model.curve = {{0, 0.75, 10, 11, 0.5}, {1, 0.5, 9, 9.5, 0.25}};
  model.method = "sgd";
  model.certificate.objective = 9;
  model.certificate.method = "by hand";
  model.validation_error = std::numeric_limits<double>::quiet_NaN();
  model.trace.resize(3);
  model.read_options = "{}";
  model.version = "1";
  return model;
}

std::filesystem::path path() {
  return std::filesystem::path(testing::TempDir()) / "dropout_model.h5";
}

TEST(DropoutModel, IsReadAsItWasWritten) {
  const DropoutModel model = example();
  save_model(path(), model);
  EXPECT_EQ(model_kind(path()), ModelKind::dropout);
  const DropoutModel read = load_dropout_model(path());
  EXPECT_EQ(read.noise.kind, NoiseKind::dropblock);
  EXPECT_EQ(read.noise.retain, 0.5);
  EXPECT_EQ(read.noise.block, 2);
  EXPECT_EQ(read.retain_start, 0.75);
  EXPECT_EQ(read.with_input, true);
  EXPECT_EQ(read.auto_width, false);
  ASSERT_EQ(read.network.layers.size(), 2);
  EXPECT_EQ(read.network.layers[0], model.network.layers[0]);
  EXPECT_EQ(read.network.layers[1], model.network.layers[1]);
  EXPECT_EQ(read.proof_left, model.proof_left);
  EXPECT_EQ(read.proof_right, model.proof_right);
  EXPECT_EQ(read.target_values, model.target_values);
  EXPECT_EQ(read.product_values, model.product_values);
  EXPECT_EQ(read.unit_products, model.unit_products);
  ASSERT_EQ(read.curve.size(), 2);
  EXPECT_EQ(read.curve[1].stochastic, 9.5);
  EXPECT_EQ(read.curve[1].standard_error, 0.25);
  EXPECT_EQ(read.method, "sgd");
  EXPECT_EQ(read.lambda, 0.25);
  EXPECT_EQ(read.certificate.objective, 9);
  EXPECT_EQ(read.trace.size(), 3);
  EXPECT_THROW(load_model(path()), ModelError);
  EXPECT_THROW(load_tensor_model(path()), ModelError);
}

TEST(DropoutModel, OfNoSingularValuesIsReadAsItWasWritten) {
  DropoutModel model = example();
  model.proof_left.resize(2, 0);
  model.proof_right.resize(5, 0);
  model.target_values.resize(0);
  model.product_values.resize(0);
  save_model(path(), model);
  const DropoutModel read = load_dropout_model(path());
  EXPECT_EQ(read.proof_left.rows(), 2);
  EXPECT_EQ(read.proof_right.cols(), 0);
}

TEST(DropoutModel, IsRefusedWhereItContradictsItself) {
  using Change = std::function<void(DropoutModel&)>;
  const std::vector<std::pair<const char*, Change>> changes = {
      {"layers", [](DropoutModel& m) { m.network.layers.pop_back(); }},
      {"layer1", [](DropoutModel& m) { m.network.layers[1].resize(2, 5); }},
      {"layer0", [](DropoutModel& m) { m.network.layers[0](1, 1) = std::nan(""); }},
      {"retain", [](DropoutModel& m) { m.noise.retain = 0; }},
      {"retain", [](DropoutModel& m) { m.noise.retain = 1.5; }},
      {"retain_start", [](DropoutModel& m) { m.retain_start = -1; }},
      {"block", [](DropoutModel& m) { m.noise.block = 3; }},
      {"block", [](DropoutModel& m) { m.noise.block = 0; }},
      {"block", [](DropoutModel& m) { m.noise.kind = NoiseKind::dropout; }},
      {"noise",
       [](DropoutModel& m) {
         m.network.layers.push_back(Matrix::Ones(2, 2));
         m.unit_products.resize(0);
       }},
      {"proof left", [](DropoutModel& m) { m.proof_left.resize(3, 1); }},
      {"proof right", [](DropoutModel& m) { m.proof_right = Matrix::Ones(5, 2); }},
      {"proof right",
       [](DropoutModel& m) {
         m.with_input = false;
         m.proof_right = Matrix::Ones(5, 1);
       }},
      {"target", [](DropoutModel& m) { m.target_values[0] = -1; }},
      {"product", [](DropoutModel& m) { m.product_values = Vector::LinSpaced(2, 1, 2); }},
      {"units", [](DropoutModel& m) { m.unit_products.resize(3); }},
      {"curve retain", [](DropoutModel& m) { m.curve[0].retain = 2; }},
      {"fit_method", [](DropoutModel& m) { m.method = "magic"; }},
      {"loss", [](DropoutModel& m) { m.loss = LossKind::logistic; }},
      {"lambda_max", [](DropoutModel& m) { m.lambda_max = 1; }},
      {"objective", [](DropoutModel& m) { m.certificate.objective = -1; }}};
  for (const auto& [field, change] : changes) {
    DropoutModel model = example();
    change(model);
    try {
      save_model(path(), model);
      ADD_FAILURE() << field << " was accepted";
    } catch (const ArgumentError& error) {
      EXPECT_THAT(error.what(), HasSubstr(field));
    }
  }
}

}  // namespace
}  // namespace hadal
