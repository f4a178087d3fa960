#include <cmath>
#include <sstream>

#include "command.hpp"
#include "hadal/data/read.hpp"
#include "hadal/data/write.hpp"

namespace hadal::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

using Chain = CommandTest;

int lines_in(const std::string& text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

TEST_F(Chain, SimulateFitVerifyPredictInspectReport) {
  simulate("--held-out 0.1 --noise 0.05 --truth truth.npy");
  done("fit matrix data.csv --lambda-ratio 0.05 --quiet --out model.h5");
  EXPECT_THAT(done("verify model.h5 data.csv").out, HasSubstr("Confirmed"));
  const Result predicted = done("predict model.h5 data-held-out.csv --out predicted.csv");
  EXPECT_THAT(predicted.out, AllOf(StartsWith("RMSE "), HasSubstr("over 60 values")));
  EXPECT_LT(std::stod(predicted.out.substr(5)), 0.6);
  EXPECT_THAT(text_of("predicted.csv"), StartsWith("row,column,value,prediction\n"));
  EXPECT_EQ(lines_in(text_of("predicted.csv")), 61);
  EXPECT_THAT(done("inspect model.h5").out, HasSubstr("Global optimum, proved"));
  EXPECT_EQ(nlohmann::json::parse(done("inspect model.h5 --json -").out)["rows"], 40);
  done("report model.h5 --data data.csv --out report.html");
  EXPECT_THAT(text_of("report.html"), HasSubstr("No model of any size"));
}

TEST_F(Chain, SimulateSaysWhatItMade) {
  const auto made = nlohmann::json::parse(
      done("simulate matrix --rows 20 --columns 10 --entries 100 --held-out 0.2 --out d.mtx").out);
  EXPECT_EQ(made["entries"], 80);
  EXPECT_EQ(made["held_out"], 20);
  EXPECT_EQ(read_matrix(file("d.mtx")).entries.size(), 80);
  EXPECT_EQ(read_matrix(file("d-held-out.mtx")).entries.size(), 20);
  done("simulate matrix --rows 20 --columns 10 --entries 100 --held-out 0.2 --out e.mtx");
  EXPECT_EQ(text_of("d.mtx"), text_of("e.mtx"));
}

TEST_F(Chain, ChangedDataAreNotConfirmed) {
  simulate();
  done("fit matrix data.csv --lambda-ratio 0.3 --quiet --out model.h5");
  std::string text = text_of("data.csv");
  const std::size_t line = text.find('\n', text.size() / 2);
  const std::size_t value = text.rfind(',', text.find('\n', line + 1)) + 1;
  text.replace(value, text.find('\n', value) - value, "0.123");
  write_text(file("data.csv"), text);
  const Result verified = hadal("verify model.h5 data.csv --json verdict.json");
  EXPECT_EQ(verified.code, 1);
  EXPECT_THAT(verified.out, AllOf(HasSubstr("NOT CONFIRMED"), HasSubstr("WRONG")));
  EXPECT_FALSE(json_of("verdict.json")["confirmed"].get<bool>());
}

TEST_F(Chain, DataOfAnotherShapeAreNotConfirmed) {
  simulate();
  done("fit matrix data.csv --lambda-ratio 0.3 --quiet --out model.h5");
  done("simulate matrix --rows 5 --columns 4 --observed 1 --out other.csv");
  EXPECT_EQ(hadal("verify model.h5 other.csv").code, 1);
}

/// userId,movieId,rating,timestamp in the manner of MovieLens, from simulated values.
void write_ratings(const std::filesystem::path& from, const std::filesystem::path& to) {
  const MatrixData data = read_matrix(from);
  std::ostringstream text;
  text << "userId,movieId,rating,timestamp\n";
  for (std::size_t k = 0; k < data.entries.value.size(); ++k) {
    text << data.entries.row[k] + 1 << ',' << 10 * data.entries.column[k] + 3 << ','
         << std::round(2 * data.entries.value[k] + 6) / 2 << ",96498" << 1000 + k << '\n';
  }
  write_text(to, text.str());
}

TEST_F(Chain, RatingsNeedNoOptions) {
  simulate();
  write_ratings(file("data.csv"), file("ratings.csv"));
  EXPECT_THAT(done("fit matrix ratings.csv --lambda-ratio 0.2 --quiet --out model.h5").out,
              HasSubstr("in units of rating"));
  done("verify model.h5 ratings.csv");
  const std::string top = done("predict model.h5 --row 1 --top 3 --seen ratings.csv").out;
  EXPECT_THAT(top, StartsWith("movieId,prediction\n"));
  EXPECT_EQ(lines_in(top), 4);
  std::istringstream lines(top);
  std::string line;
  double last = 1e300;
  for (std::getline(lines, line); std::getline(lines, line);) {
    const std::string movie = line.substr(0, line.find(','));
    EXPECT_EQ(text_of("ratings.csv").find("\n1," + movie + ","), std::string::npos) << movie;
    EXPECT_LE(std::stod(line.substr(line.find(',') + 1)), last);
    last = std::stod(line.substr(line.find(',') + 1));
  }
  EXPECT_EQ(hadal("predict model.h5 --row 4711").code, 3);
}

TEST_F(Chain, PairsWithoutValuesAndUnknownOnes) {
  simulate();
  write_ratings(file("data.csv"), file("ratings.csv"));
  done("fit matrix ratings.csv --lambda-ratio 0.2 --quiet --out model.h5");
  write_text(file("pairs.csv"), "movieId,userId\n3,1\n99999,1\n");
  const Result result = done("predict model.h5 pairs.csv");
  EXPECT_THAT(result.out, StartsWith("userId,movieId,prediction\n1,3,"));
  EXPECT_THAT(result.out, testing::EndsWith("\n1,99999,\n"));
  EXPECT_THAT(result.err, HasSubstr("1 of 2 pairs"));
}

TEST_F(Chain, OptionsOfReadingAreKeptInTheModel) {
  simulate();
  std::string text = text_of("data.csv");
  text.erase(0, text.find('\n') + 1);
  std::replace(text.begin(), text.end(), ',', '|');
  write_text(file("data.txt"), text);
  done(
      "fit matrix data.txt --format triplets --header no --delimiter '|' --row 2 --column 1 "
      "--lambda-ratio 0.3 --quiet --out model.h5");
  done("verify model.h5 data.txt");
  EXPECT_EQ(nlohmann::json::parse(done("inspect model.h5 --json -").out)["rows"], 30);
}

TEST_F(Chain, PictureIsCompleted) {
  const PictureShape shape{24, 32, 3, 8};
  Factor picture(24, 96), mask(24, 32);
  for (Index y = 0; y < 24; ++y) {
    for (Index x = 0; x < 96; ++x) {
      picture(y, x) = std::round(128 + 100 * std::sin(0.1 * static_cast<double>(x)) *
                                           std::cos(0.2 * static_cast<double>(y)));
      if (x < 32) mask(y, x) = (7 * x + 5 * y) % 3 == 0 ? 0 : 255;
    }
  }
  write_png(file("photo.png"), picture, shape);
  write_png(file("holes.png"), mask, {24, 32, 1, 8});
  done("fit matrix photo.png --mask holes.png --lambda-ratio 0.02 --quiet --out model.h5");
  done("verify model.h5 photo.png");
  done("predict model.h5 --all --out completed.png");
  const MatrixData completed = read_matrix(file("completed.png"));
  ASSERT_EQ(completed.entries.size(), 24 * 96);
  double worst = 0;
  for (std::size_t k = 0; k < completed.entries.value.size(); ++k) {
    worst =
        std::max(worst, std::abs(completed.entries.value[k] -
                                 picture(completed.entries.row[k], completed.entries.column[k])));
  }
  EXPECT_LT(worst, 20.0);
}

}  // namespace
}  // namespace hadal::test
