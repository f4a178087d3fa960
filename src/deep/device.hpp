#pragma once

#include <torch/torch.h>

namespace hadal::deep {

/// Where a fit computes: on the GPU where LibTorch finds one.
inline torch::Device device() { return torch::cuda::is_available() ? torch::kCUDA : torch::kCPU; }

/// For the duration of a fit, cuDNN takes algorithms that give the same sums at every run, not
/// those that happen to be fastest at the first. (Their precision stays LibTorch's own choice.)
class RepeatableConvolutions {
 public:
  RepeatableConvolutions()
      : deterministic_(at::globalContext().deterministicCuDNN()),
        benchmark_(at::globalContext().benchmarkCuDNN()) {
    set(true, false);
  }
  ~RepeatableConvolutions() { set(deterministic_, benchmark_); }
  RepeatableConvolutions(const RepeatableConvolutions&) = delete;
  RepeatableConvolutions& operator=(const RepeatableConvolutions&) = delete;

 private:
  static void set(bool deterministic, bool benchmark) {
    at::globalContext().setDeterministicCuDNN(deterministic);
    at::globalContext().setBenchmarkCuDNN(benchmark);
  }

  bool deterministic_, benchmark_;
};

}  // namespace hadal::deep
