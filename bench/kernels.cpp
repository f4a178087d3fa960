#include <benchmark/benchmark.h>

#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include "hadal/kernel/observed_pattern.hpp"
#include "hadal/kernel/products.hpp"

// Bandwidth of the kernels on observed entries, beside that of a copy measured in the same run.
// Bytes counted: what a pass over the entries must move (indices, values, results) plus one row of
// the factor for every entry, as if no row ever stayed in cache. On a busy machine the processor
// time of all threads (OMP_WAIT_POLICY=passive, or waiting counts) says more than the time that
// passed.

namespace {

using hadal::Factor;
using hadal::Index;
using hadal::Vector;

/// Entries uniform over a matrix of about 200 entries a row, twice as many rows as columns.
struct Problem {
  hadal::ObservedPattern pattern;
  Vector values;
};

hadal::Entries random_entries(Index count) {
  std::mt19937_64 generator(1);
  hadal::Entries entries;
  entries.rows = std::max<Index>(count / 200, 10);
  entries.columns = std::max<Index>(entries.rows / 2, 10);
  const double density =
      static_cast<double>(count) / static_cast<double>(entries.rows * entries.columns);
  std::geometric_distribution<Index> skip(density);
  const Index cells = entries.rows * entries.columns;
  for (Index at = skip(generator); at < cells; at += 1 + skip(generator)) {
    entries.row.push_back(static_cast<std::int32_t>(at / entries.columns));
    entries.column.push_back(static_cast<std::int32_t>(at % entries.columns));
    entries.value.push_back(1);
  }
  return entries;
}

const Problem& problem(Index count) {
  static std::map<Index, std::unique_ptr<Problem>> all;
  std::unique_ptr<Problem>& p = all[count];
  if (!p) {
    const hadal::Entries entries = random_entries(count);
    p = std::make_unique<Problem>(
        Problem{hadal::ObservedPattern(entries), Vector::Ones(entries.size())});
  }
  return *p;
}

Factor factor(Index rows, Index r) { return Factor::Constant(rows, r, 0.5); }

void report(benchmark::State& state, Index entries, double bytes_per_entry) {
  const double passes = static_cast<double>(state.iterations());
  const double count = static_cast<double>(entries) * passes;
  state.counters["bytes/s"] =
      benchmark::Counter(count * bytes_per_entry, benchmark::Counter::kIsRate);
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
  report(state, count, 16);
}

void sampled_product(benchmark::State& state) {
  const Problem& p = problem(state.range(0));
  const Index r = state.range(1);
  const Factor u = factor(p.pattern.rows(), r), v = factor(p.pattern.columns(), r);
  Vector z;
  hadal::sampled_product(p.pattern, u, v, z);  // memory is there before the clock starts
  for (auto _ : state) hadal::sampled_product(p.pattern, u, v, z);
  report(state, p.pattern.observed(), 4 + 8 + 8.0 * static_cast<double>(r));
}

void apply(benchmark::State& state) {
  const Problem& p = problem(state.range(0));
  const Index r = state.range(1);
  const Factor v = factor(p.pattern.columns(), r);
  Factor out;
  hadal::apply(p.pattern, p.values, v, out);
  for (auto _ : state) hadal::apply(p.pattern, p.values, v, out);
  report(state, p.pattern.observed(), 4 + 8 + 8.0 * static_cast<double>(r));
}

void apply_transpose(benchmark::State& state) {
  const Problem& p = problem(state.range(0));
  const Index r = state.range(1);
  const Factor u = factor(p.pattern.rows(), r);
  Factor out;
  hadal::apply_transpose(p.pattern, p.values, u, out);
  for (auto _ : state) hadal::apply_transpose(p.pattern, p.values, u, out);
  report(state, p.pattern.observed(), 4 + 8 + 8.0 * static_cast<double>(r));
}

void sizes_and_ranks(benchmark::internal::Benchmark* benchmark) {
  for (const Index r : {8, 20, 80}) benchmark->Args({3'600'000, r});
  for (const Index count : {100'000, 1'000'000, 10'000'000, 50'000'000})
    benchmark->Args({count, 16});
}

BENCHMARK(copy)->MeasureProcessCPUTime()->UseRealTime();
BENCHMARK(sampled_product)->Apply(sizes_and_ranks)->MeasureProcessCPUTime()->UseRealTime();
BENCHMARK(apply)->Apply(sizes_and_ranks)->MeasureProcessCPUTime()->UseRealTime();
BENCHMARK(apply_transpose)->Apply(sizes_and_ranks)->MeasureProcessCPUTime()->UseRealTime();

}  // namespace
