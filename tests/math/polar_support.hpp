#pragma once

#include <algorithm>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/norm/factor_norm.hpp"
#include "math/support.hpp"

namespace hadal::test {

/// max u^T Q v over unit u, v >= 0, or over v >= 0 alone: a maximum with supports S, T is a top
/// singular pair of Q_ST.
inline double exhaustive_polar(const Matrix& q, bool u_nonnegative, bool v_nonnegative) {
  const auto chosen = [](Index size, unsigned set) {
    std::vector<int> list;
    for (int i = 0; i < size; ++i)
      if ((set >> i) & 1U) list.push_back(i);
    return list;
  };
  // Of either sign; eigenvectors of LAPACK and Eigen come with any.
  const auto one_sign = [](const Vector& x) {
    return x.minCoeff() >= -1e-9 ? 1 : x.maxCoeff() <= 1e-9 ? -1 : 0;
  };
  double best = 0;
  const unsigned all_rows = (1U << q.rows()) - 1, all_columns = (1U << q.cols()) - 1;
  for (unsigned s = u_nonnegative ? 1 : all_rows; s <= all_rows; ++s) {
    for (unsigned t = v_nonnegative ? 1 : all_columns; t <= all_columns; ++t) {
      const Matrix part = q(chosen(q.rows(), s), chosen(q.cols(), t));
      const Eigen::JacobiSVD<Matrix> svd(part, Eigen::ComputeThinU | Eigen::ComputeThinV);
      const int u = u_nonnegative ? one_sign(svd.matrixU().col(0)) : 2;
      const int v = v_nonnegative ? one_sign(svd.matrixV().col(0)) : 2;
      if (u != 0 && v != 0 && (u == v || u == 2 || v == 2))
        best = std::max(best, svd.singularValues()[0]);
    }
  }
  return best;
}

inline FactorNorm l2_norm(bool nonnegative) {
  FactorNorm norm;
  norm.nonnegative = nonnegative;
  return norm;
}

}  // namespace hadal::test
