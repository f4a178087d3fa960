// Compares a completed picture with the true one at the pixels that a mask had removed.
#include <fmt/format.h>

#include <cmath>
#include <hadal/hadal.hpp>

namespace {

/// Mean over the pixels where the mask is 0 of (completed - truth)^2.
double mean_squared_error(const hadal::Entries& completed, const hadal::Entries& truth,
                          const hadal::Entries& mask) {
  double sum = 0;
  hadal::Index count = 0;
  for (std::size_t k = 0; k < truth.value.size(); ++k) {
    // A grey mask of the same height and width serves every channel of a colour picture.
    const auto pixel = truth.row[k] * mask.columns + truth.column[k] % mask.columns;
    if (mask.value[static_cast<std::size_t>(pixel)] != 0) continue;
    sum += std::pow(completed.value[k] - truth.value[k], 2);
    ++count;
  }
  return sum / static_cast<double>(count);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "usage: {} COMPLETED.png TRUTH.png MASK.png\n", argv[0]);
    return 2;
  }
  const hadal::MatrixData completed = hadal::read_matrix(argv[1]);
  const hadal::MatrixData truth = hadal::read_matrix(argv[2]);
  const hadal::MatrixData mask = hadal::read_matrix(argv[3]);
  if (completed.entries.size() != truth.entries.size()) {
    fmt::print(stderr, "{} and {} differ in size\n", argv[1], argv[2]);
    return 2;
  }
  const double error = mean_squared_error(completed.entries, truth.entries, mask.entries);
  const double peak = std::pow(2, truth.picture->bit_depth) - 1;
  fmt::print("at the removed pixels: RMSE {:.1f} of {}, PSNR {:.1f} dB\n", std::sqrt(error), peak,
             10 * std::log10(peak * peak / error));
  return 0;
}
