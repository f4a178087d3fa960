#include "hadal/onnx/write_onnx.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

#include "hadal/data/write.hpp"
#include "hadal/error.hpp"

namespace hadal {
namespace {

namespace fs = std::filesystem;

/// Networks of random weights, written and then run by ONNX Runtime, all of them in one go.
class WriteOnnx : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }

  Factor normal(Index rows, Index columns) {
    return Factor::NullaryExpr(rows, columns, [&] { return normal_(random_); });
  }

  void set_samples(SampleModel& model, Index inputs, Index outputs, LossKind loss) {
    for (Index k = 0; k < inputs; ++k)
      model.encoding.columns.push_back({"x" + std::to_string(k), {}, 0});
    model.input_mean = normal(inputs, 1);
    model.input_scale = normal(inputs, 1).cwiseAbs().array() + 0.5;
    model.loss = loss;
    model.offset = Vector::Zero(outputs);
    if (loss == LossKind::squared) model.offset = normal(outputs, 1);
    if (loss != LossKind::logistic && loss != LossKind::multinomial) return;
    model.task = Task::classification;
    for (Index k = 0; k < std::max<Index>(2, outputs); ++k)
      model.classes.push_back("class " + std::to_string(k));
  }

  NetworkModel network(const std::string& activation, LossKind loss, Index outputs,
                       Index size = 4) {
    NetworkModel model;
    set_samples(model, 3, outputs, loss);
    model.activation = Activation::from_string(activation);
    model.u = normal(4, size * model.activation.pieces) / 2;
    model.v = normal(outputs, size) / 2;
    return model;
  }

  DeepModel deep(const std::string& layers, const Shape& shape, LossKind loss, Index outputs,
                 Index copies = 3) {
    DeepModel model;
    set_samples(model, shape.size(), outputs, loss);
    model.architecture = Architecture::from_text(layers, "net");
    model.architecture.input = shape;
    if (!shape.flat) model.picture = SamplePicture{shape.width, shape.height, shape.channels};
    for (const WeightLayer& layer : plan_of(model).weights)
      model.weights.push_back(
          (normal(copies, layer.size()) / std::sqrt(static_cast<double>(layer.inputs)))
              .cast<float>());
    return model;
  }

  template <class Model>
  void write(const Model& model) {
    const std::string name = "network" + std::to_string(expected_.size());
    const Factor inputs = normal(5, model.inputs());
    write_onnx(folder_ / (name + ".onnx"), model);
    write_npy(folder_ / (name + ".npy"), inputs);
    const Factor values = predictions(model, inputs);
    std::vector<std::string> labels;
    if (model.task == Task::classification)
      for (const int label : most_probable(values))
        labels.push_back(model.classes[static_cast<std::size_t>(label)]);
    expected_.push_back({name, values, labels});
  }

  void expect_agreement() const {
    if (std::string(HADAL_ONNX_PYTHON).empty())
      GTEST_SKIP() << "no Python with ONNX Runtime was given in HADAL_ONNX_PYTHON";
    const std::string command = std::string("'") + HADAL_ONNX_PYTHON + "' '" + HADAL_RUN_ONNX +
                                "' '" + folder_.string() + "'";
    ASSERT_EQ(std::system(command.c_str()), 0);
    for (const Expected& expected : expected_) expect_agreement(expected);
  }

 private:
  struct Expected {
    std::string name;
    Factor values;
    std::vector<std::string> labels;
  };

  void expect_agreement(const Expected& expected) const {
    std::ifstream table(folder_ / (expected.name + ".csv"));
    std::string line, field;
    // Single precision, sums of at most a few hundred terms.
    const double accuracy = 1e-5 * std::max(1.0, expected.values.cwiseAbs().maxCoeff());
    for (Index i = 0; i < expected.values.rows(); ++i) {
      ASSERT_TRUE(std::getline(table, line)) << expected.name;
      std::istringstream fields(line);
      if (!expected.labels.empty()) {
        std::getline(fields, field, ',');
        EXPECT_EQ(field, expected.labels[static_cast<std::size_t>(i)]) << expected.name;
      }
      for (Index k = 0; k < expected.values.cols(); ++k) {
        ASSERT_TRUE(std::getline(fields, field, ',')) << expected.name;
        EXPECT_NEAR(std::stod(field), expected.values(i, k), accuracy) << expected.name;
      }
      EXPECT_FALSE(std::getline(fields, field, ',')) << expected.name;
    }
  }

  /// Of this test alone: tests run side by side.
  fs::path folder_ =
      fs::path(testing::TempDir()) /
      ("hadal_onnx_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
  std::vector<Expected> expected_;
  std::mt19937 random_{5};
  std::normal_distribution<double> normal_;
};

TEST_F(WriteOnnx, NetworksPredictTheSame) {
  for (const char* const activation : {"linear", "relu", "leaky:0.2", "abs", "square", "maxout:3"})
    write(network(activation, LossKind::squared, 2));
  write(network("relu", LossKind::poisson, 1));
  write(network("relu", LossKind::huber, 1));
  write(network("relu", LossKind::logistic, 1));
  write(network("maxout:2", LossKind::multinomial, 4));
  write(network("relu", LossKind::multinomial, 3, 0));
  NetworkModel unbiased = network("relu", LossKind::squared, 1);
  unbiased.bias = false;
  unbiased.u.conservativeResize(3, Eigen::NoChange);
  write(unbiased);
  NetworkModel gated = network("linear", LossKind::squared, 2);
  gated.gates = normal(4, 7);
  gated.gate = {6, 0, 0, 2};
  write(gated);
  expect_agreement();
}

TEST_F(WriteOnnx, DeepNetworksPredictTheSame) {
  const Shape flat{6, 1, 1, true}, grey{1, 8, 7, false}, colour{3, 9, 6, false};
  write(deep("output\n", flat, LossKind::squared, 2));
  write(deep("linear 5\nrelu\nlinear 4\nabs\noutput\n", flat, LossKind::multinomial, 3));
  write(deep("no-bias\nlinear 5\nleaky:0.3\nlinear 6\nmaxout:2\noutput\n", flat, LossKind::logistic,
             1));
  write(deep("linear 4\nsquare\nlinear 3\noutput\n", flat, LossKind::poisson, 1));
  write(deep(
      "conv2d 4 kernel 3 padding 1\nrelu\nmax-pool kernel 2\nconv2d 6 kernel 2 stride 2\nmaxout:2\n"
      "flatten\nlinear 5\nrelu\noutput\n",
      grey, LossKind::multinomial, 4));
  write(deep(
      "conv2d 4 kernel 3 stride 2 padding 1\nabs\nmean-pool kernel 3 stride 1 padding 1\nflatten\n"
      "output\n",
      colour, LossKind::squared, 2));
  write(deep("max-pool kernel 2\nflatten\noutput\n", colour, LossKind::squared, 1));
  write(
      deep("maxout:3\nconv2d 2 kernel 3\nrelu\nskip\nconv2d 2 kernel 3 padding 1\nrelu\n"
           "and\nconv2d 2 kernel 1\nend\nflatten\noutput\n",
           colour, LossKind::squared, 1));
  write(deep("linear 5\nrelu\noutput\n", flat, LossKind::squared, 2, 0));
  expect_agreement();
}

TEST_F(WriteOnnx, FilesThatCannotBeWrittenAreErrors) {
  EXPECT_THROW(write_onnx("/nowhere/network.onnx", network("relu", LossKind::squared, 1)), Error);
}

}  // namespace
}  // namespace hadal
