#include <sstream>

#include "command.hpp"

namespace hadal::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using FitCommand = CommandTest;

int lines_in(const std::string& text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

TEST_F(FitCommand, ProvesTheOptimumAndSaysSo) {
  simulate();
  const Result fit = hadal("fit matrix data.csv --lambda-ratio 0.3 --out model.h5");
  EXPECT_EQ(fit.code, 0) << fit.err;
  EXPECT_THAT(fit.out,
              AllOf(HasSubstr("Global optimum, proved"), HasSubstr("No model of any size"),
                    HasSubstr("0.3 of lambda_max"), HasSubstr("hadal verify model.h5 data.csv")));
  EXPECT_TRUE(exists("model.h5"));
}

TEST_F(FitCommand, TheCommandThatChecksTheModelRunsAsItIsPrinted) {
  simulate();
  std::filesystem::rename(file("data.csv"), file("my data's.csv"));
  const Result fit =
      done("fit matrix \"my data's.csv\" --lambda-ratio 0.3 --quiet --out 'a model.h5'");
  const std::string key = "check it";
  const std::size_t start = fit.out.find_first_not_of(' ', fit.out.find(key) + key.size());
  const std::string folder = std::filesystem::path(HADAL_BINARY).parent_path().string();
  EXPECT_EQ(shell("PATH=" + quoted(folder) + ":$PATH; " + fit.out.substr(start)).code, 0)
      << fit.out;
}

TEST_F(FitCommand, JsonHoldsTheDocumentedKeys) {
  simulate();
  const Result fit = hadal("fit matrix data.csv --lambda-ratio 0.3 --json - --quiet");
  ASSERT_EQ(fit.code, 0) << fit.err;
  EXPECT_THAT(fit.err, IsEmpty());
  const auto json = nlohmann::json::parse(fit.out);
  for (const char* key : {"status", "objective", "lower_bound", "gap", "relative_gap", "proof",
                          "failure_probability", "polar_bound", "lambda", "lambda_max", "size",
                          "seconds", "iterations", "train_error", "validation_error", "version"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  EXPECT_EQ(json["status"], "optimal");
  EXPECT_TRUE(json["validation_error"].is_null());
  EXPECT_LE(json["lower_bound"].get<double>(), json["objective"].get<double>());
  EXPECT_LE(json["relative_gap"].get<double>(), 1e-6);
  EXPECT_NEAR(json["lambda"].get<double>(), 0.3 * json["lambda_max"].get<double>(), 1e-9);
}

TEST_F(FitCommand, CrossValidationLeavesItsPath) {
  simulate();
  ASSERT_EQ(hadal("fit matrix data.csv --cv 2 --quiet --json fit.json").code, 0);
  const auto json = json_of("fit.json");
  EXPECT_GT(json["path"].size(), 2u);
  EXPECT_GT(json["validation_error"].get<double>(), 0.0);
}

TEST_F(FitCommand, LimitEndsWithTheModelSoFarAndExitCode4) {
  simulate();
  const Result fit = hadal(
      "fit matrix data.csv --lambda-ratio 0.05 --size-max 1 --tol 1e-12 --out model.h5 --json "
      "f.json");
  EXPECT_EQ(fit.code, 4) << fit.err;
  EXPECT_TRUE(exists("model.h5"));
  EXPECT_EQ(json_of("f.json")["stop"], "size_limit");
  EXPECT_NE(json_of("f.json")["status"], "optimal");
  EXPECT_THAT(fit.out, HasSubstr("size limit"));
}

TEST_F(FitCommand, WithoutAProofItIsNeverOptimal) {
  simulate();
  const Result fit = hadal("fit matrix data.csv --lambda-ratio 0.3 --proof none --json f.json");
  EXPECT_EQ(json_of("f.json")["status"], "unproven");
  EXPECT_EQ(json_of("f.json")["proof"], "none");
  EXPECT_THAT(fit.out, AllOf(HasSubstr("Not proved"), Not(HasSubstr("Global optimum"))));
}

TEST_F(FitCommand, PipeGetsOnePlainLinePerIteration) {
  simulate();
  const Result fit = hadal("fit matrix data.csv --lambda-ratio 0.3 --json f.json");
  EXPECT_EQ(lines_in(fit.err), json_of("f.json")["iterations"].get<int>()) << fit.err;
  EXPECT_THAT(fit.err, AllOf(HasSubstr("objective"), HasSubstr("size"), HasSubstr("relative gap"),
                             Not(HasSubstr("\x1b")), Not(HasSubstr("\r"))));
}

TEST_F(FitCommand, QuietShowsNoProgress) {
  simulate();
  EXPECT_THAT(hadal("fit matrix data.csv --lambda-ratio 0.3 --quiet").err, IsEmpty());
}

TEST_F(FitCommand, TerminalGetsOneLiveLine) {
  if (std::system("command -v script >/dev/null") != 0) GTEST_SKIP() << "script is not installed";
  simulate();
  const Result fit = shell(std::string("script -qec \"'") + HADAL_BINARY +
                           "' fit matrix data.csv --lambda-ratio 0.3\" /dev/null");
  EXPECT_EQ(fit.code, 0);
  EXPECT_THAT(fit.out, AllOf(HasSubstr("\rfit  iteration 1"), HasSubstr("\x1b[K"),
                             HasSubstr("\r\x1b[KGlobal optimum, proved")));
}

TEST_F(FitCommand, SameInputSeedAndThreadsGiveTheSameFigures) {
  simulate();
  for (const char* name : {"a.json", "b.json"}) {
    done(
        std::string("fit matrix data.csv --lambda-ratio 0.2 --seed 3 --threads 2 --quiet --json ") +
        name);
  }
  EXPECT_EQ(json_of("a.json")["objective"], json_of("b.json")["objective"]);
  EXPECT_EQ(json_of("a.json")["lower_bound"], json_of("b.json")["lower_bound"]);
}

TEST_F(FitCommand, OptionsOfTheModelReachTheModel) {
  simulate();
  done(
      "fit matrix data.csv --lambda-ratio 0.2 --offset both --offset-kind free --offset-ridge 0.5 "
      "--weights counts:0.5 --refit --quiet --out model.h5");
  EXPECT_THAT(done("inspect model.h5").out,
              AllOf(HasSubstr("free row and column terms, ridge 0.5"),
                    HasSubstr("counts to the power 0.5"), HasSubstr("refit")));
  EXPECT_EQ(hadal("verify model.h5 data.csv").code, 0);
}

}  // namespace
}  // namespace hadal::test
