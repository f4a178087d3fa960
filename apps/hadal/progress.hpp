#pragma once

#include <chrono>
#include <cstdio>
#include <string>

#include "hadal/fit/matrix_fit.hpp"

namespace hadal::cli {

/// Shows how a fit goes on: one live line on a terminal, one plain line per outer iteration in a
/// pipe or a file, nothing when quiet.
class Progress {
 public:
  explicit Progress(bool quiet, std::FILE* stream = stderr);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(const FitProgress& progress);
  /// Removes the live line, so that what follows starts on a clean one.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  static double seconds_since(Clock::time_point start);
  double seconds_in(const std::string& stage);
  void show_live(const std::string& line);

  std::FILE* stream_;
  bool quiet_;
  bool live_;
  bool line_open_ = false;
  Clock::time_point start_ = Clock::now();
  std::string stage_;
  Clock::time_point stage_start_;
};

/// E.g. "fit  iteration 4  size 17  objective 47197.155  relative gap 9.1e-07  3.2 s", `seconds`
/// after the start; or, in a stage of several steps, "cross-validation 3/25  size 17  objective
/// 47197.155  3.2 s  about 20 s left", where the time left is a guess from the steps done in the
/// `stage_seconds` so far.
std::string progress_line(const FitProgress& progress, double seconds, double stage_seconds);

}  // namespace hadal::cli
