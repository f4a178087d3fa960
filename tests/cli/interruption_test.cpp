#include <csignal>
#include <regex>

#include "command.hpp"
#include "hadal/model/checkpoint.hpp"
#include "running_fit.hpp"

namespace hadal::test {
namespace {

class Interruption : public CommandTest {
 protected:
  void SetUp() override {
    done(
        "simulate matrix --rows 120 --columns 90 --rank 5 --noise 0.5 --observed 0.4 --seed 5 "
        "--out data.csv");
  }
  static constexpr const char* fit =
      "fit matrix data.csv --lambda-ratio 0.05 --tol 1e-10 --threads 1 ";
  const std::vector<std::string> words = {
      "fit", "matrix", "data.csv", "--lambda-ratio", "0.05", "--tol", "1e-10", "--threads", "1"};
  std::vector<std::string> with(std::vector<std::string> more) const {
    more.insert(more.begin(), words.begin(), words.end());
    return more;
  }
};

TEST_F(Interruption, KilledFitGoesOnFromItsCheckpoint) {
  done(std::string(fit) + "--quiet --json whole.json");
  RunningFit running(folder_, with({"--checkpoint", "state.h5", "--out", "model.h5"}));
  running.await_lines(2);
  running.send(SIGKILL);
  EXPECT_TRUE(WIFSIGNALED(running.join()));
  EXPECT_FALSE(exists("model.h5"));
  ASSERT_TRUE(exists("state.h5"));
  done(std::string(fit) + "--quiet --resume state.h5 --json resumed.json");
  const double whole = json_of("whole.json")["objective"],
               resumed = json_of("resumed.json")["objective"];
  EXPECT_NEAR(resumed, whole, 1e-9 * whole);
}

/// Large enough for a cross-validation that is not over before a signal arrives.
class InterruptedChoice : public CommandTest {
 protected:
  void SetUp() override {
    done(
        "simulate matrix --rows 250 --columns 200 --rank 5 --noise 0.5 --observed 0.4 --seed 5 "
        "--out data.csv");
    of_whole_ = iterations_of_folds(done(choose() + "--json whole.json").err);
  }
  static std::string choose() { return "fit matrix data.csv --cv 3 --seed 2 --threads 1 "; }

  /// A signal after so many lines of progress; leaves state.h5.
  int stop_after(int lines, int signal) const {
    RunningFit running(folder_, {"fit", "matrix", "data.csv", "--cv", "3", "--seed", "2",
                                 "--threads", "1", "--checkpoint", "state.h5"});
    running.await_lines(lines);
    running.send(signal);
    return running.join();
  }
  static std::ptrdiff_t iterations_of_folds(const std::string& progress) {
    const std::regex line("cross-validation [^\n]*\n");
    return std::distance(std::sregex_iterator(progress.begin(), progress.end(), line), {});
  }
  /// Goes on from state.h5, to what the whole fit has found, without doing all of it again.
  void expect_same_answer() const {
    const Result resumed = done(choose() + "--resume state.h5 --json resumed.json");
    EXPECT_LT(iterations_of_folds(resumed.err), of_whole_ - 4);
    const auto found = json_of("resumed.json"), whole = json_of("whole.json");
    EXPECT_EQ(found["lambda"], whole["lambda"]);
    EXPECT_EQ(found["path"], whole["path"]);
    EXPECT_EQ(found["validation_error"], whole["validation_error"]);
    const double objective = whole["objective"];
    EXPECT_NEAR(found["objective"], objective, 1e-9 * objective);
  }

  std::ptrdiff_t of_whole_ = 0;
};

TEST_F(InterruptedChoice, GoesOnWithTheNextPointAfterAKill) {
  std::vector<std::size_t> finished;
  for (const int lines : {8, 24}) {
    ASSERT_TRUE(WIFSIGNALED(stop_after(lines, SIGKILL)));
    const MatrixCheckpoint kept = load_checkpoint(file("state.h5"));
    ASSERT_EQ(kept.folds.size(), 3u) << "the cross-validation was over already";
    finished.push_back(kept.folds.front().points.size());
    expect_same_answer();
  }
  EXPECT_GT(finished.front(), 0u);
  EXPECT_LT(finished.front(), finished.back());
}

TEST_F(InterruptedChoice, GoesOnAfterAnInterruptThatLeftAModel) {
  EXPECT_EQ(WEXITSTATUS(stop_after(20, SIGINT)), 4);
  EXPECT_EQ(load_checkpoint(file("state.h5")).folds.size(), 3u);
  expect_same_answer();
}

TEST_F(Interruption, InterruptKeepsTheBestModelSoFar) {
  RunningFit running(folder_, with({"--out", "model.h5", "--json", "f.json"}));
  running.await_lines(1);
  running.send(SIGINT);
  const int status = running.join();
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 4);
  EXPECT_EQ(json_of("f.json")["stop"], "interrupted");
  EXPECT_EQ(hadal("verify model.h5 data.csv").code, 0);
}

TEST_F(Interruption, InterruptedCrossValidationStillGivesAModelThatVerifies) {
  RunningFit running(folder_, {"fit", "matrix", "data.csv", "--refit", "--threads", "1", "--out",
                               "model.h5", "--json", "f.json"});
  running.await_lines(2);
  running.send(SIGINT);
  const int status = running.join();
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 4);
  EXPECT_EQ(json_of("f.json")["stop"], "interrupted");
  EXPECT_EQ(hadal("verify model.h5 data.csv").code, 0);
}

TEST_F(Interruption, ATimeLimitHoldsOverCrossValidationToo) {
  const Result result =
      hadal("fit matrix data.csv --time-limit 1e-3 --quiet --out model.h5 --json f.json");
  EXPECT_EQ(result.code, 4) << result.err;
  EXPECT_THAT(result.out, testing::HasSubstr("chosen by cross-validation (as far as it came)"));
  EXPECT_EQ(json_of("f.json")["stop"], "time_limit");
  EXPECT_EQ(hadal("verify model.h5 data.csv").code, 0);
}

TEST_F(Interruption, AResumedFitHasItsLimitAnew) {
  const Result cut = hadal(std::string(fit) + "--time-limit 1e-3 --checkpoint state.h5 --quiet");
  EXPECT_EQ(cut.code, 4) << cut.err;
  const Result again =
      hadal(std::string(fit) + "--time-limit 500 --resume state.h5 --quiet --json resumed.json");
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(json_of("resumed.json")["status"], "optimal");
}

}  // namespace
}  // namespace hadal::test
