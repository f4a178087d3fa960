#include "command.hpp"
#include "hadal/data/write.hpp"

namespace hadal::test {
namespace {

using testing::HasSubstr;

class Network : public CommandTest {
 protected:
  void simulate_network(const std::string& more) const {
    done("simulate network --seed 2 --noise 0.05 --out s.csv " + more);
  }
};

TEST_F(Network, IsSimulatedFittedVerifiedPredictedInspectedAndReported) {
  simulate_network("--shape rings --samples 120 --classes 2");
  const Result fit = done("fit network s.csv --cv 3 --tol 1e-3 --quiet --out n.h5 --json n.json");
  EXPECT_THAT(fit.out, HasSubstr("Global optimum, proved"));
  EXPECT_THAT(fit.out, HasSubstr("2 inputs and a bias, 2 classes"));
  const auto json = json_of("n.json");
  EXPECT_EQ(json["status"], "optimal");
  EXPECT_EQ(json["hidden"], "relu");
  EXPECT_EQ(json["task"], "classification");
  EXPECT_EQ(json["inputs"], nlohmann::json({"x", "y"}));
  EXPECT_GT(json["validation_accuracy"], 0.8);

  const Result verify = hadal("verify n.h5 s.csv");
  EXPECT_EQ(verify.code, 0) << verify.out;
  EXPECT_THAT(verify.out, HasSubstr("No network of relu units of any width"));
  const Result predict = done("predict n.h5 s.csv --out p.csv");
  EXPECT_THAT(predict.out, HasSubstr("over 120 samples"));
  EXPECT_THAT(text_of("p.csv"), testing::StartsWith("class,probability of 0,probability of 1\n"));
  EXPECT_THAT(done("inspect n.h5").out, HasSubstr("2 of a unit, 2 of its penalty"));
  done("report n.h5 --data s.csv --out n.html");
  EXPECT_THAT(text_of("n.html"), HasSubstr("What it predicts where"));
  EXPECT_THAT(text_of("n.html"), HasSubstr("What was taken for what"));
}

TEST_F(Network, OfTextsAndMissingValuesIsARegressionOfWhatIsNamed) {
  std::string text = "size,colour,price\n";
  for (int i = 0; i < 40; ++i)
    text += (i == 7 ? std::string() : std::to_string(i % 9)) + (i % 2 ? ",red," : ",blue,") +
            std::to_string(3 * (i % 9) + (i % 2 ? 10.5 : 0.25)) + "\n";
  write_text(file("t.csv"), text);
  const Result refused = hadal("fit network t.csv --target price --lambda-ratio 0.1");
  EXPECT_EQ(refused.code, 3);
  EXPECT_THAT(refused.err, HasSubstr("t.csv, line 9"));
  done(
      "fit network t.csv --target price --missing mean --lambda-ratio 0.05 --tol 1e-3 --quiet "
      "--out t.h5");
  EXPECT_EQ(hadal("verify t.h5 t.csv").code, 0);
  std::string renamed = text;
  renamed.replace(renamed.find("price"), 5, "cost");
  write_text(file("renamed.csv"), renamed);
  const Result elsewhere = hadal("verify t.h5 renamed.csv");
  EXPECT_EQ(elsewhere.code, 1);
  EXPECT_THAT(elsewhere.out + elsewhere.err, HasSubstr("expected those of its fit (price)"));
  EXPECT_EQ(hadal("verify t.h5 renamed.csv --target cost").code, 0);
  write_text(file("new.csv"), "colour,size\nred,2\nblue,4\n");
  const Result predicted = done("predict t.h5 new.csv");
  EXPECT_THAT(predicted.out, testing::StartsWith("price\n"));
  write_text(file("other.csv"), "colour,size\ngreen,2\n");
  EXPECT_THAT(hadal("predict t.h5 other.csv").err, HasSubstr("green"));
}

TEST_F(Network, OfOtherDataIsNotConfirmed) {
  simulate_network("--shape rings --samples 60 --classes 2");
  done("fit network s.csv --lambda-ratio 0.3 --tol 1e-3 --quiet --out n.h5");
  done("simulate network --shape rings --samples 60 --seed 9 --out o.csv");
  const Result verify = hadal("verify n.h5 o.csv");
  EXPECT_EQ(verify.code, 1);
  EXPECT_THAT(verify.out, HasSubstr("NOT CONFIRMED"));
}

TEST_F(Network, BehindGatesIsProvedForThem) {
  simulate_network("--shape rings --samples 60 --classes 2");
  const Result fit = done(
      "fit network s.csv --hidden gated:30 --lambda-ratio 0.1 --quiet --out n.h5 --json n.json");
  EXPECT_THAT(fit.out, HasSubstr("No network of any width behind these 30 gates"));
  EXPECT_THAT(fit.out, HasSubstr("not about ReLU units"));
  EXPECT_EQ(json_of("n.json")["hidden"], "gated:30");
  EXPECT_EQ(json_of("n.json")["status"], "optimal");
  EXPECT_EQ(hadal("verify n.h5 s.csv").code, 0);
  done("report n.h5 --data s.csv --out n.html");
  EXPECT_THAT(text_of("n.html"), HasSubstr("gated:30"));
  for (const char* const hidden : {"gated", "gated:0"})
    EXPECT_THAT(hadal(std::string("fit network s.csv --hidden ") + hidden).err,
                HasSubstr("expected gated:N"));
  EXPECT_EQ(hadal("fit network s.csv --hidden gated:30 --penalty path").code, 2);
}

TEST_F(Network, OfInputsOfAnySizeIsFittedAndVerified) {
  write_text(file("huge.csv"), "a,b,t\n1e200,1,0\n2e200,2e-200,1\n-1e200,3e-200,0\n");
  done("fit network huge.csv --target t --lambda-ratio 0.3 --out n.h5");
  done("verify n.h5 huge.csv");
}

TEST_F(Network, OfAFolderOfPicturesIsFittedVerifiedPredictedAndReported) {
  for (const std::string name : {"dark", "light"}) {
    std::filesystem::create_directories(file("pictures") / name);
    for (int k = 0; k < 12; ++k) {
      const double level = name == "dark" ? 60 : 190;
      const Factor noise = Factor::Constant(5, 4, level) + Factor::Random(5, 4) * 40;
      write_png(file("pictures") / name / (std::to_string(k) + ".png"), noise, {5, 4, 1, 8});
    }
  }
  const Result fit = done("fit network pictures --lambda-ratio 0.3 --tol 1e-2 --quiet --out n.h5");
  EXPECT_THAT(fit.out, HasSubstr("20 inputs and a bias, 2 classes"));
  EXPECT_EQ(hadal("verify n.h5 pictures").code, 0);
  EXPECT_EQ(hadal("verify n.h5 pictures --target light").code, 2);
  EXPECT_THAT(done("predict n.h5 pictures --out p.csv").out, HasSubstr("accuracy 1"));
  done("report n.h5 --data pictures --out n.html");
  EXPECT_THAT(hadal("fit matrix pictures").err, HasSubstr("pictures"));
  EXPECT_EQ(hadal("fit matrix pictures").code, 3);
}

TEST_F(Network, OptionsThatDoNotFitAreRefused) {
  simulate_network("--shape rings --samples 60");
  const Result sigmoid = hadal("fit network s.csv --hidden sigmoid");
  EXPECT_EQ(sigmoid.code, 2);
  EXPECT_THAT(sigmoid.err, HasSubstr("not positively homogeneous"));
  EXPECT_EQ(hadal("fit network s.csv --hidden square --penalty path").code, 2);
  EXPECT_EQ(hadal("fit network s.csv --target nothing").code, 3);
  EXPECT_EQ(hadal("fit network s.csv --validation 1.5").code, 2);
  for (const std::string lambda : {"--lambda 1", "--lambda-ratio 0.1", "--cv 3"}) {
    const Result both = hadal("fit network s.csv --validation 0.2 " + lambda);
    EXPECT_EQ(both.code, 2);
    EXPECT_THAT(both.err, HasSubstr("--validation"));
  }
  EXPECT_EQ(hadal("fit network s.csv --loss squared --lambda-ratio 0.1").code, 2);
}

}  // namespace
}  // namespace hadal::test
