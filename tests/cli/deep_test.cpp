#include <csignal>

#include "command.hpp"
#include "running_fit.hpp"

namespace hadal::test {
namespace {

using testing::HasSubstr;

class Deep : public CommandTest {
 protected:
  void SetUp() override {
    done("simulate network --shape rings --samples 80 --classes 2 --seed 3 --out s.csv");
    write_text(file("net.txt"), "# two hidden layers\nlinear 6\nrelu\nlinear 4\nabs\noutput\n");
  }
};

TEST_F(Deep, DescriptionsThatAreNotSoundAreRefused) {
  if (!HADAL_WITH_TORCH) {
    const Result without = hadal("fit network s.csv --architecture net.txt");
    EXPECT_EQ(without.code, 2);
    EXPECT_THAT(without.err, HasSubstr("-DHADAL_DEEP=ON"));
    GTEST_SKIP() << "built without LibTorch";
  }
  write_text(file("norm.txt"), "linear 6\nbatch-norm\noutput\n");
  const Result norm = hadal("fit network s.csv --architecture norm.txt");
  EXPECT_EQ(norm.code, 2);
  EXPECT_THAT(norm.err, AllOf(HasSubstr("norm.txt, line 2"), HasSubstr("spread of a batch")));
  EXPECT_THAT(hadal("fit network s.csv --architecture convnet:2").err, HasSubstr("was given 2"));
  EXPECT_THAT(hadal("fit network s.csv --architecture net.txt --hidden abs").err,
              HasSubstr("--hidden was given with --architecture"));
  EXPECT_THAT(hadal("fit network s.csv --epochs 3").err,
              HasSubstr("--epochs was given without --architecture"));
  EXPECT_THAT(hadal("fit network s.csv --architecture net.txt --image 1x2x2").err,
              HasSubstr("samples of 2 inputs"));
  EXPECT_THAT(hadal("fit network s.csv --checkpoint state.h5").err,
              HasSubstr("--checkpoint was given without --architecture"));
  EXPECT_THAT(
      hadal("fit network s.csv --architecture net.txt --mismatched --layer-penalty product").err,
      HasSubstr("expected one of them"));
  EXPECT_EQ(hadal("fit network s.csv --architecture nothing.txt").code, 3);
  EXPECT_THAT(hadal("fit network s.csv --architecture resnet").err, HasSubstr("or alexnet[:"));
}

TEST_F(Deep, NetworkIsFittedVerifiedPredictedInspectedAndReported) {
  if (!HADAL_WITH_TORCH) GTEST_SKIP() << "built without LibTorch";
  const Result fit = done(
      "fit network s.csv --architecture net.txt --epochs 20 --batch 16 --threads 1 --quiet "
      "--validation 0.2 --out d.h5 --json d.json");
  EXPECT_THAT(fit.out, HasSubstr("Not proved"));
  EXPECT_THAT(fit.out, HasSubstr("degree 3, 3 weight layers"));
  const auto json = json_of("d.json");
  EXPECT_EQ(json["status"], "unproven");
  EXPECT_EQ(json["proof"], "none");
  EXPECT_TRUE(json["lower_bound"].is_null());
  EXPECT_EQ(json["degrees"], nlohmann::json({1, 1, 1}));
  EXPECT_GT(json["size"], 0);

  const Result verify = hadal("verify d.h5 s.csv");
  EXPECT_EQ(verify.code, 0) << verify.out;
  EXPECT_THAT(verify.out, AllOf(HasSubstr("none is claimed"), HasSubstr("Nothing is known")));
  done("simulate network --shape rings --samples 80 --classes 2 --seed 4 --out o.csv");
  EXPECT_EQ(hadal("verify d.h5 o.csv").code, 1);
  EXPECT_THAT(done("predict d.h5 s.csv --out p.csv").out, HasSubstr("over 80 samples"));
  EXPECT_THAT(done("inspect d.h5").out,
              AllOf(HasSubstr("layer 3 (linear 4): "), HasSubstr("degree 1: norm"),
                    HasSubstr("3 of a copy, 3 of its penalty")));
  done("report d.h5 --data s.csv --out d.html");
  EXPECT_THAT(text_of("d.html"),
              AllOf(HasSubstr("plot-epoch-size"), HasSubstr("taken for what"),
                    HasSubstr("What it predicts where"), HasSubstr("layer 4 (abs)")));
}

TEST_F(Deep, LambdaIsChosenByFolds) {
  if (!HADAL_WITH_TORCH) GTEST_SKIP() << "built without LibTorch";
  const Result fit = done(
      "fit network s.csv --architecture net.txt --epochs 8 --batch 16 --threads 1 --cv 2 --out "
      "c.h5 --json c.json");
  EXPECT_THAT(fit.err, HasSubstr("cross-validation 1/"));
  EXPECT_THAT(fit.out, HasSubstr("chosen by cross-validation"));
  const auto path = json_of("c.json")["path"];
  EXPECT_GE(path.size(), 3u);
  EXPECT_GT(path[0]["lambda"], path[1]["lambda"]);
  done("verify c.h5 s.csv");
  EXPECT_THAT(done("inspect c.h5").out, HasSubstr("cross-validation (error on held-out"));
  done("report c.h5 --data s.csv --out c.html");
  EXPECT_THAT(text_of("c.html"), HasSubstr("plot-path"));
}

TEST_F(Deep, KilledFitGoesOnToTheSameModel) {
  if (!HADAL_WITH_TORCH) GTEST_SKIP() << "built without LibTorch";
  const std::string fit =
      "fit network s.csv --architecture net.txt --epochs 30 --batch 8 --threads 1 ";
  done(fit + "--quiet --out whole.h5");
  RunningFit running(folder_, {"fit", "network", "s.csv", "--architecture", "net.txt", "--epochs",
                               "30", "--batch", "8", "--threads", "1", "--checkpoint", "state.h5"});
  running.await_lines(4);
  running.send(SIGKILL);
  EXPECT_TRUE(WIFSIGNALED(running.join()));
  done(fit + "--quiet --resume state.h5 --out resumed.h5");
  done("predict whole.h5 s.csv --out whole.csv");
  done("predict resumed.h5 s.csv --out resumed.csv");
  EXPECT_EQ(text_of("resumed.csv"), text_of("whole.csv"));
  EXPECT_THAT(hadal(fit + "--seed 7 --resume state.h5").err,
              HasSubstr("with seed 0 where this fit has seed 7"));
}

}  // namespace
}  // namespace hadal::test
