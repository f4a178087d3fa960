#pragma once

#include <omp.h>

#include <chrono>
#include <limits>

#include "hadal/types.hpp"

// Only OpenBLAS has these; with another BLAS the calls are left out.
extern "C" {
__attribute__((weak)) void openblas_set_num_threads(int count);
__attribute__((weak)) int openblas_get_num_threads();
}

namespace hadal {

/// Sets the number of threads for the duration of a fit. BLAS gets one: the large products are
/// divided among our own threads, and two pools of threads that spin while they wait slow each
/// other down many times over.
class Threads {
 public:
  explicit Threads(int count) : before_(omp_get_max_threads()) {
    if (count > 0) omp_set_num_threads(count);
    if (!openblas_set_num_threads) return;
    blas_before_ = openblas_get_num_threads();
    openblas_set_num_threads(1);
  }
  ~Threads() {
    omp_set_num_threads(before_);
    if (openblas_set_num_threads) openblas_set_num_threads(blas_before_);
  }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_, blas_before_ = 1;
};

/// The number of threads of BLAS for the duration of a fit, whose products are all there is to it.
/// Small ones are faster on one: waking another takes longer than the product.
class BlasThreads {
 public:
  BlasThreads(int count, Index elements) {
    constexpr Index small = 1 << 18;
    if (elements < small) count = 1;
    if (count == 0 || !openblas_set_num_threads) return;
    before_ = openblas_get_num_threads();
    openblas_set_num_threads(count);
  }
  ~BlasThreads() {
    if (before_ > 0) openblas_set_num_threads(before_);
  }
  BlasThreads(const BlasThreads&) = delete;
  BlasThreads& operator=(const BlasThreads&) = delete;

 private:
  int before_ = 0;
};

/// Seconds since it was made, and seconds until a limit (0: none).
class Stopwatch {
 public:
  explicit Stopwatch(double limit) : limit_(limit) {}
  double elapsed() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }
  double left() const {
    return limit_ > 0 ? limit_ - elapsed() : std::numeric_limits<double>::infinity();
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point begin_ = Clock::now();
  double limit_;
};

}  // namespace hadal
