#include <Spectra/contrib/PartialSVDSolver.h>
#include <benchmark/benchmark.h>

#include <random>

#include "hadal/dropout/leading_singular.hpp"
#include "hadal/fit/dropout_fit.hpp"

// The closed form of dropout on a dense 5,000 x 4,000 matrix of which fewer than 100 singular
// values are kept, beside one truncated decomposition of that rank: by Spectra (Lanczos on A^T A,
// restarted) and by the library's own block Lanczos, told the rank beforehand.

namespace {

using hadal::Index;
using hadal::Matrix;

constexpr Index signal_rank = 80;

const hadal::dropout::LinearData& data() {
  static const hadal::dropout::LinearData made = [] {
    std::mt19937_64 generator(1);
    std::normal_distribution<double> normal;
    const auto random = [&](Index rows, Index columns) {
      return Matrix(Matrix::NullaryExpr(rows, columns, [&] { return normal(generator); }));
    };
    // Signal of standard deviation one, noise of a half.
    const double scale = 1 / std::sqrt(static_cast<double>(signal_rank));
    return hadal::dropout::LinearData{
        scale * random(5000, signal_rank) * random(signal_rank, 4000) + 0.5 * random(5000, 4000),
        {}};
  }();
  return made;
}

void truncated_by_spectra(benchmark::State& state) {
  const Matrix& a = data().target;
  for (auto _ : state) {
    Spectra::PartialSVDSolver<Matrix> solver(a, signal_rank, 2 * signal_rank);
    benchmark::DoNotOptimize(solver.compute());
    benchmark::DoNotOptimize(solver.matrix_U(signal_rank));
  }
}

void truncated_by_block_lanczos(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(hadal::dropout::leading_singular(
        data().target, [](const hadal::Vector&) { return signal_rank; }, 1e-9, 0));
}

void closed_form(benchmark::State& state, hadal::ProofChoice proof) {
  hadal::DropoutFitOptions options;
  options.noise.retain = 0.8;
  options.widths = {100};
  options.proof = proof;
  Index size = 0;
  double gap = 0;
  for (auto _ : state) {
    const hadal::DropoutModel model = fit_dropout(data(), options);
    size = model.size();
    gap = model.certificate.relative_gap;
  }
  state.counters["rank"] = static_cast<double>(size);
  state.counters["gap"] = gap;
}

BENCHMARK(truncated_by_spectra)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(truncated_by_block_lanczos)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(closed_form, without_proof, hadal::ProofChoice::none)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(closed_form, probabilistic, hadal::ProofChoice::probabilistic)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(closed_form, deterministic, hadal::ProofChoice::deterministic)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
