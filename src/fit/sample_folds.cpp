#include "sample_folds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hadal/error.hpp"
#include "hadal/fit/matrix_fold.hpp"
#include "hadal/fit/network_problem.hpp"

namespace hadal {
namespace {

std::vector<Index> each_sample(const SampleData& data) {
  std::vector<Index> each(static_cast<std::size_t>(data.samples()));
  std::iota(each.begin(), each.end(), 0);
  return each;
}

/// The fold that holds out every sample.
std::vector<int> folds_of_samples(const SampleData& data, int folds, std::uint64_t seed) {
  std::vector<Index> each = each_sample(data);
  if (data.task == Task::regression) return random_parts(each, folds, seed);
  // Class by class, each in an order of its own, dealt out in turn.
  const std::vector<int> order = random_parts(each, static_cast<int>(data.samples()), seed);
  std::stable_sort(each.begin(), each.end(), [&](Index a, Index b) {
    const auto key = [&](Index i) {
      const auto k = static_cast<std::size_t>(i);
      return std::pair(data.labels[k], order[k]);
    };
    return key(a) < key(b);
  });
  std::vector<int> parts(each.size());
  for (std::size_t k = 0; k < each.size(); ++k)
    parts[static_cast<std::size_t>(each[k])] = static_cast<int>(k) % folds;
  return parts;
}

SampleFold split_samples(const SampleData& data, const std::vector<bool>& held_out) {
  std::vector<Index> train, held;
  for (Index i = 0; i < data.samples(); ++i)
    (held_out[static_cast<std::size_t>(i)] ? held : train).push_back(i);
  return {samples_at(data, train), samples_at(data, held)};
}

}  // namespace

std::vector<SampleFold> sample_folds(const SampleData& data, int folds, std::uint64_t seed) {
  const int count = static_cast<int>(std::min<Index>(folds, data.samples()));
  const std::vector<int> parts = folds_of_samples(data, count, seed);
  std::vector<SampleFold> split;
  for (int fold = 0; fold < count; ++fold) {
    std::vector<bool> held_out;
    for (const int part : parts) held_out.push_back(part == fold);
    split.push_back(split_samples(data, held_out));
  }
  return split;
}

SampleFold held_out_part(const SampleData& data, double part, std::uint64_t seed) {
  // Enough parts for the fraction; those beyond it are never held out.
  constexpr Index fine = 1000;
  const int count = static_cast<int>(std::min(fine, data.samples()));
  const int held =
      std::clamp(static_cast<int>(std::lround(part * count)), 1, std::max(1, count - 1));
  std::vector<bool> held_out;
  for (const int of_sample : random_parts(each_sample(data), count, seed))
    held_out.push_back(of_sample < held);
  return split_samples(data, held_out);
}

void require_enough_to_choose(const SampleData& data) {
  if (data.samples() < 4)
    throw DataError(fmt::format(
        "{} samples are too few to choose lambda by; expected at least four, or a given lambda",
        data.samples()));
}

}  // namespace hadal
