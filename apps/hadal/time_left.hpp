#pragma once

#include <cmath>
#include <cstddef>
#include <deque>
#include <optional>

namespace hadal::cli {

/// Guesses from the last few outer iterations when the gap will have reached the tolerance: its
/// logarithm falls nearly in a line once a fit has found its size.
class GapTrend {
 public:
  void add(double seconds, double relative_gap) {
    recent_.push_back({seconds, std::log(relative_gap)});
    if (recent_.size() > points_kept) recent_.pop_front();
  }
  void clear() { recent_.clear(); }

  /// Nothing where a guess would be worth nothing: too few points, a gap that is not known or has
  /// not fallen in each of them, or a tolerance too far away to extrapolate to.
  std::optional<double> seconds_until(double tolerance) const {
    if (recent_.size() < points_needed || !falls_steadily()) return {};
    const Point &first = recent_.front(), &last = recent_.back();
    const double span = last.seconds - first.seconds;
    const double pace = (first.log_gap - last.log_gap) / span;
    const double left = (last.log_gap - std::log(tolerance)) / pace;
    if (!(left > 0) || left > farthest * span) return {};
    return left;
  }

 private:
  struct Point {
    double seconds, log_gap;
  };
  static constexpr std::size_t points_kept = 6, points_needed = 4;
  static constexpr double farthest = 10;  ///< times the time that the points cover

  bool falls_steadily() const {
    for (std::size_t k = 1; k < recent_.size(); ++k) {
      const Point &before = recent_[k - 1], &point = recent_[k];
      if (!(point.seconds > before.seconds && point.log_gap < before.log_gap)) return false;
    }
    return std::isfinite(recent_.front().log_gap) && std::isfinite(recent_.back().log_gap);
  }

  std::deque<Point> recent_;
};

}  // namespace hadal::cli
