#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <limits>
#include <string>

#include "hadal/error.hpp"
#include "hadal/model/model_io.hpp"
#include "model_support.hpp"

namespace hadal {
namespace {

using test::network_model;

std::filesystem::path path() {
  return std::filesystem::path(testing::TempDir()) / "network_model.h5";
}

TEST(NetworkModel, IsReadAsItWasWritten) {
  const NetworkModel model = network_model();
  save_model(path(), model);
  EXPECT_EQ(model_kind(path()), ModelKind::network);
  const NetworkModel read = load_network_model(path());
  EXPECT_EQ(read.activation.to_string(), "maxout:2");
  EXPECT_EQ(read.penalty, UnitPenalty::product);
  EXPECT_EQ(read.task, Task::classification);
  EXPECT_TRUE(read.bias);
  EXPECT_EQ(read.encoding.names(), model.encoding.names());
  EXPECT_EQ(read.encoding.columns[0].fill, 1.5);
  EXPECT_EQ(read.classes, model.classes);
  EXPECT_EQ(read.target_names, model.target_names);
  EXPECT_EQ(read.input_mean, model.input_mean);
  EXPECT_EQ(read.input_scale, model.input_scale);
  EXPECT_EQ(read.offset, model.offset);
  EXPECT_EQ(read.u, model.u);
  EXPECT_EQ(read.v, model.v);
  ASSERT_TRUE(read.picture);
  EXPECT_EQ(read.picture->width, 3);
  EXPECT_EQ(read.train_accuracy, 0.75);
  EXPECT_TRUE(std::isnan(read.validation_accuracy));
}

TEST(NetworkModel, ThatContradictsItselfIsNotWritten) {
  const std::vector<std::function<void(NetworkModel&)>> mistakes{
      [](NetworkModel& m) { m.input_scale[1] = 0; },
      [](NetworkModel& m) { m.input_mean.resize(2); },
      [](NetworkModel& m) {
        m.classes = {"cat", "cat", "emu"};
      },
      [](NetworkModel& m) { m.classes.pop_back(); },
      [](NetworkModel& m) { m.loss = LossKind::squared; },
      [](NetworkModel& m) { m.u.resize(4, 3); },
      [](NetworkModel& m) { m.u(0, 0) = std::numeric_limits<double>::infinity(); },
      [](NetworkModel& m) { m.v.resize(2, 2); },
      [](NetworkModel& m) { m.bias = false; },
      [](NetworkModel& m) { m.offset[0] = 1; },
      [](NetworkModel& m) { m.picture->height = 2; },
      [](NetworkModel& m) { m.train_accuracy = 2; },
      [](NetworkModel& m) { m.encoding.columns.clear(); },
      [](NetworkModel& m) { m.lambda = -1; }};
  for (std::size_t k = 0; k < mistakes.size(); ++k) {
    NetworkModel model = network_model();
    mistakes[k](model);
    EXPECT_THROW(save_model(path(), model), ArgumentError) << k;
  }
}

NetworkModel gated_model() {
  NetworkModel model = network_model();
  model.activation = Activation::from_string("linear");
  model.u = model.u.leftCols(model.size()).eval();
  model.gates = Factor{{1, -1, 0}, {0, 2, 1}, {1, 0, 0}, {0, 0, -0.5}};
  model.gate.assign(static_cast<std::size_t>(model.size()), 2);
  return model;
}

TEST(NetworkModel, WithGatesIsReadAsItWasWritten) {
  const NetworkModel model = gated_model();
  EXPECT_EQ(model.hidden(), "gated:3");
  save_model(path(), model);
  const NetworkModel read = load_network_model(path());
  EXPECT_EQ(read.gates, model.gates);
  EXPECT_EQ(read.gate, model.gate);
}

TEST(NetworkModel, WithGatesThatContradictItIsNotWritten) {
  const std::vector<std::function<void(NetworkModel&)>> mistakes{
      [](NetworkModel& m) { m.gate[0] = 3; },
      [](NetworkModel& m) { m.gate[0] = -1; },
      [](NetworkModel& m) { m.gate.pop_back(); },
      [](NetworkModel& m) { m.gates.resize(4, 0); },
      [](NetworkModel& m) { m.gates = Factor::Ones(3, 3); },
      [](NetworkModel& m) { m.gates(0, 0) = std::numeric_limits<double>::quiet_NaN(); },
      [](NetworkModel& m) { m.activation = Activation{}; },
      [](NetworkModel& m) { m.penalty = UnitPenalty::path; }};
  for (std::size_t k = 0; k < mistakes.size(); ++k) {
    NetworkModel model = gated_model();
    mistakes[k](model);
    EXPECT_THROW(save_model(path(), model), ArgumentError) << k;
  }
}

TEST(NetworkModel, WithGatesPredictsBehindThem) {
  NetworkModel model = gated_model();
  model.input_mean.setZero();
  model.input_scale.setOnes();
  model.u = Factor{{1}, {0}, {0}, {2}};
  model.v = Factor{{1}, {0}, {0}};
  model.gates = Factor{{1}, {0}, {0}, {0.5}};  // open where x1 > -1/2
  model.gate = {0};
  const Factor inputs{{3, 9, 9}, {-1, 9, 9}};
  EXPECT_TRUE(scores(model, inputs).isApprox(Factor{{5, 0, 0}, {0, 0, 0}}));
}

TEST(NetworkModel, PredictsByHand) {
  NetworkModel model = network_model();
  model.activation = Activation{};
  model.bias = true;
  model.input_mean = Vector{{1, 0, 0}};
  model.input_scale = Vector{{2, 1, 1}};
  model.u.setZero(4, 1);
  model.u(0, 0) = 1;
  model.u(3, 0) = -1;  // relu((x - 1) / 2 - 1)
  model.v = Factor{{1}, {0}, {-1}};
  const Factor inputs{{7, 0, 0}, {1, 0, 0}};
  EXPECT_TRUE(scores(model, inputs).isApprox(Factor{{2, 0, -2}, {0, 0, 0}}));
  const Factor p = predictions(model, inputs);
  EXPECT_NEAR(p(0, 0), std::exp(2) / (std::exp(2) + 1 + std::exp(-2)), 1e-15);
  EXPECT_NEAR(p(1, 2), 1.0 / 3, 1e-15);
  EXPECT_EQ(most_probable(p), (std::vector<int>{0, 0}));
  EXPECT_THROW(scores(model, Factor::Zero(1, 2)), ModelError);
}

}  // namespace
}  // namespace hadal
