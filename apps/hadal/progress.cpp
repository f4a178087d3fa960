#include "progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmath>

#include "hadal/report/words.hpp"

namespace hadal::cli {

std::string progress_line(const FitProgress& progress, double seconds, double stage_seconds) {
  const OuterIteration& at = progress.iteration;
  const std::string size_and_objective =
      fmt::format("size {}  objective {:.8g}", at.size, at.objective);
  if (progress.steps > 1) {
    const bool has_model = at.seconds > 0;
    std::string line =
        fmt::format("{} {}/{}  {}{}", progress.stage, progress.step + 1, progress.steps,
                    has_model ? size_and_objective + "  " : "", duration(seconds));
    if (progress.step == 0) return line;
    const double left = stage_seconds * (progress.steps - progress.step) / progress.step;
    return line + fmt::format("  about {} left", duration(left));
  }
  const std::string gap =
      std::isfinite(at.relative_gap) ? fmt::format("  relative gap {:.1e}", at.relative_gap) : "";
  return fmt::format("{}  iteration {}  {}{}  {}", progress.stage, at.iteration, size_and_objective,
                     gap, duration(seconds));
}

Progress::Progress(bool quiet, std::FILE* stream)
    : stream_(stream), quiet_(quiet), live_(::isatty(::fileno(stream)) == 1) {}

Progress::~Progress() { finish(); }

void Progress::show(const FitProgress& progress) {
  if (quiet_) return;
  const std::string line =
      progress_line(progress, seconds_since(start_), seconds_in(progress.stage));
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
  }
  return seconds_since(stage_start_);
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
