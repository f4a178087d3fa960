#pragma once

#include <torch/torch.h>

namespace hadal::deep {

/// The threads of LibTorch for the duration of a fit; 0: as many as it takes by itself.
class TorchThreads {
 public:
  explicit TorchThreads(int count) : before_(at::get_num_threads()) {
    if (count > 0) at::set_num_threads(count);
  }
  ~TorchThreads() { at::set_num_threads(before_); }
  TorchThreads(const TorchThreads&) = delete;
  TorchThreads& operator=(const TorchThreads&) = delete;

 private:
  int before_;
};

}  // namespace hadal::deep
