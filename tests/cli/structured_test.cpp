#include "command.hpp"

namespace hadal::test {
namespace {

class Structured : public CommandTest {};

TEST_F(Structured, NonNegativeFitIsProvedVerifiedAndInspected) {
  simulate();
  done(
      "fit matrix data.csv --offset none --nonneg u,v --lambda-ratio 0.3 --quiet --out m.h5 "
      "--json f.json");
  EXPECT_EQ(json_of("f.json")["proof"], "deterministic");
  EXPECT_LT(json_of("f.json")["relative_gap"], 0.2);
  EXPECT_EQ(hadal("verify m.h5 data.csv").code, 0);
  EXPECT_THAT(hadal("inspect m.h5").out, testing::HasSubstr(">= 0"));
  done("report m.h5 --out r.html");
  EXPECT_GT(text_of("r.html").size(), 1000u);
}

TEST_F(Structured, AMoviesOwnShapeIsTheLattice) {
  done(
      "simulate movie --width 12 --height 10 --frames 30 --cells 3 --radius 2 --snr 3 --seed 1 "
      "--out m.tif");
  done(
      "fit matrix m.tif --offset none --nonneg u,v --norm-v \"l1 + l2 + 0.3*tv(grid8)\" "
      "--lambda-ratio 0.4 --tol 1e-3 --quiet --out m.h5");
  EXPECT_EQ(hadal("verify m.h5 m.tif").code, 0);
  done("report m.h5 --data m.tif --out r.html");
  EXPECT_THAT(text_of("r.html"), testing::HasSubstr("Footprint of pattern 1"));
  EXPECT_THAT(text_of("r.html"), testing::HasSubstr("trace-0"));
  const std::string text = hadal("inspect m.h5").out;
  EXPECT_THAT(text, testing::HasSubstr("l1 + l2 + 0.3*tv(grid8)"));
}

TEST_F(Structured, RefitsArePartOfAModelThatIsConfirmed) {
  simulate();
  const std::string fit =
      "fit matrix data.csv --offset none --norm-v \"l1 + l2\" --lambda-ratio 0.1 --tol 1e-3 "
      "--refit "
      "--quiet --out m.h5 --json f.json";
  done(fit);
  const auto refit = json_of("f.json")["refit"];
  ASSERT_EQ(refit["kind"], "parts");
  EXPECT_LT(refit["size"], json_of("f.json")["size"]);
  EXPECT_THAT(hadal("inspect m.h5").out, testing::HasSubstr("joined from"));
  EXPECT_EQ(hadal("verify m.h5 data.csv").code, 0);
  done("report m.h5 --out r.html");
  // Nothing is left for a cross-validation, whose folds then have no parts to join.
  const Result late = hadal(
      "fit matrix data.csv --offset none --norm-v \"l1 + l2\" --refit --time-limit 0.001 --quiet");
  EXPECT_EQ(late.code, 4) << late.err;
  EXPECT_THAT(late.out, testing::HasSubstr("the fit was cut short"));
}

TEST_F(Structured, GivenShapesAndEdges) {
  simulate();
  done(
      "fit matrix data.csv --norm-v \"l2 + tv(grid4)\" --shape-v 6x5 --lambda-ratio 0.5 --quiet "
      "--out m.h5");
  EXPECT_EQ(hadal("verify m.h5 data.csv").code, 0);
  write_text(file("edges.csv"), "0,1\n1,2\n");
  done(
      "fit matrix data.csv --norm-v \"l2 + tv(edges)\" --edges-v edges.csv --lambda-ratio 0.5 "
      "--quiet --out e.h5");
  EXPECT_EQ(hadal("verify e.h5 data.csv").code, 0);
}

TEST_F(Structured, MistakesAreNamed) {
  simulate();
  const auto refused = [&](const std::string& more, int code, const std::string& part) {
    const Result result = hadal("fit matrix data.csv --lambda-ratio 0.5 " + more);
    EXPECT_EQ(result.code, code) << more;
    EXPECT_THAT(result.err, testing::HasSubstr(part)) << more;
  };
  refused("--norm-v l3", 2, "character 1");
  refused("--norm-v \"l2 + tv(grid4)\"", 2, "--shape-v");
  refused("--norm-v \"l2 + tv(grid4)\" --shape-v 7x5", 2, "35");
  refused("--norm-v \"l2 + tv(grid4)\" --shape-v 7by5", 2, "WIDTHxHEIGHT");
  refused("--norm-v \"l2 + tv(edges)\"", 2, "--edges-v");
  refused("--norm-u l2 --shape-u 8x5", 2, "without tv");
  refused("--norm-v \"l2 + tv(chain)\" --shape-v 6x5", 2, "lattice");
  refused("--norm-v \"l2 + tv(grid4)\" --shape-v 6x5x1zzz", 2, "WIDTHxHEIGHT");
  refused("--edges-v missing.csv", 2, "tv(edges)");
  refused("--norm-u 1e308*l1", 2, "1e30");
  refused("--nonneg w", 2, "u,v");
  refused("--nonneg u --weights counts", 2, "counts");
  refused("--norm-u 2*l2", 2, "lambda");
}

}  // namespace
}  // namespace hadal::test
