#include "command.hpp"
#include "hadal/data/read.hpp"
#include "hadal/data/read_tensor.hpp"

namespace hadal::test {
namespace {

using testing::HasSubstr;

class Tensor : public CommandTest {
 protected:
  void simulate_tensor(const std::string& more = "--out t.npy") const {
    done("simulate tensor --shape 12x10x8 --rank 2 --nonneg --noise 0.05 --seed 3 " + more);
  }
  static ReadOptions array_named(const char* name) {
    ReadOptions options;
    options.array_name = name;
    return options;
  }
};

TEST_F(Tensor, IsSimulatedFittedVerifiedPredictedInspectedAndReported) {
  simulate_tensor("--out t.npy --truth truth.npy");
  const Result fit = done(
      "fit tensor t.npy --nonneg all --cv 3 --refit --seed 1 --quiet --out t.h5 --json t.json");
  EXPECT_THAT(fit.out, HasSubstr("a tensor of 12 x 10 x 8"));
  const auto json = json_of("t.json");
  EXPECT_EQ(json["size"], 2);
  EXPECT_EQ(json["shape"], nlohmann::json({12, 10, 8}));
  EXPECT_EQ(json["proof"], "deterministic");
  EXPECT_EQ(json["refit"]["kind"], "factors");
  EXPECT_FALSE(json["path"].empty());

  const Result verify = hadal("verify t.h5 t.npy");
  EXPECT_EQ(verify.code, 0) << verify.out;
  EXPECT_THAT(verify.out, HasSubstr("Confirmed"));

  done("predict t.h5 --all --out fitted.npy");
  const Result compared = done("predict t.h5 truth.npy --out p.csv");
  EXPECT_THAT(compared.out, HasSubstr("over 960 entries"));
  EXPECT_THAT(text_of("p.csv"),
              testing::StartsWith("mode 0,mode 1,mode 2,value,prediction\n0,0,0,"));

  const Result inspect = done("inspect t.h5");
  EXPECT_THAT(inspect.out, HasSubstr("cross-validation"));
  EXPECT_THAT(inspect.out, HasSubstr("norm mode 2"));
  done("report t.h5 --data t.npy --out t.html");
  EXPECT_THAT(text_of("t.html"), HasSubstr("component-1-2"));
}

TEST_F(Tensor, CategoriesArePredictedWithTheirProbabilities) {
  std::string text;
  for (int i = 1; i <= 5; ++i)
    for (int j = 1; j <= 4; ++j)
      for (int k = 1; k <= 3; ++k)
        if ((i + j + k) % 5 > 0)
          text += std::to_string(i) + " " + std::to_string(j) + " " + std::to_string(k) + " " +
                  (i > 2 && j < 3 ? "7" : (k == 2 ? "-1" : "4")) + "\n";
  write_text(file("c.tns"), text);
  done("fit tensor c.tns --loss multinomial --lambda-ratio 0.2 --quiet --out c.h5 --json c.json");
  const auto json = json_of("c.json");
  EXPECT_EQ(json["categories"], nlohmann::json({-1, 4, 7}));
  EXPECT_EQ(json["shape"], nlohmann::json({5, 4, 3}));
  EXPECT_EQ(hadal("verify c.h5 c.tns").code, 0);
  write_text(file("changed.tns"), text.replace(text.rfind("4\n"), 2, "5\n"));
  EXPECT_EQ(hadal("verify c.h5 changed.tns").code, 1);

  write_text(file("new.tns"), "1 1 3 4\n4 1 1 7\n1 3 2 0\n");
  const Result predicted = done("predict c.h5 new.tns --out p.csv");
  EXPECT_THAT(predicted.out, HasSubstr("accuracy 1  over 2 entries; 1 others have no category"));
  EXPECT_THAT(text_of("p.csv"), HasSubstr("mode 0,mode 1,mode 2,value,prediction,probability\n"
                                          "0,0,2,4,4,0."));
  EXPECT_THAT(text_of("p.csv"), HasSubstr("\n3,0,0,7,7,0."));
  EXPECT_THAT(done("inspect c.h5").out, HasSubstr("multinomial, 3 categories: -1, 4, 7"));
  done("report c.h5 --data c.tns --out c.html");
  EXPECT_THAT(text_of("c.html"), HasSubstr("fair draw of 3 categories"));
  done("predict c.h5 --all --out all.npy");
  const std::vector<double> all = read_tensor(file("all.npy")).entries.value;
  EXPECT_EQ(all.size(), 60);
  EXPECT_THAT(all, testing::Each(testing::AnyOf(-1, 4, 7)));
}

TEST_F(Tensor, MissingEntriesOfATextFileAreCompleted) {
  simulate_tensor("--observed 0.6 --out t.tns");
  done("fit tensor t.tns --shape 12x10x8 --lambda-ratio 0.1 --quiet --out t.h5");
  EXPECT_EQ(hadal("verify t.h5 t.tns").code, 0);
  write_text(file("two.tns"), "1 1 1 0.5\n3 2 1 0.25\n");
  const Result two = done("predict t.h5 two.tns");
  EXPECT_THAT(two.out, HasSubstr("\n2,1,0,0.25,"));
}

TEST_F(Tensor, ComponentsAreWrittenWithTheirWeightsApart) {
  simulate_tensor();
  done("fit tensor t.npy --nonneg 0,2 --lambda-ratio 0.1 --quiet --out t.h5");
  const Result plain = done("inspect t.h5"),
               simplex = done("inspect t.h5 --simplex --components c.npz --json c.json");
  EXPECT_THAT(plain.out, HasSubstr("(vectors of length 1)"));
  EXPECT_THAT(simplex.out, HasSubstr("vectors of sum 1"));
  const auto first = read_matrix(file("c.npz"), array_named("mode0")).entries;
  const std::size_t size = json_of("c.json")["weights"].size();
  ASSERT_EQ(first.value.size(), 12 * size);
  double sum = 0;
  for (const double value : first.value) sum += value;
  EXPECT_NEAR(sum, static_cast<double>(size), 1e-12);
  done("report t.h5 --simplex --out t.html");
  EXPECT_THAT(text_of("t.html"), HasSubstr("sum one"));
}

TEST_F(Tensor, OfAnotherValueIsNotConfirmed) {
  simulate_tensor("--out t.tns");
  done("fit tensor t.tns --lambda-ratio 0.3 --quiet --out t.h5");
  std::string text = text_of("t.tns");
  const auto end = text.find('\n'), start = text.rfind(' ', end);
  text.replace(start + 1, end - start - 1, "7.5");
  write_text(file("other.tns"), text);
  const Result verify = hadal("verify t.h5 other.tns");
  EXPECT_EQ(verify.code, 1);
  EXPECT_THAT(verify.out, HasSubstr("WRONG"));
}

TEST_F(Tensor, WithoutAPositiveEntryTheNonNegativeModelIsEmpty) {
  std::string text;
  for (int k = 0; k < 27; ++k)
    text += std::to_string(k / 9 + 1) + " " + std::to_string(k / 3 % 3 + 1) + " " +
            std::to_string(k % 3 + 1) + " " + std::to_string(-1 - k) + "e17\n";
  write_text(file("t.tns"), text);
  done("fit tensor t.tns --nonneg all --quiet --out t.h5 --json t.json");
  EXPECT_EQ(json_of("t.json")["size"], 0);
  EXPECT_EQ(json_of("t.json")["status"], "optimal");
  EXPECT_EQ(hadal("verify t.h5 t.tns").code, 0);
  write_text(file("m.csv"), "-1e17,-2e17,-3e17\n-2e17,-1e17,-5e17\n");
  done("fit matrix m.csv --header no --nonneg u,v --lambda-ratio 0.1 --quiet --out m.h5");
  EXPECT_EQ(hadal("verify m.h5 m.csv").code, 0);
}

TEST_F(Tensor, OptionsOfItsModelReachTheFit) {
  simulate_tensor();
  done(
      "fit tensor t.npy --norm 'l2' --norm-1 'l1 + l2' --nonneg 0,2 --loss huber "
      "--huber-threshold 0.3 --lambda-ratio 0.3 --proof none --seed 5 --quiet --out t.h5 --json "
      "t.json");
  const auto json = json_of("t.json");
  EXPECT_EQ(json["norms"], nlohmann::json({"l2, >= 0", "l1 + l2", "l2, >= 0"}));
  EXPECT_EQ(json["loss"], "huber");
  EXPECT_EQ(json["huber_threshold"], 0.3);
  EXPECT_EQ(json["status"], "unproven");
  EXPECT_EQ(json["seed"], 5);
  EXPECT_EQ(hadal("verify t.h5 t.npy").code, 0);
}

struct TensorMistake {
  const char* arguments;
  int code;
  std::vector<const char*> said;
};

class TensorMistakes : public Tensor, public testing::WithParamInterface<TensorMistake> {};

TEST_P(TensorMistakes, GetOneClearLine) {
  simulate_tensor();
  simulate();
  done("fit tensor t.npy --lambda-ratio 0.5 --quiet --out t.h5");
  done("fit matrix data.csv --lambda-ratio 0.5 --quiet --out m.h5");
  write_text(file("bad.tns"), "1 1 1 2.0\n1 1 0 3.0\n");
  write_text(file("flat.tns"), "1 1 2.0\n");
  const TensorMistake& mistake = GetParam();
  const Result result = hadal(mistake.arguments);
  EXPECT_EQ(result.code, mistake.code) << result.err;
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  for (const char* said : mistake.said) EXPECT_THAT(result.err, HasSubstr(said));
}

INSTANTIATE_TEST_SUITE_P(
    OfPeople, TensorMistakes,
    testing::Values(
        TensorMistake{"fit tensor missing.npy", 3, {"missing.npy", "does not exist"}},
        TensorMistake{"fit tensor bad.tns", 3, {"bad.tns", "line 2", "0"}},
        TensorMistake{"fit tensor flat.tns", 3, {"flat.tns", "hadal fit matrix"}},
        TensorMistake{"fit tensor t.npy --nonneg 3", 2, {"--nonneg", "mode 3", "0 to 2"}},
        TensorMistake{"fit tensor t.npy --nonneg some", 2, {"--nonneg", "'some'"}},
        TensorMistake{"fit tensor t.npy --norm-5 l1", 2, {"mode 5"}},
        TensorMistake{"fit tensor t.npy --norm 'l2 + tv(grid4)'", 2, {"tv(chain)"}},
        TensorMistake{"fit tensor t.npy --loss multinomial", 3, {"whole numbers"}},
        TensorMistake{"fit tensor t.npy --loss multinomial --refit", 2, {"multinomial", "refit"}},
        TensorMistake{"fit tensor t.npy --loss poisson --refit", 2, {"refit", "poisson"}},
        TensorMistake{"fit tensor t.npy --refit core", 2, {"--refit", "core"}},
        TensorMistake{"fit tensor t.npy --shape 3x", 2, {"--shape", "'3x'"}},
        TensorMistake{"fit tensor t.npy --resume none.h5", 3, {"--resume", "none.h5"}},
        TensorMistake{"inspect t.h5 --components c.csv", 2, {"--components", ".npz"}},
        TensorMistake{"inspect m.h5 --simplex", 2, {"--simplex", "tensor"}},
        TensorMistake{"report m.h5 --simplex --out m.html", 2, {"--simplex", "tensor"}},
        TensorMistake{"predict t.h5 --row 3", 2, {"tensor"}},
        TensorMistake{"predict t.h5 --all --out x.csv", 2, {".npy"}},
        TensorMistake{"verify t.h5 data.csv", 3, {"data.csv"}},
        TensorMistake{"simulate tensor --shape 3x4 --out x.npy", 2, {"3 to 8 modes"}}));

}  // namespace
}  // namespace hadal::test
