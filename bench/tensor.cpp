#include <benchmark/benchmark.h>

#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include "hadal/descent/tensor_proximal.hpp"
#include "hadal/kernel/tensor_products.hpp"
#include "hadal/loss/squared.hpp"

// The kernels of tensors, and sweeps of the descent over all modes, beside a copy of memory and
// plain matrix products measured in the same run. Bytes counted for a sparse tensor: what a pass
// over the entries must move (indices, values, results) plus one row of a factor for every entry
// and K - 1 for every fibre, as if no row ever stayed in cache; `stream` counts the first alone. A
// dense tensor counts as 8 bytes an entry.

namespace {

using hadal::Factor;
using hadal::Index;
using hadal::Matrix;
using hadal::Vector;

struct Problem {
  std::unique_ptr<hadal::TensorPattern> pattern;
  Vector values;
  std::vector<Factor> factors;
  double index_bytes = 0;  ///< of an entry, its share of the fibre's included
  double row_bytes = 0;    ///< of the rows of factors that it reads
};

std::vector<Factor> random_factors(const std::vector<Index>& shape, Index rank) {
  std::mt19937_64 generator(2);
  std::normal_distribution<double> normal;
  std::vector<Factor> factors;
  for (const Index size : shape)
    factors.push_back(Factor::NullaryExpr(size, rank, [&] { return normal(generator); }));
  return factors;
}

/// Entries uniform over the positions of a cube.
hadal::TensorEntries random_entries(Index side, Index count) {
  std::mt19937_64 generator(1);
  hadal::TensorEntries entries;
  entries.shape = {side, side, side};
  entries.index.resize(3);
  const Index cells = side * side * side;
  std::geometric_distribution<Index> skip(static_cast<double>(count) / static_cast<double>(cells));
  for (Index at = skip(generator); at < cells; at += 1 + skip(generator)) {
    entries.index[0].push_back(static_cast<std::int32_t>(at / (side * side)));
    entries.index[1].push_back(static_cast<std::int32_t>(at / side % side));
    entries.index[2].push_back(static_cast<std::int32_t>(at % side));
    entries.value.push_back(1);
  }
  return entries;
}

/// A cube with so many entries, all of them where count is 0: a tensor of rank r with noise.
Problem& problem(Index side, Index count, Index rank) {
  static std::map<std::array<Index, 3>, std::unique_ptr<Problem>> all;
  std::unique_ptr<Problem>& p = all[{side, count, rank}];
  if (p) return *p;
  p = std::make_unique<Problem>();
  hadal::TensorEntries entries;
  if (count > 0) {
    entries = random_entries(side, count);
  } else {
    entries.shape = {side, side, side};
    entries.value.resize(static_cast<std::size_t>(side * side * side));
  }
  p->pattern = std::make_unique<hadal::TensorPattern>(entries);
  p->factors = random_factors(entries.shape, rank);
  hadal::tensor_values(*p->pattern, p->factors, p->values);
  std::mt19937_64 generator(3);
  std::normal_distribution<double> normal;
  for (double& value : p->values) value += 0.1 * normal(generator);
  if (count > 0) {
    const double fibres =
        static_cast<double>(p->pattern->fibres()) / static_cast<double>(p->pattern->observed());
    p->index_bytes = 4 + (8 + 8) * fibres;
    p->row_bytes = 8.0 * static_cast<double>(rank) * (1 + 2 * fibres);
  }
  return *p;
}

void report(benchmark::State& state, Index entries, double streamed, double rows) {
  const double count = static_cast<double>(entries) * static_cast<double>(state.iterations());
  state.counters["bytes/s"] =
      benchmark::Counter(count * (streamed + rows), benchmark::Counter::kIsRate);
  state.counters["stream/s"] = benchmark::Counter(count * streamed, benchmark::Counter::kIsRate);
  state.counters["ns/entry"] =
      benchmark::Counter(count * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void copy(benchmark::State& state) {
  const Index count = 1 << 25;
  std::vector<double> from(count, 1), to(count);
  for (auto _ : state) {
#pragma omp parallel for schedule(static)
    for (Index block = 0; block < 64; ++block) {
      const Index size = count / 64;
      std::memcpy(to.data() + block * size, from.data() + block * size, size * sizeof(double));
    }
    benchmark::ClobberMemory();
  }
  report(state, count, 16, 0);
}

void values(benchmark::State& state) {
  const Problem& p = problem(state.range(0), state.range(1), state.range(2));
  Vector z;
  hadal::tensor_values(*p.pattern, p.factors, z);  // memory is there before the clock starts
  for (auto _ : state) hadal::tensor_values(*p.pattern, p.factors, z);
  report(state, p.pattern->observed(), 8 + p.index_bytes, p.row_bytes);
}

void mttkrp(benchmark::State& state) {
  const Problem& p = problem(state.range(0), state.range(1), state.range(2));
  Factor out;
  hadal::mttkrp(*p.pattern, p.values, p.factors, state.range(3), out);
  for (auto _ : state) hadal::mttkrp(*p.pattern, p.values, p.factors, state.range(3), out);
  report(state, p.pattern->observed(), 8 + p.index_bytes, p.row_bytes);
}

/// The three products of a dense tensor's unfoldings, side x side^2, with as many rows of thin
/// matrices: the least that a sweep over its modes can do with a library for matrices.
void matrix_products(benchmark::State& state) {
  const Index side = state.range(0), rank = state.range(1);
  const Problem& p = problem(side, 0, rank);
  const Factor thin = Factor::Random(side * side, rank);
  const Eigen::Map<const Factor> unfolded(p.values.data(), side, side * side);
  Factor out(side, rank);
  for (auto _ : state) {
    for (int product = 0; product < 3; ++product) out.noalias() = unfolded * thin;
    benchmark::ClobberMemory();
  }
  report(state, 3 * p.pattern->observed(), 8, 0);
}

/// Whole descents of a number of sweeps from a start near the truth, over that number.
void sweep(benchmark::State& state) {
  const Problem& p = problem(state.range(0), state.range(1), state.range(2));
  const hadal::SquaredLoss loss(p.values);
  const hadal::TensorFamily family(*p.pattern, std::vector<hadal::FactorNorm>(3));
  hadal::DescentGoal goal;
  goal.reduction = 1e-30;
  double sweeps = 0;
  for (auto _ : state) {
    hadal::TensorAtoms atoms{p.factors};
    for (Factor& factor : atoms.factors)
      factor += 0.3 * Factor::Random(factor.rows(), factor.cols());
    int polls = 0;
    goal.cancelled = [&polls] { return ++polls > 10; };
    const auto descent = hadal::TensorProximal().descend(loss, family, 1e-3 * p.values.norm(),
                                                         atoms, {family.empty(), {}}, goal);
    sweeps += descent.iterations;
  }
  state.counters["s/sweep"] =
      benchmark::Counter(sweeps, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

constexpr Index sparse_side = 1000, sparse_count = 10'000'000, dense_side = 400;

void both_kinds(benchmark::internal::Benchmark* benchmark) {
  for (const Index rank : {10, 16}) benchmark->Args({sparse_side, sparse_count, rank});
  benchmark->Args({dense_side, 0, 10});
}
void every_mode(benchmark::internal::Benchmark* benchmark) {
  for (const Index mode : {0, 1, 2}) {
    for (const Index rank : {10, 16}) benchmark->Args({sparse_side, sparse_count, rank, mode});
    benchmark->Args({dense_side, 0, 10, mode});
  }
}

BENCHMARK(copy)->MeasureProcessCPUTime()->UseRealTime();
BENCHMARK(values)->Apply(both_kinds)->MeasureProcessCPUTime()->UseRealTime();
BENCHMARK(mttkrp)->Apply(every_mode)->MeasureProcessCPUTime()->UseRealTime();
BENCHMARK(matrix_products)->Args({dense_side, 10})->MeasureProcessCPUTime()->UseRealTime();
BENCHMARK(sweep)->Apply(both_kinds)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace
