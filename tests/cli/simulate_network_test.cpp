#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "command.hpp"
#include "hadal/data/read_samples.hpp"

namespace hadal::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class SimulateNetwork : public CommandTest {
 protected:
  SampleData made(const std::string& arguments) const {
    done("simulate network --out s.csv " + arguments);
    return read_samples(file("s.csv"));
  }
};

TEST_F(SimulateNetwork, SaysWhatItMade) {
  const auto json = nlohmann::json::parse(
      done("simulate network --shape rings --samples 90 --classes 3 --noise 0.01 --seed 7 --out "
           "s.csv")
          .out);
  EXPECT_EQ(json, nlohmann::json({{"out", "s.csv"},
                                  {"shape", "rings"},
                                  {"samples", 90},
                                  {"inputs", 2},
                                  {"classes", 3},
                                  {"noise", 0.01},
                                  {"seed", 7}}));
  EXPECT_THAT(text_of("s.csv"), StartsWith("x,y,class\n"));
}

TEST_F(SimulateNetwork, ClassesAreAsManyOfEach) {
  for (const std::string shape : {"spirals", "rings", "checkerboard"}) {
    const SampleData data = made("--samples 91 --classes 3 --shape " + shape);
    EXPECT_EQ(data.samples(), 91) << shape;
    EXPECT_EQ(data.task, Task::classification) << shape;
    EXPECT_THAT(data.classes, ElementsAre("0", "1", "2")) << shape;
    EXPECT_EQ(std::count(data.labels.begin(), data.labels.end(), 0), 31) << shape;
    EXPECT_EQ(std::count(data.labels.begin(), data.labels.end(), 2), 30) << shape;
    EXPECT_FALSE(std::is_sorted(data.labels.begin(), data.labels.end())) << shape;
  }
}

TEST_F(SimulateNetwork, WithoutNoisePointsLieOnTheirShapes) {
  const SampleData rings = made("--shape rings --samples 60 --classes 4 --noise 0");
  const SampleData spirals = made("--shape spirals --samples 60 --classes 4 --noise 0");
  const SampleData board = made("--shape checkerboard --samples 60 --classes 4 --noise 0");
  for (Index i = 0; i < 60; ++i) {
    const auto label_of = [&](const SampleData& data) {
      return data.labels[static_cast<std::size_t>(i)];
    };
    EXPECT_NEAR(rings.inputs.row(i).norm(), (label_of(rings) + 1) / 4.0, 1e-12);
    const double radius = spirals.inputs.row(i).norm();
    const double angle = 2 * std::numbers::pi * (label_of(spirals) / 4.0 + 1.5 * radius);
    EXPECT_NEAR(spirals.inputs(i, 0), radius * std::cos(angle), 1e-12);
    EXPECT_NEAR(spirals.inputs(i, 1), radius * std::sin(angle), 1e-12);
    const int cells =
        static_cast<int>(4 * board.inputs(i, 0)) + static_cast<int>(4 * board.inputs(i, 1));
    EXPECT_EQ(cells % 4, label_of(board));
  }
}

TEST_F(SimulateNetwork, ATeacherIsPiecewiseLinear) {
  const SampleData data = made("--shape teacher --inputs 1 --units 2 --samples 400 --noise 0");
  EXPECT_EQ(data.task, Task::regression);
  EXPECT_THAT(text_of("s.csv"), StartsWith("x1,y\n"));
  std::vector<std::pair<double, double>> points;
  for (Index i = 0; i < 400; ++i) points.emplace_back(data.inputs(i, 0), data.targets(i, 0));
  std::sort(points.begin(), points.end());
  int bends = 0;  // slopes that differ; a kink between points bends twice
  for (std::size_t i = 2; i < points.size(); ++i) {
    const auto slope = [&](std::size_t k) {
      return (points[k].second - points[k - 1].second) / (points[k].first - points[k - 1].first);
    };
    bends += std::abs(slope(i) - slope(i - 1)) > 1e-6;
  }
  EXPECT_GE(bends, 1);
  EXPECT_LE(bends, 4);
}

TEST_F(SimulateNetwork, TheNoiseIsThatAskedFor) {
  const SampleData exact = made("--shape teacher --samples 2000 --noise 0 --seed 3");
  EXPECT_EQ(exact.inputs.cols(), 5);
  const SampleData rings = made("--shape rings --samples 2000 --noise 0.01 --seed 3");
  double squares = 0;
  for (Index i = 0; i < 2000; ++i) {
    const double radius = (rings.labels[static_cast<std::size_t>(i)] + 1) / 2.0;
    squares += std::pow(rings.inputs.row(i).norm() - radius, 2);
  }
  EXPECT_NEAR(std::sqrt(squares / 2000), 0.01, 0.001);
}

TEST_F(SimulateNetwork, TheSeedDecides) {
  done("simulate network --seed 1 --out a.csv");
  done("simulate network --seed 1 --out b.csv");
  done("simulate network --seed 2 --out c.csv");
  EXPECT_EQ(text_of("a.csv"), text_of("b.csv"));
  EXPECT_NE(text_of("a.csv"), text_of("c.csv"));
}

struct NetworkMistake {
  const char* arguments;
  const char* said;
};

class SimulateNetworkMistakes : public SimulateNetwork,
                                public testing::WithParamInterface<NetworkMistake> {};

TEST_P(SimulateNetworkMistakes, AreRefused) {
  const Result result = hadal(std::string("simulate network ") + GetParam().arguments);
  EXPECT_NE(result.code, 0);
  EXPECT_THAT(result.err, HasSubstr(GetParam().said));
  EXPECT_FALSE(exists("s.csv"));
}

INSTANTIATE_TEST_SUITE_P(
    All, SimulateNetworkMistakes,
    testing::Values(
        NetworkMistake{"", "--out"},
        NetworkMistake{"--out s.npy", "--out 's.npy': expected a name that ends in .csv"},
        NetworkMistake{"--out s.csv --shape ring", "did you mean rings?"},
        NetworkMistake{"--out s.csv --classes 1", "expected a whole number from 2 to 100"},
        NetworkMistake{"--out s.csv --samples 2 --classes 3", "expected at least 3"},
        NetworkMistake{"--out s.csv --noise -1", "expected a number >= 0"},
        NetworkMistake{"--out s.csv --shape teacher --classes 3",
                       "--classes was given with --shape teacher"},
        NetworkMistake{"--out s.csv --inputs 3", "--inputs was given with --shape spirals"},
        NetworkMistake{"--out s.csv --units 3", "--units was given with --shape spirals"},
        NetworkMistake{"--out s.csv --shape teacher --samples 100000000 --inputs 100000",
                       "the table of samples needs about"}));

}  // namespace
}  // namespace hadal::test
