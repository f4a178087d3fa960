#include <cmath>
#include <random>

#include "command.hpp"
#include "hadal/data/write.hpp"

/// Every loss from the data to the report, as a user goes.
namespace hadal::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class Losses : public CommandTest {
 protected:
  /// 40 x 30 entries named r0.. and c0.., drawn by `draw` from a matrix of rank 2.
  template <class Draw>
  void write_data(const Draw& draw) const {
    std::mt19937_64 generator(4);
    std::normal_distribution<double> normal;
    std::vector<double> a(80), b(60);
    for (double& x : a) x = normal(generator);
    for (double& x : b) x = normal(generator);
    std::string text = "user,item,score\n";
    for (std::size_t i = 0; i < 40; ++i)
      for (std::size_t j = 0; j < 30; ++j) {
        const double z = a[2 * i] * b[2 * j] + a[2 * i + 1] * b[2 * j + 1];
        text += "r" + std::to_string(i) + ",c" + std::to_string(j) + "," +
                std::to_string(draw(z, i, j, generator)) + "\n";
      }
    write_text(file("d.csv"), text);
  }

  /// Fits, verifies, inspects and reports; returns the fit's JSON.
  nlohmann::json chain(const std::string& options) const {
    done("fit matrix d.csv --lambda-ratio 0.1 --quiet --out m.h5 --json f.json " + options);
    EXPECT_THAT(done("verify m.h5 d.csv").out, HasSubstr("Confirmed"));
    done("report m.h5 --data d.csv --out r.html");
    return json_of("f.json");
  }
};

TEST_F(Losses, HuberFindsTheGrossErrors) {
  write_data([](double z, std::size_t i, std::size_t j, auto&) {
    return i == 7 && j % 10 == 3 ? z + 25 : z;
  });
  const auto json = chain("--loss huber --huber-threshold 0.4");
  EXPECT_EQ(json["status"], "optimal");
  EXPECT_EQ(json["loss"], "huber");
  EXPECT_EQ(json["huber_threshold"], 0.4);
  EXPECT_THAT(done("inspect m.h5").out, HasSubstr("huber, errors count as gross from 0.4 on"));
  EXPECT_THAT(text_of("r.html"), HasSubstr("errors count as gross from 0.4 on"));
  const Result result = done("predict m.h5 d.csv --errors e.csv");
  EXPECT_THAT(result.out, HasSubstr("of 1200 entries are gross errors"));
  const std::string text = text_of("e.csv");
  EXPECT_THAT(text, StartsWith("user,item,score,prediction,error\n"));
  for (const char* name : {"r7,c3,", "r7,c13,", "r7,c23,"}) EXPECT_THAT(text, HasSubstr(name));
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 40);
}

TEST_F(Losses, GrossErrorsOfOtherDataAreRefused) {
  write_npy(file("y.npy"), Factor::Random(12, 9));
  write_npy(file("other.npy"), Factor::Random(9, 7));
  done("fit matrix y.npy --loss huber --lambda-ratio 0.2 --quiet --out m.h5");
  const Result other = hadal("predict m.h5 other.npy --errors e.csv");
  EXPECT_EQ(other.code, 3);
  EXPECT_THAT(other.err, HasSubstr("12 x 9"));
}

TEST_F(Losses, HuberWithoutAThresholdRecordsItsOwn) {
  write_data([](double z, auto, auto, auto&) { return z; });
  const auto json = chain("--loss huber");
  EXPECT_GT(json["huber_threshold"].get<double>(), 0.5);
  EXPECT_LT(json["huber_threshold"].get<double>(), 3.0);
}

TEST_F(Losses, LogisticPredictsProbabilities) {
  write_data([](double z, auto, auto, auto& generator) {
    return std::bernoulli_distribution(1 / (1 + std::exp(-2 * z)))(generator) ? 1 : 0;
  });
  const auto json = chain("--loss logistic");
  EXPECT_EQ(json["status"], "optimal");
  EXPECT_TRUE(json["huber_threshold"].is_null());
  EXPECT_LT(json["train_error"].get<double>(), std::log(2));
  EXPECT_THAT(done("inspect m.h5").out, HasSubstr("mean log loss"));
  const Result result = done("predict m.h5 d.csv --out p.csv");
  EXPECT_THAT(result.out, AllOf(StartsWith("log loss "), HasSubstr("accuracy ")));
  EXPECT_NEAR(std::stod(result.out.substr(9)), json["train_error"].get<double>(), 1e-5);
  EXPECT_EQ(hadal("predict m.h5 d.csv --errors e.csv").code, 2);
}

TEST_F(Losses, PoissonPredictsMeans) {
  write_data([](double z, auto, auto, auto& generator) {
    return std::poisson_distribution<int>(std::exp(z / 2))(generator);
  });
  EXPECT_EQ(chain("--loss poisson --weights counts")["status"], "optimal");
  EXPECT_THAT(done("inspect m.h5").out, HasSubstr("half the deviance"));
  EXPECT_THAT(done("predict m.h5 d.csv").err, StartsWith("RMSE "));
}

TEST_F(Losses, MultinomialPredictsCategories) {
  // The most probable of 10, 20 and 40 is told by a user's and an item's kind.
  write_data([](double z, auto, auto, auto& generator) {
    const double noisy = z + std::normal_distribution<double>(0, 0.2)(generator);
    return noisy < -0.5 ? 10 : noisy < 0.5 ? 20 : 40;
  });
  const auto json = chain("--loss multinomial --weights counts:0.5");
  EXPECT_EQ(json["status"], "optimal");
  EXPECT_EQ(json["categories"], nlohmann::json({10, 20, 40}));
  EXPECT_EQ(json["columns"], 30);
  EXPECT_LT(json["train_error"].get<double>(), 0.9 * std::log(3));
  EXPECT_THAT(done("inspect m.h5").out, AllOf(HasSubstr("multinomial, 3 categories: 10, 20, 40"),
                                              HasSubstr("a fair draw of 3 categories has 1.1")));
  EXPECT_THAT(text_of("r.html"), HasSubstr("multinomial, 3 categories: 10, 20, 40"));

  const Result pairs = done("predict m.h5 d.csv --out p.csv");
  EXPECT_THAT(pairs.out, AllOf(StartsWith("log loss "), HasSubstr("accuracy ")));
  EXPECT_NEAR(std::stod(pairs.out.substr(9)), json["train_error"].get<double>(), 1e-5);
  EXPECT_GT(std::stod(pairs.out.substr(pairs.out.find("accuracy ") + 9)), 0.7);
  EXPECT_THAT(text_of("p.csv"), StartsWith("user,item,score,prediction,probability\nr0,c0,"));

  // A pair the model does not know, a value that is no category, and one without a value.
  write_text(file("q.csv"), "user,item,score\nr0,c0,10\nr0,c1,30\nnobody,c1,20\nr1,c1,\n");
  const Result mixed = done("predict m.h5 q.csv --out q-out.csv");
  EXPECT_THAT(mixed.out,
              AllOf(HasSubstr("over 1 values"), HasSubstr("left out: 1 of no category")));
  EXPECT_THAT(mixed.err, HasSubstr("1 of 4 pairs"));
  EXPECT_THAT(text_of("q-out.csv"), HasSubstr("nobody,c1,20,,\n"));

  done("predict m.h5 --all --out all.csv");
  const std::string all = text_of("all.csv");
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 40);
  EXPECT_EQ(all.find_first_not_of("1024,\n"), std::string::npos) << "categories alone";
  for (const auto& [arguments, said] : std::vector<std::pair<const char*, const char*>>{
           {"predict m.h5 --row r0", "categories have no order"},
           {"predict m.h5 d.csv --errors e.csv", "huber"},
           {"predict m.h5 --all --out all.png", "not fitted to a picture"}}) {
    const Result refused = hadal(arguments);
    EXPECT_EQ(refused.code, 2) << arguments;
    EXPECT_THAT(refused.err, HasSubstr(said));
  }
}

TEST_F(Losses, MultinomialGoesWithCrossValidationNormsAndChangedDataAreNoticed) {
  write_data([](double z, auto, auto, auto&) { return z < -0.5 ? 0 : z < 0.5 ? 1 : 2; });
  done("fit matrix d.csv --loss multinomial --cv 3 --quiet --out cv.h5 --json cv.json");
  EXPECT_GT(json_of("cv.json")["path"].size(), 2u);
  EXPECT_LT(json_of("cv.json")["validation_error"].get<double>(), 0.9 * std::log(3));
  done("verify cv.h5 d.csv");
  chain("--loss multinomial --nonneg u,v --norm-v \"l1 + l2\" --tol 1e-2");
  std::string changed = text_of("d.csv");
  const std::size_t at = changed.find("r3,c4,") + 6;
  changed[at] = changed[at] == '0' ? '1' : '0';
  write_text(file("changed.csv"), changed);
  EXPECT_EQ(hadal("verify cv.h5 changed.csv").code, 1);
  changed[at] = '7';
  write_text(file("changed.csv"), changed);
  const Result other = hadal("verify cv.h5 changed.csv");
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.out, HasSubstr("the loss has no meaning for a value"));
}

TEST_F(Losses, CheckpointOfOneLossIsNotResumedWithAnother) {
  write_data([](double z, auto, auto, auto&) { return z > 0 ? 1 : 0; });
  done("fit matrix d.csv --loss logistic --lambda 1 --quiet --checkpoint c.h5");
  const Result other = hadal("fit matrix d.csv --loss poisson --lambda 1 --quiet --resume c.h5");
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("with loss logistic where this fit has loss poisson;"));
}

}  // namespace
}  // namespace hadal::test
