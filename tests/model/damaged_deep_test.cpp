#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "damaged_model.hpp"
#include "model_support.hpp"
#include "same_model.hpp"

/// Damaged files of deep networks, and of what their fits go on from, are refused with what is
/// wrong.
namespace hadal {
namespace {

using test::Damaged;
using test::deep_model;

struct Damage {
  const char* part;  ///< of the message
  std::function<void(Damaged&)> make;
};

TEST(DeepModelFile, KeepsEverything) {
  const DeepModel model = deep_model();
  const auto path = test::model_path("deep.h5");
  save_model(path, model);
  EXPECT_EQ(model_kind(path), ModelKind::deep);
  const DeepModel read = load_deep_model(path);
  test::expect_same_fit(read, model);
  EXPECT_EQ(read.architecture.to_text(), model.architecture.to_text());
  EXPECT_EQ(read.penalty, model.penalty);
  EXPECT_EQ(read.held, model.held);
  EXPECT_EQ(read.epochs, model.epochs);
  ASSERT_EQ(read.weights.size(), model.weights.size());
  for (std::size_t k = 0; k < read.weights.size(); ++k)
    EXPECT_EQ(read.weights[k], model.weights[k]);
}

TEST(DamagedDeepNetwork, IsRefusedWithWhatIsWrong) {
  const hid_t real = H5T_IEEE_F32LE;
  const std::vector<Damage> damages{
      {"format", [](Damaged& f) { f.attribute("/", "format", std::string("hadal other model")); }},
      {"architecture",
       [](Damaged& f) {
         f.attribute("problem", "architecture", std::string("input 2\nsigmoid\noutput\n"));
       }},
      {"architecture",
       [](Damaged& f) {
         f.attribute("problem", "architecture", std::string("linear 3\nrelu\noutput\n"));
       }},
      {"architecture",
       [](Damaged& f) {
         f.attribute("problem", "architecture", std::string("input 5\nlinear 3\nrelu\noutput\n"));
       }},
      {"architecture",
       [](Damaged& f) {
         f.attribute("problem", "architecture", std::string("input 2\nmax-pool 2\noutput\n"));
       }},
      {"weights",
       [](Damaged& f) {
         f.attribute("problem", "architecture", std::string("input 2\nlinear 4\nrelu\noutput\n"));
       }},
      {"penalty", [](Damaged& f) { f.attribute("problem", "penalty", std::string("sum")); }},
      {"classes", [](Damaged& f) { f.attribute("problem", "classification", std::int64_t{0}); }},
      {"layers", [](Damaged& f) { f.attribute("weights", "layers", std::int64_t{0}); }},
      {"layers", [](Damaged& f) { f.attribute("weights", "layers", std::int64_t{1} << 40); }},
      {"layer2", [](Damaged& f) { f.attribute("weights", "layers", std::int64_t{3}); }},
      {"layer1", [](Damaged& f) { f.remove("weights/layer1"); }},
      {"weights",
       [real](Damaged& f) {
         f.dataset("weights/layer0", real, {3, 10});
       }},
      {"weights", [](Damaged& f) { f.value("weights/layer0", 1, HUGE_VAL); }},
      {"mean", [](Damaged& f) { f.value("inputs/mean", 1, std::nan("")); }},
      {"scale", [](Damaged& f) { f.value("inputs/scale", 1, 0.0); }},
      {"held", [](Damaged& f) { f.value("record/held", 1, std::int64_t{1}); }},
      {"held", [](Damaged& f) { f.value("record/held", 0, std::int64_t{-1}); }},
      // Nothing is proved of it, so that no file can claim it.
      {"lower_bound", [](Damaged& f) { f.attribute("claim", "lower_bound", 8.0); }},
      {"proof", [](Damaged& f) { f.attribute("claim", "proof", std::string("deterministic")); }},
      {"status", [](Damaged& f) { f.attribute("claim", "status", std::string("optimal")); }},
      {"relative_gap", [](Damaged& f) { f.attribute("claim", "relative_gap", 0.0); }},
      {"objective", [](Damaged& f) { f.attribute("claim", "objective", -1.0); }}};
  for (const auto& [part, make] : damages) test::expect_refused(deep_model(), make, part);
}

DeepCheckpoint checkpoint() {
  DeepCheckpoint checkpoint;
  checkpoint.problem = "a problem";
  checkpoint.epoch = 5;
  checkpoint.weights = {SingleFactor::Ones(2, 3), SingleFactor::Ones(2, 4)};
  checkpoint.first = checkpoint.second = checkpoint.weights;
  checkpoint.best = {SingleFactor::Ones(1, 3), SingleFactor::Ones(1, 4)};
  checkpoint.steps = {1, 2};
  checkpoint.best_epoch = 4;
  checkpoint.trace.resize(5);
  checkpoint.choice = {{0, 0.5, 3, 10, 0.5, 0.9, 0.7}, {1, 0.5, 2, 11, 0.6, 0.8, 0.7}};
  return checkpoint;
}

TEST(DamagedDeepCheckpoint, IsRefusedWithWhatIsWrong) {
  const hid_t single = H5T_IEEE_F32LE, real = H5T_IEEE_F64LE;
  const std::vector<Damage> damages{
      {"format", [](Damaged& f) { f.attribute("/", "format", std::string("hadal checkpoint")); }},
      {"format_version", [](Damaged& f) { f.attribute("/", "format_version", std::int64_t{2}); }},
      {"epoch", [](Damaged& f) { f.attribute("/", "best_epoch", std::int64_t{6}); }},
      {"lambda_max", [](Damaged& f) { f.attribute("/", "lambda_max", -1.0); }},
      {"best_error", [](Damaged& f) { f.attribute("/", "best_error", std::nan("")); }},
      {"layers", [](Damaged& f) { f.attribute("/", "layers", std::int64_t{0}); }},
      {"layer2", [](Damaged& f) { f.attribute("/", "layers", std::int64_t{3}); }},
      {"first",
       [single](Damaged& f) {
         f.dataset("first/layer1", single, {2, 3});
       }},
      {"best",
       [single](Damaged& f) {
         f.dataset("best/layer1", single, {2, 4});
       }},
      {"second", [](Damaged& f) { f.value("second/layer0", 0, std::nan("")); }},
      {"steps", [real](Damaged& f) { f.dataset("steps", real, {3}); }},
      {"choice", [](Damaged& f) { f.value("choice/ratio", 1, 2.0); }},
      {"choice", [](Damaged& f) { f.value("choice/error", 0, std::nan("")); }},
      {"accuracy", [real](Damaged& f) { f.dataset("choice/accuracy", real, {3}); }},
      {"weights", [](Damaged& f) { f.remove("weights"); }}};
  for (const auto& [part, make] : damages) test::expect_refused(checkpoint(), make, part);
}

}  // namespace
}  // namespace hadal
