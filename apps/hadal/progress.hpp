#pragma once

#include <chrono>
#include <cstdio>
#include <string>

#include "hadal/fit/matrix_fit.hpp"
#include "time_left.hpp"

namespace hadal::cli {

/// Where a fit is to end: at a gap, or after some seconds (0: no limit).
struct Goal {
  double tolerance = 0;
  double time_limit = 0;
};

/// Shows how a fit goes on: one live line on a terminal, one plain line per outer iteration in a
/// pipe or a file, nothing when quiet.
class Progress {
 public:
  explicit Progress(bool quiet, std::FILE* stream = stderr);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// To be said when the fit begins; without it no time left is shown of a single fit.
  void begin(const Goal& goal);
  void show(const FitProgress& progress);
  /// Removes the live line, so that what follows starts on a clean one.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  static double seconds_since(Clock::time_point start);
  double seconds_in(const std::string& stage);
  std::string time_left(const FitProgress& progress, double stage_seconds);
  void show_live(const std::string& line);

  std::FILE* stream_;
  bool quiet_;
  bool live_;
  bool line_open_ = false;
  Clock::time_point start_ = Clock::now();
  std::string stage_;
  Clock::time_point stage_start_;
  Goal goal_;
  Clock::time_point goal_start_ = start_;
  GapTrend trend_;
};

/// E.g. "fit  iteration 4  size 17  objective 47197.155  relative gap 9.1e-07  3.2 s  about 2.0 s
/// left", `seconds` after the start; or, in a stage of several steps, "cross-validation 3/25  size
/// 17  objective 47197.155  3.2 s  about 20 s left". `time_left`: the end of the line, if any.
std::string progress_line(const FitProgress& progress, double seconds,
                          const std::string& time_left);

}  // namespace hadal::cli
