#pragma once

#include <vector>

#include "hadal/types.hpp"

namespace hadal {

/// Rows of the Khatri-Rao product of some of the modes' factors, first <= m < last: row
/// (i_first, .., i_last-1) in row-major order is the product, element by element, of their rows. A
/// product of no factors is one row of ones.
class KhatriRao {
 public:
  KhatriRao(const std::vector<Factor>& factors, Index first, Index last)
      : factors_(factors), first_(first), last_(last), rank_(factors.front().cols()) {
    for (Index m = first; m < last; ++m) rows_ *= factor(m).rows();
  }

  Index rows() const { return rows_; }

  /// out = rows begin .. begin + count - 1.
  void make(Index begin, Index count, Factor& out) const {
    out.resize(count, rank_);
    for (Index k = 0; k < count; ++k) make_row(begin + k, out.data() + k * rank_);
  }

 private:
  const Factor& factor(Index m) const { return factors_[static_cast<std::size_t>(m)]; }

  void make_row(Index row, double* out) const {
    for (Index c = 0; c < rank_; ++c) out[c] = 1;
    for (Index m = last_; m-- > first_;) {
      const Factor& f = factor(m);
      const double* x = f.data() + row % f.rows() * rank_;
      row /= f.rows();
#pragma omp simd
      for (Index c = 0; c < rank_; ++c) out[c] *= x[c];
    }
  }

  const std::vector<Factor>& factors_;
  Index first_, last_, rank_, rows_ = 1;
};

}  // namespace hadal
