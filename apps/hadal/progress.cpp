#include "progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmath>

#include "hadal/report/words.hpp"

namespace hadal::cli {

std::string progress_line(const FitProgress& progress, double stage_seconds) {
  const OuterIteration& at = progress.iteration;
  std::string line = progress.stage;
  if (progress.steps > 1) line += fmt::format(" {}/{}", progress.step, progress.steps);
  line +=
      fmt::format("  iteration {}  size {}  objective {:.8g}", at.iteration, at.size, at.objective);
  if (std::isfinite(at.relative_gap)) line += fmt::format("  relative gap {:.1e}", at.relative_gap);
  line += "  " + duration(at.seconds);
  const int done = progress.step - 1;
  if (progress.steps > 1 && done > 0) {
    const double left = stage_seconds * (progress.steps - done) / done;
    line += fmt::format("  about {} left", duration(left));
  }
  return line;
}

Progress::Progress(bool quiet, std::FILE* stream)
    : stream_(stream), quiet_(quiet), live_(::isatty(::fileno(stream)) == 1) {}

Progress::~Progress() { finish(); }

void Progress::show(const FitProgress& progress) {
  if (quiet_) return;
  const std::string line = progress_line(progress, seconds_in(progress.stage));
  if (live_) {
    show_live(line);
  } else {
    fmt::print(stream_, "{}\n", line);
    std::fflush(stream_);
  }
}

double Progress::seconds_in(const std::string& stage) {
  if (stage != stage_) {
    stage_ = stage;
    stage_start_ = Clock::now();
  }
  return std::chrono::duration<double>(Clock::now() - stage_start_).count();
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
