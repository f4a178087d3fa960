#include <algorithm>
#include <cmath>

#include "command.hpp"

namespace hadal::test {
namespace {

class Dictionaries : public CommandTest {
 protected:
  /// One line for each of `count` labels from 0, the last label first; `extra` lines more.
  std::string features(const std::string& header, int count, bool labels, int extra = 0) const {
    std::string text = header + "\n";
    for (int i = count + extra - 1; i >= 0; --i) {
      if (labels) text += std::to_string(i) + ",";
      text += std::to_string(std::sin(1.0 + i)) + "," + std::to_string(std::cos(2.0 * i)) + "\n";
    }
    return text;
  }
  double objective(const std::string& arguments) const {
    done("fit matrix data.csv --lambda-ratio 0.2 --quiet --out m.h5 --json f.json " + arguments);
    return json_of("f.json")["objective"];
  }
};

TEST_F(Dictionaries, FitPredictVerifyInspectAndReport) {
  simulate();
  write_text(file("f.csv"), features("column,a,b", 30, true));
  objective("--dictionary-u dct:12 --dictionary-v f.csv");
  EXPECT_EQ(json_of("f.json")["status"], "optimal");
  EXPECT_EQ(json_of("f.json")["dictionary_u"], "dct, the 12 lowest of 40");
  std::filesystem::remove(file("f.csv"));  // the model holds what it needs
  EXPECT_EQ(hadal("verify m.h5 data.csv").code, 0);
  const std::string text = hadal("inspect m.h5").out;
  EXPECT_THAT(text, testing::HasSubstr("dct, the 12 lowest of 40"));
  EXPECT_THAT(text, testing::HasSubstr("given, 2 elements"));
  done("predict m.h5 --all --out all.csv");
  const std::string all = text_of("all.csv");
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 40);
  write_text(file("pairs.csv"), "row,column\n3,7\n");
  const std::string one = done("predict m.h5 pairs.csv").out;
  EXPECT_THAT(one, testing::HasSubstr("3,7,"));
  done("report m.h5 --data data.csv --out r.html");
  EXPECT_THAT(text_of("r.html"), testing::HasSubstr("Dictionary of the rows"));
}

TEST_F(Dictionaries, RowsAreMatchedByTheirLabels) {
  simulate();
  write_text(file("named.csv"), features("column,a,b", 30, true, 2));
  std::string ordered = "a,b\n";
  for (int i = 0; i < 30; ++i)
    ordered += std::to_string(std::sin(1.0 + i)) + "," + std::to_string(std::cos(2.0 * i)) + "\n";
  write_text(file("ordered.csv"), ordered);
  write_text(file("reversed.csv"), features("a,b", 30, false));
  const double named = objective("--dictionary-v named.csv");
  EXPECT_DOUBLE_EQ(objective("--dictionary-v ordered.csv"), named);
  EXPECT_NE(objective("--dictionary-v reversed.csv"), named);
}

TEST_F(Dictionaries, StructuredCoefficientsOfABasisAreProved) {
  simulate();
  done(
      "fit matrix data.csv --norm-v \"l1 + 0.3*tv(chain)\" --dictionary-v fourier:9 --lambda-ratio "
      "0.4 --quiet --out m.h5 --json f.json");
  EXPECT_EQ(json_of("f.json")["proof"], "deterministic");
  EXPECT_EQ(hadal("verify m.h5 data.csv").code, 0);
  done(
      "fit matrix data.csv --norm-v \"l2 + tv(grid4)\" --shape-v 3x4 --dictionary-v dct:12 "
      "--lambda-ratio 0.4 --quiet --out m.h5");
  EXPECT_EQ(hadal("verify m.h5 data.csv").code, 0);
}

TEST_F(Dictionaries, AMoviesFootprintsAreThoseOfThePixels) {
  done(
      "simulate movie --width 8 --height 6 --frames 20 --cells 2 --radius 2 --snr 3 --seed 1 --out "
      "m.tif");
  done(
      "fit matrix m.tif --dictionary-v dct:20 --dictionary-u dct:10 --lambda-ratio 0.3 --quiet "
      "--out m.h5");
  EXPECT_EQ(hadal("verify m.h5 m.tif").code, 0);
  done("predict m.h5 --all --out p.tif");
  done("report m.h5 --out r.html");
  EXPECT_THAT(text_of("r.html"), testing::HasSubstr("Footprint of pattern 1"));
}

TEST_F(Dictionaries, CheckpointsBelongToTheirDictionary) {
  simulate();
  const std::string fit = "fit matrix data.csv --lambda-ratio 0.05 --quiet ";
  hadal(fit + "--dictionary-u dct:20 --iteration-max 2 --checkpoint c.h5");
  done(fit + "--dictionary-u dct:20 --resume c.h5");
  const Result other = hadal(fit + "--dictionary-u dct:19 --resume c.h5");
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, testing::HasSubstr("dct of 19"));
}

TEST_F(Dictionaries, AChangedDictionaryIsNotConfirmed) {
  simulate();
  write_text(file("f.csv"), features("a,b", 40, false));
  objective("--dictionary-u f.csv");
  ASSERT_EQ(hadal("verify m.h5 data.csv").code, 0);
  // One double of the matrix, found in the file by its eight bytes.
  std::string bytes = text_of("m.h5");
  const double value = std::stod(std::to_string(std::sin(1.0 + 17)));
  const std::string stored(reinterpret_cast<const char*>(&value), sizeof value);
  const std::size_t at = bytes.find(stored);
  ASSERT_NE(at, std::string::npos);
  const double changed = value + 0.01;
  bytes.replace(at, sizeof changed, reinterpret_cast<const char*>(&changed), sizeof changed);
  write_text(file("m.h5"), bytes);
  EXPECT_EQ(hadal("verify m.h5 data.csv").code, 1);
}

TEST_F(Dictionaries, MistakesAreNamed) {
  simulate();
  const auto refused = [&](const std::string& more, int code, const std::string& part) {
    const Result result = hadal("fit matrix data.csv --lambda-ratio 0.5 " + more);
    EXPECT_EQ(result.code, code) << more;
    EXPECT_THAT(result.err, testing::HasSubstr(part)) << more;
  };
  refused("--dictionary-u dct:41", 2, "expected 1 to 40 elements");
  refused("--dictionary-u dct:0", 2, "K > 0");
  refused("--dictionary-u fourier:2.5", 2, "fourier:2.5");
  refused("--dictionary-u \"\"", 2, "expected a file");
  refused("--dictionary-u missing.csv", 3, "missing.csv");
  refused("--dictionary-u dct --weights counts", 2, "counts");
  refused("--dictionary-v dct --norm-v \"l2 + tv(grid4)\" --shape-v 6x4", 2, "expected 30");
  refused("--dictionary-v dct:20 --norm-v \"l2 + tv(grid4)\" --shape-v 6x5", 2, "expected 20");
  write_text(file("short.csv"), features("a,b", 39, false));
  refused("--dictionary-u short.csv", 3, "has 39 rows; expected 40");
  write_text(file("other.csv"), features("row,a,b", 39, true));
  refused("--dictionary-u other.csv", 3, "no row for row '39'");
  write_text(file("hole.csv"), features("a,b", 39, false) + "NaN,1\n");
  refused("--dictionary-u hole.csv", 3, "row 40, column 1, counted from 1, is missing");
  std::string zeros = "a,b\n";
  for (int i = 0; i < 40; ++i) zeros += std::to_string(i) + ",0\n";
  write_text(file("zeros.csv"), zeros);
  refused("--dictionary-u zeros.csv", 3, "zeros alone");
}

}  // namespace
}  // namespace hadal::test
