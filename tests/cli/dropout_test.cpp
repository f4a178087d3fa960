#include "command.hpp"

namespace hadal::test {
namespace {

using testing::HasSubstr;

class Dropout : public CommandTest {
 protected:
  /// A matrix of rank two and a little more, in text.
  void write_matrix(const std::string& name, int rows, int columns) const {
    std::string text;
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < columns; ++j)
        text += fmt::format("{}{}", (i + 1) * (j % 3) - 0.5 * i * j + 0.1 * ((7 * i + 3 * j) % 5),
                            j + 1 < columns ? "," : "\n");
    write_text(file(name), text);
  }
};

TEST_F(Dropout, IsSolvedVerifiedInspectedPredictedAndReported) {
  write_matrix("y.csv", 12, 9);
  const Result fit =
      done("dropout y.csv --header no --retain 0.5 --width 6 --out m.h5 --json m.json");
  EXPECT_THAT(fit.out, HasSubstr("No linear network of width 6 can have"));
  EXPECT_THAT(fit.out, HasSubstr("hadal verify m.h5 y.csv"));
  const auto json = json_of("m.json");
  EXPECT_EQ(json["status"], "optimal");
  EXPECT_EQ(json["noise"], "dropout");
  EXPECT_EQ(json["retain"], 0.5);
  EXPECT_EQ(json["widths"], nlohmann::json({6}));
  EXPECT_EQ(json["unit_products"].size(), 6);

  const Result verify = hadal("verify m.h5 y.csv");
  EXPECT_EQ(verify.code, 0) << verify.out;
  EXPECT_THAT(verify.out, HasSubstr("Confirmed"));
  EXPECT_THAT(verify.out, HasSubstr("No linear network of width 6"));
  write_matrix("other.csv", 12, 8);
  EXPECT_EQ(hadal("verify m.h5 other.csv").code, 1);

  EXPECT_THAT(done("inspect m.h5").out, HasSubstr("9 to 6 units"));
  done("predict m.h5 --all --out p.csv");
  EXPECT_EQ(std::ranges::count(text_of("p.csv"), '\n'), 12);
  done("report m.h5 --data y.csv --out m.html");
  EXPECT_THAT(text_of("m.html"), HasSubstr("plot-spectra"));
}

TEST_F(Dropout, OfAnInputIsVerifiedAndPredictsWithOne) {
  write_matrix("x.csv", 15, 4);
  write_matrix("y.csv", 15, 3);
  done("dropout y.csv --input x.csv --header no --retain 0.6 --auto-width --out m.h5");
  EXPECT_EQ(hadal("verify m.h5 y.csv --input x.csv").code, 0);
  const Result without = hadal("verify m.h5 y.csv");
  EXPECT_EQ(without.code, 2);
  EXPECT_THAT(without.err, HasSubstr("expected --input FILE"));
  EXPECT_EQ(hadal("verify m.h5 x.csv --input y.csv").code, 1);
  done("report m.h5 --data y.csv --out m.html");
  EXPECT_THAT(text_of("m.html"), HasSubstr("<pre>hadal verify m.h5 y.csv --input INPUT</pre>"));
  done("predict m.h5 x.csv --out p.npy");
  EXPECT_EQ(hadal("predict m.h5 --all --out p.npy").code, 2);
  write_matrix("short.csv", 14, 4);
  const Result fewer = hadal("dropout y.csv --input short.csv --header no --retain 0.6 --width 2");
  EXPECT_EQ(fewer.code, 3);
  EXPECT_THAT(fewer.err, HasSubstr("a sample in every row of both"));
}

TEST_F(Dropout, DescentThatIsProvedIsDoneAlsoAtItsLastIteration) {
  write_matrix("y.csv", 20, 15);
  const std::string fit =
      "dropout y.csv --header no --retain 0.8 --width 6 --method descent --iteration-max 40 ";
  EXPECT_EQ(hadal(fit + "--tol 1e-12").code, 4);
  const Result proved = hadal(fit + "--tol 0.05");
  EXPECT_EQ(proved.code, 0);
  EXPECT_THAT(proved.out, HasSubstr("the tolerance was reached"));
}

TEST_F(Dropout, IsTrainedAndItsCurvesAreInTheReport) {
  write_matrix("y.csv", 12, 9);
  const Result fit = done(
      "dropout y.csv --header no --retain 0.5 --width 4 --method sgd --epochs 300 --out m.h5 "
      "--json m.json --quiet");
  EXPECT_TRUE(fit.err.empty()) << fit.err;
  EXPECT_GE(json_of("m.json")["curve"].size(), 50);
  EXPECT_EQ(hadal("verify m.h5 y.csv").code, 0);
  done("report m.h5 --out m.html");
  EXPECT_THAT(text_of("m.html"), HasSubstr("plot-training"));
}

TEST_F(Dropout, ThatReachesItsTimeLimitSaysSoAndKeepsTheModel) {
  write_matrix("y.csv", 12, 9);
  const Result fit = hadal(
      "dropout y.csv --header no --retain 0.5 --width 4 --method sgd --epochs 100000000 "
      "--time-limit 0.2 --out m.h5 --quiet");
  EXPECT_EQ(fit.code, 4) << fit.err;
  EXPECT_EQ(hadal("verify m.h5 y.csv").code, 0);
}

TEST_F(Dropout, OptionsThatDoNotGoTogetherAreRefused) {
  write_matrix("y.csv", 6, 5);
  const auto refused = [&](const std::string& options, const char* said, int code = 2) {
    const Result result = hadal("dropout y.csv --header no " + options);
    EXPECT_EQ(result.code, code) << options;
    EXPECT_THAT(result.err, HasSubstr(said)) << options;
  };
  refused("--width 3", "--retain");
  refused("--retain 0 --width 3", "a number from 1e-12 to 1");
  refused("--retain 1.5 --width 3", "a number from 1e-12 to 1");
  refused("--retain 0.5", "expected --width R or --auto-width");
  refused("--retain 0.5 --width 3 --auto-width", "exclude each other");
  refused("--retain 0.5 --width 0", "expected a width such as 20");
  refused("--retain 0.5 --width 3,", "expected a width such as 20");
  refused("--retain 0.5 --width 3 --epochs 5", "expected --method sgd");
  refused("--retain 0.5 --width 3 --rate annealed", "expected the method sgd");
  refused("--retain 0.5 --width 3 --method sgd --retain-end 0.9", "expected --rate annealed");
  refused("--retain 0.5 --auto-width --rate constant", "expected adaptive");
  refused("--retain 0.5 --width 3 --size-max 2", "none for dropout: it has a width");
  refused("--retain 0.5 --width 3 --block 3", "1 without dropblock");
  refused("--retain 0.5 --width 4 --noise dropblock --block 3", "a multiple of the block's 3");
  refused("--retain 0.5 --width 4,4 --noise dropconnect", "one hidden layer");
  refused("--retain 0.5 --width 4,4 --rate adaptive", "one hidden layer");
  refused("--retain 0.5 --width 4 --method magic", "expected one of closed");
  write_text(file("y.csv"), "1,2\n3,\n");
  refused("--retain 0.5 --width 2", "is missing; expected a whole matrix", 3);
}

}  // namespace
}  // namespace hadal::test
