#include "progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "hadal/report/words.hpp"

namespace hadal::cli {

namespace {

/// The sooner of the two: a guess, and a limit (infinity: none).
std::string left_in_words(std::optional<double> guess, double limit) {
  if (guess && *guess < limit) return fmt::format("about {} left", duration(*guess));
  return std::isfinite(limit) ? fmt::format("at most {} left", duration(std::max(0.0, limit))) : "";
}

}  // namespace

std::string progress_line(const FitProgress& progress, double seconds,
                          const std::string& time_left) {
  const OuterIteration& at = progress.iteration;
  const std::string end = time_left.empty() ? "" : "  " + time_left;
  const std::string size_and_objective =
      fmt::format("size {}  objective {:.8g}", at.size, at.objective);
  if (progress.steps > 1) {
    const bool has_model = at.seconds > 0;
    return fmt::format("{} {}/{}  {}{}{}", progress.stage, progress.step + 1, progress.steps,
                       has_model ? size_and_objective + "  " : "", duration(seconds), end);
  }
  const std::string gap =
      std::isfinite(at.relative_gap)
          ? fmt::format("  {} gap {:.1e}", at.proved ? "relative" : "estimated", at.relative_gap)
          : "";
  return fmt::format("{}  iteration {}  {}{}  {}{}", progress.stage, at.iteration,
                     size_and_objective, gap, duration(seconds), end);
}

Progress::Progress(bool quiet, std::FILE* stream)
    : stream_(stream), quiet_(quiet), live_(::isatty(::fileno(stream)) == 1) {}

Progress::~Progress() { finish(); }

void Progress::begin(const Goal& goal) {
  goal_ = goal;
  goal_start_ = Clock::now();
}

void Progress::show(const FitProgress& progress) {
  if (quiet_) return;
  const double in_stage = seconds_in(progress.stage);
  const std::string line =
      progress_line(progress, seconds_since(start_), time_left(progress, in_stage));
  if (live_) {
    show_live(line);
  } else {
    fmt::print(stream_, "{}\n", line);
    std::fflush(stream_);
  }
}

double Progress::seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double Progress::seconds_in(const std::string& stage) {
  if (stage != stage_) {
    stage_ = stage;
    stage_start_ = Clock::now();
    trend_.clear();
  }
  return seconds_since(stage_start_);
}

std::string Progress::time_left(const FitProgress& progress, double stage_seconds) {
  const double limit = goal_.time_limit > 0 ? goal_.time_limit - seconds_since(goal_start_)
                                            : std::numeric_limits<double>::infinity();
  std::optional<double> guess;
  if (progress.steps > 1) {
    if (progress.step > 0) guess = stage_seconds * (progress.steps - progress.step) / progress.step;
  } else {
    trend_.add(progress.iteration.seconds, progress.iteration.relative_gap);
    guess = trend_.seconds_until(goal_.tolerance);
  }
  return left_in_words(guess, limit);
}

void Progress::show_live(const std::string& line) {
  winsize window{};
  const bool known = ::ioctl(::fileno(stream_), TIOCGWINSZ, &window) == 0 && window.ws_col > 1;
  const std::size_t width = known ? window.ws_col - 1u : 79u;
  fmt::print(stream_, "\r{}\x1b[K", line.substr(0, width));
  std::fflush(stream_);
  line_open_ = true;
}

void Progress::finish() {
  if (!line_open_) return;
  fmt::print(stream_, "\r\x1b[K");
  std::fflush(stream_);
  line_open_ = false;
}

}  // namespace hadal::cli
