#include <csignal>

#include "command.hpp"
#include "hadal/model/tensor_checkpoint.hpp"
#include "running_fit.hpp"

namespace hadal::test {
namespace {

class TensorInterruption : public CommandTest {
 protected:
  void SetUp() override {
    done(
        "simulate tensor --shape 14x12x10 --rank 4 --nonneg --noise 0.3 --observed 0.7 --seed 5 "
        "--out data.tns");
  }
  static std::vector<std::string> words(std::vector<std::string> more) {
    std::vector<std::string> all = {"fit",     "tensor",   "data.tns", "--nonneg", "all",
                                    "--shape", "14x12x10", "--tol",    "1e-6",     "--threads",
                                    "1",       "--proof",  "none"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  std::string command(const std::vector<std::string>& more) const {
    std::string text;
    for (const std::string& word : words(more)) text += word + " ";
    return text;
  }
  /// Kills a fit after so many lines of progress, goes on from its checkpoint, and expects what a
  /// fit that nobody stopped has found.
  void expect_same_after_kill(std::vector<std::string> options, int lines) const {
    done(command(options) + "--quiet --json whole.json");
    std::vector<std::string> kept = options;
    kept.insert(kept.end(), {"--checkpoint", "state.h5", "--out", "model.h5"});
    RunningFit running(folder_, words(kept));
    running.await_lines(lines);
    running.send(SIGKILL);
    EXPECT_TRUE(WIFSIGNALED(running.join()));
    EXPECT_FALSE(exists("model.h5"));
    ASSERT_TRUE(exists("state.h5"));
    done(command(options) + "--quiet --resume state.h5 --json resumed.json");
    const auto whole = json_of("whole.json"), resumed = json_of("resumed.json");
    const double objective = whole["objective"];
    EXPECT_NEAR(resumed["objective"], objective, 1e-9 * objective);
    EXPECT_EQ(resumed["lambda"], whole["lambda"]);
    EXPECT_EQ(resumed["size"], whole["size"]);
    EXPECT_EQ(resumed["path"], whole["path"]);
  }
};

TEST_F(TensorInterruption, KilledFitGoesOnFromItsCheckpoint) {
  expect_same_after_kill({"--lambda-ratio", "0.05"}, 2);
}

TEST_F(TensorInterruption, KilledChoiceOfLambdaGoesOnFromItsCheckpoint) {
  expect_same_after_kill({"--cv", "3", "--refit", "--seed", "2"}, 8);
  EXPECT_EQ(load_tensor_checkpoint(file("state.h5")).folds.size(), 3u)
      << "the cross-validation was over already";
}

}  // namespace
}  // namespace hadal::test
