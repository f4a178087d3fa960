#pragma once

namespace hadal::cli {

/// While it lives, the first SIGINT or SIGTERM asks for an orderly end, and a second one ends the
/// process at once.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  bool requested() const;
};

}  // namespace hadal::cli
