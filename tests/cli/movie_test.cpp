#include "hadal/data/movie.hpp"

#include <cmath>

#include "command.hpp"
#include "hadal/data/read.hpp"

namespace hadal::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

using Movie = CommandTest;

Factor dense(const MatrixData& data) {
  Factor result = Factor::Zero(data.entries.rows, data.entries.columns);
  for (std::size_t k = 0; k < data.entries.value.size(); ++k) {
    result(data.entries.row[k], data.entries.column[k]) = data.entries.value[k];
  }
  return result;
}

Factor array_of(const std::filesystem::path& path, const std::string& name) {
  ReadOptions options;
  options.array_name = name;
  return dense(read_matrix(path, options));
}

TEST_F(Movie, IsItsTruthAndTheStatedNoise) {
  const auto made = nlohmann::json::parse(
      done("simulate movie --width 24 --height 18 --frames 300 --cells 5 --snr 4 --decay 5 "
           "--background 2 --seed 3 --out movie.tif --truth truth.npz")
          .out);
  EXPECT_EQ(made["noise"], 0.25);
  const MatrixData data = read_matrix(file("movie.tif"));
  ASSERT_EQ(data.entries.size(), 300 * 24 * 18);
  EXPECT_EQ(data.movie->width, 24);
  EXPECT_EQ(data.movie->height, 18);
  const auto truth = [&](const char* name) { return array_of(file("truth.npz"), name); };
  const Factor footprints = truth("footprints"), traces = truth("traces"), spikes = truth("spikes");
  const Factor clean =
      traces.transpose() * footprints + truth("background_trace").transpose() * truth("background");
  const Factor noise = dense(data) - clean;
  const auto count = static_cast<double>(noise.size());
  EXPECT_NEAR(noise.mean(), 0, 5 * 0.25 / std::sqrt(count));
  EXPECT_NEAR(std::sqrt(noise.squaredNorm() / count), 0.25, 5 * 0.25 / std::sqrt(2 * count));
  EXPECT_TRUE((footprints.rowwise().maxCoeff().array() == 1).all());
  EXPECT_GE(footprints.minCoeff(), 0);
  EXPECT_GT(spikes.sum(), 0);
  EXPECT_NEAR(truth("background").mean(), 2, 1);
  for (Index t = 1; t < 300; ++t) {
    EXPECT_LT((traces.col(t) - std::exp(-0.2) * traces.col(t - 1) - spikes.col(t)).norm(), 1e-12);
  }
}

TEST_F(Movie, IsTheSameForTheSameSeed) {
  const std::string plan = "simulate movie --width 9 --height 7 --frames 20 --cells 2 ";
  done(plan + "--seed 5 --out a.tif --truth a.npz");
  done(plan + "--seed 5 --out b.tif --truth b.npz");
  done(plan + "--seed 6 --out c.tif");
  EXPECT_EQ(text_of("a.tif"), text_of("b.tif"));
  EXPECT_EQ(text_of("a.npz"), text_of("b.npz"));
  EXPECT_NE(text_of("a.tif"), text_of("c.tif"));
}

TEST_F(Movie, HasADefaultShape) {
  done("simulate movie --out movie.tif");
  const MovieReader movie(file("movie.tif"));
  EXPECT_EQ(movie.frames(), 1000);
  EXPECT_EQ(movie.width(), 64);
  EXPECT_EQ(movie.height(), 64);
}

TEST_F(Movie, IsFittedVerifiedAndDenoised) {
  done(
      "simulate movie --width 16 --height 12 --frames 80 --cells 3 --snr 4 --rate 0.1 "
      "--out movie.tif");
  done("fit matrix movie.tif --lambda-ratio 0.5 --quiet --out model.h5");
  EXPECT_THAT(done("verify model.h5 movie.tif").out, HasSubstr("Confirmed"));
  EXPECT_THAT(done("inspect model.h5").out, HasSubstr("80 frames of 16 x 12 pixels"));
  done("predict model.h5 --all --out denoised.tif");
  const MatrixData denoised = read_matrix(file("denoised.tif"));
  EXPECT_EQ(denoised.entries.size(), 80 * 16 * 12);
  EXPECT_EQ(denoised.movie->width, 16);
  done("predict model.h5 --all --out denoised.npy");
  EXPECT_LT((dense(denoised) - dense(read_matrix(file("denoised.npy")))).cwiseAbs().maxCoeff(),
            1e-5);
  const Result turned =
      hadal("fit matrix movie.tif --norm-v 'l1 + tv(grid8)' --shape-v 12x16 --lambda-ratio 0.5");
  EXPECT_EQ(turned.code, 2);
  EXPECT_THAT(turned.err, HasSubstr("16 x 12 pixels"));
}

/// 20.3 million pixels, the least that is streamed being a little less.
TEST_F(Movie, ALargeOneIsStreamed) {
  done(
      "simulate movie --width 640 --height 512 --frames 62 --cells 4 --snr 4 --rate 0.1 "
      "--out movie.tif");
  const Result fitted = done(
      "fit matrix movie.tif --nonneg u,v --norm-v 'l1 + l2' --lambda-ratio 0.6 --tol 0.05 "
      "--out model.h5 --json fit.json");
  EXPECT_THAT(fitted.err, AllOf(HasSubstr("Gram matrix"), HasSubstr("iteration 0")));
  EXPECT_THAT(json_of("fit.json")["method"].get<std::string>(), HasSubstr("every pair"));
  EXPECT_EQ(json_of("fit.json")["proof"], "deterministic");
  EXPECT_THAT(done("verify model.h5 movie.tif").out, HasSubstr("Confirmed"));
  done("report model.h5 --data movie.tif --out report.html");
  EXPECT_THAT(text_of("report.html"), HasSubstr("62 frames of 640 x 512 pixels"));
  done("predict model.h5 --all --out denoised.tif");
  MovieReader denoised(file("denoised.tif"));
  EXPECT_EQ(denoised.frames(), 62);
}

TEST_F(Movie, AMatrixIsNone) {
  simulate();
  done("fit matrix data.csv --lambda-ratio 0.5 --quiet --out model.h5");
  const Result result = hadal("predict model.h5 --all --out x.tif");
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("not fitted to a movie"));
}

TEST_F(Movie, TruncatedIsBadData) {
  done("simulate movie --width 9 --height 7 --frames 5 --cells 2 --out movie.tif");
  write_text(file("cut.tif"), text_of("movie.tif").substr(0, 700));
  const Result result = hadal("fit matrix cut.tif --lambda-ratio 0.5 --quiet");
  EXPECT_EQ(result.code, 3);
  EXPECT_THAT(result.err, HasSubstr("cut.tif"));
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
}

}  // namespace
}  // namespace hadal::test
