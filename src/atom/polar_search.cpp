#include "polar_search.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace hadal {
namespace {

/// The vectors of those that are still moving, as the columns of a factor.
template <class Candidates, class Get>
Factor gather(const Candidates& moving, Index rows, const Get& get) {
  Factor f(rows, static_cast<Index>(moving.size()));
  for (std::size_t s = 0; s < moving.size(); ++s) f.col(static_cast<Index>(s)) = get(*moving[s]);
  return f;
}

/// |cos| between atoms, as matrices.
double similarity(const Vector& u1, const Vector& v1, const Vector& u2, const Vector& v2) {
  return std::abs(u1.dot(u2) * v1.dot(v2)) / (u1.norm() * u2.norm() * v1.norm() * v2.norm());
}

}  // namespace

void PolarSearch::alternate(std::vector<Candidate>& candidates, double settled) {
  std::vector<Candidate*> moving;
  for (Candidate& c : candidates)
    if (!c.settled) moving.push_back(&c);
  const Index count = static_cast<Index>(moving.size());
  if (count == 0) return;
  Factor product;
  q_.times(gather(moving, q_.columns, [](auto& c) { return c.v; }), product);
#pragma omp parallel for schedule(dynamic, 1)
  for (Index s = 0; s < count; ++s) {
    Candidate& c = *moving[s];
    const Vector start = c.u;
    norm_u_.align(product.col(s), start, c.dual_u, c.u);
  }
  q_.transposed_times(gather(moving, q_.rows, [](auto& c) { return c.u; }), product);
#pragma omp parallel for schedule(dynamic, 1)
  for (Index s = 0; s < count; ++s) {
    Candidate& c = *moving[s];
    const Vector start = c.value > 0 ? c.v : Vector();  // the first one need not be feasible
    const double value = norm_v_.align(product.col(s), start, c.dual_v, c.v);
    c.settled = value <= c.value * (1 + settled);
    c.value = std::max(c.value, value);
  }
  passes_ += 2;
}

void PolarSearch::keep_distinct(std::vector<Candidate>& candidates, Index count) const {
  constexpr double same = 0.95;
  std::erase_if(candidates, [](const Candidate& c) { return !(c.value > 0); });
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.value > b.value; });
  std::vector<Candidate> kept;
  for (Candidate& c : candidates) {
    if (static_cast<Index>(kept.size()) >= count) break;
    const bool seen = std::any_of(kept.begin(), kept.end(), [&](const Candidate& k) {
      return similarity(c.u, c.v, k.u, k.v) > same;
    });
    if (!seen) kept.push_back(std::move(c));
  }
  candidates = std::move(kept);
}

void PolarSearch::run(const Factor& starts, Index count, double precision,
                      const std::function<bool()>& cancelled, int rounds) {
  constexpr int first_rounds = 3;
  std::vector<Candidate> candidates(starts.cols());
  for (Index s = 0; s < starts.cols(); ++s) candidates[s].v = starts.col(s);
  for (int k = 0; k < first_rounds; ++k) alternate(candidates, precision);
  keep_distinct(candidates, std::max(2 * count, starts.cols() / 8));
  for (int k = 0; k < rounds && !cancelled(); ++k) alternate(candidates, precision);
  best_.insert(best_.end(), std::make_move_iterator(candidates.begin()),
               std::make_move_iterator(candidates.end()));
  keep_distinct(best_, count);
  take_best();
}

void PolarSearch::take_best() {
  found_ = {Factor(q_.rows, static_cast<Index>(best_.size())),
            Factor(q_.columns, static_cast<Index>(best_.size()))};
  collected_.clear();
  for (std::size_t s = 0; s < best_.size(); ++s) {
    found_.u.col(static_cast<Index>(s)) = best_[s].u;
    found_.v.col(static_cast<Index>(s)) = best_[s].v;
    collected_.push_back(best_[s].value);
  }
}

}  // namespace hadal
