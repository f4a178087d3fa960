#pragma once

#include <algorithm>
#include <limits>

namespace hadal {

/// Whether a fit that is only judged by what it holds out has come to where growing fits noise: for
/// three iterations in a row the objective has fallen by less than a hundredth of itself, and the
/// held-out error has not fallen below its least. Structured norms then find hundreds of such atoms
/// one after the other. (While the objective still falls by more, that error may rise and fall
/// again.)
class Overfitting {
 public:
  /// After an iteration.
  void see(double objective, double held_out_error) {
    const bool worse = held_out_error >= least_ && objective > (1 - little) * objective_;
    worse_ = worse ? worse_ + 1 : 0;
    least_ = std::min(least_, held_out_error);
    objective_ = objective;
  }
  bool seen() const { return worse_ >= in_a_row; }

 private:
  static constexpr double little = 1e-2;
  static constexpr int in_a_row = 3;
  double least_ = std::numeric_limits<double>::infinity();
  double objective_ = std::numeric_limits<double>::infinity();
  int worse_ = 0;
};

}  // namespace hadal
