#pragma once

#include <functional>
#include <vector>

#include "hadal/atom/rank_one.hpp"
#include "hadal/prox/norm_prox.hpp"

namespace hadal {

/// The products of Q with thin factors.
struct ThinProducts {
  Index rows = 0, columns = 0;
  std::function<void(const Factor& v, Factor& out)> times;             ///< out = Q V
  std::function<void(const Factor& u, Factor& out)> transposed_times;  ///< out = Q^T U
};

/// Many-start search for atoms of norm_u(u) norm_v(v) = 1 that collect much from Q: from every
/// start v, u <- the best for Q v and v <- the best for Q^T u in turn, which never lowers <Q, u
/// v^T>. All starts go through the data together.
class PolarSearch {
 public:
  PolarSearch(ThinProducts q, const NormProx& u, const NormProx& v)
      : q_(std::move(q)), norm_u_(u), norm_v_(v) {}

  /// The distinct atoms found from these starts (columns; only their direction counts) and in runs
  /// before, best first, at most `count`. A start has settled once a round raises its value by less
  /// than this part, and `rounds` are made at the most.
  void run(const Factor& starts, Index count, double precision,
           const std::function<bool()>& cancelled, int rounds = 60);

  const RankOneAtoms& found() const { return found_; }
  const std::vector<double>& collected() const { return collected_; }
  /// The most that is collected; 0 where nothing is found.
  double value() const { return collected_.empty() ? 0 : collected_.front(); }
  double passes() const { return passes_; }

 private:
  struct Candidate {
    Vector u, v, dual_u, dual_v;
    double value = 0;
    bool settled = false;
  };
  void alternate(std::vector<Candidate>& candidates, double settled);
  void take_best();
  void keep_distinct(std::vector<Candidate>& candidates, Index count) const;

  ThinProducts q_;
  const NormProx &norm_u_, &norm_v_;
  std::vector<Candidate> best_;  ///< of all runs
  RankOneAtoms found_;
  std::vector<double> collected_;
  double passes_ = 0;
};

}  // namespace hadal
