#include "hadal/kernel/products.hpp"

#include <algorithm>
#include <vector>

#include "tiles.hpp"

namespace hadal {
namespace {

using DenseMap = Eigen::Map<const Factor>;
using SingleMap = Eigen::Map<const SingleFactor>;

/// Rows differ in length by orders of magnitude in real data, hence dynamic chunks. Every row is
/// written by exactly one thread with a fixed order of summation: the schedule cannot change
/// results.
template <class F>
void for_rows(Index count, const F& f) {
#pragma omp parallel for schedule(dynamic, 64)
  for (Index i = 0; i < count; ++i) f(i);
}

/// How many entries ahead of its use a factor's row is asked for.
constexpr Index ahead = 12;

inline void fetch_row(const Factor& f, Index i) {
  const char* row = reinterpret_cast<const char*>(f.data() + i * f.cols());
  for (Index byte = 0; byte < 8 * f.cols(); byte += 64) __builtin_prefetch(row + byte);
}

/// The two cache lines from `at` on: what a tile holds of a line is shorter.
template <class T>
void fetch(const T* at) {
  __builtin_prefetch(at);
  __builtin_prefetch(reinterpret_cast<const char*>(at) + 64);
}

template <class T>
T dot(const T* a, const T* b, Index r) {
  T sum = 0;
#pragma omp simd reduction(+ : sum)
  for (Index c = 0; c < r; ++c) sum += a[c] * b[c];
  return sum;
}

inline void add_scaled(double* out, double a, const double* x, Index r) {
#pragma omp simd
  for (Index c = 0; c < r; ++c) out[c] += a * x[c];
}

}  // namespace

void sampled_product(const ObservedPattern& p, const Factor& u, const Factor& v, Vector& z) {
  z.resize(p.observed());
  const Index r = u.cols();
  if (r == 0) {
    z.setZero();
    return;
  }
  if (p.full()) {
    Eigen::Map<Factor>(z.data(), p.rows(), p.columns()).noalias() = u * v.transpose();
    return;
  }
  const std::int32_t* column = p.column();
  const auto visit = [&](Index i, Index begin, Index end) {
    const double* ui = u.data() + i * r;
    for (Index k = begin; k < end; ++k) {
      if (k + ahead < end) fetch_row(v, column[k + ahead]);
      z[k] = dot(ui, v.data() + column[k] * r, r);
    }
  };
  const auto early = [&](Index k) { fetch(column + k); };
  for_lines({p, true}, 8 * r, visit, early, [&](Index k) { fetch(z.data() + k); });
}

void apply(const ObservedPattern& p, const Vector& q, const Factor& v, Factor& out) {
  const Index r = v.cols();
  const bool ones = q.size() == 0;
  out.resize(p.rows(), r);
  if (p.full() && ones) {
    out.rowwise() = v.colwise().sum();
    return;
  }
  if (p.full()) {
    out.noalias() = DenseMap(q.data(), p.rows(), p.columns()) * v;
    return;
  }
  const std::int32_t* column = p.column();
  out.setZero();
  const auto visit = [&](Index i, Index begin, Index end) {
    double* row = out.data() + i * r;
    for (Index k = begin; k < end; ++k) {
      if (k + ahead < end) fetch_row(v, column[k + ahead]);
      add_scaled(row, ones ? 1.0 : q[k], v.data() + column[k] * r, r);
    }
  };
  const auto early = [&](Index k) { fetch(column + k); };
  for_lines({p, true}, 8 * r, visit, early, [&](Index k) {
    if (!ones) fetch(q.data() + k);
  });
}

void apply_transpose(const ObservedPattern& p, const Vector& q, const Factor& u, Factor& out) {
  const Index r = u.cols();
  const bool ones = q.size() == 0;
  out.resize(p.columns(), r);
  if (p.full() && ones) {
    out.rowwise() = u.colwise().sum();
    return;
  }
  if (p.full()) {
    out.noalias() = DenseMap(q.data(), p.rows(), p.columns()).transpose() * u;
    return;
  }
  const std::int32_t* row = p.row();
  const std::uint32_t* position = p.position();
  out.setZero();
  const auto visit = [&](Index j, Index begin, Index end) {
    double* target = out.data() + j * r;
    for (Index k = begin; k < end; ++k) {
      if (k + ahead < end) fetch_row(u, row[k + ahead]);
      if (!ones && k + 2 * ahead < end) __builtin_prefetch(&q[position[k + 2 * ahead]]);
      add_scaled(target, ones ? 1.0 : q[position[k]], u.data() + row[k] * r, r);
    }
  };
  const auto early = [&](Index k) {
    fetch(row + k);
    fetch(position + k);
  };
  const auto late = [&](Index k) {
    const Index end = ones ? k : std::min(k + 8, p.observed());
    for (; k < end; ++k) __builtin_prefetch(&q[position[k]]);
  };

  for_lines({p, false}, 8 * r, visit, early, late);
}

void apply(const ObservedPattern& p, const Vector& q, const Vector& v, Vector& out) {
  out.resize(p.rows());
  if (p.full()) {
    out.noalias() = DenseMap(q.data(), p.rows(), p.columns()) * v;
    return;
  }
  const std::int32_t* column = p.column();
  for_rows(p.rows(), [&](Index i) {
    double sum = 0;
    for (Index k = p.row_begin(i); k < p.row_end(i); ++k) sum += q[k] * v[column[k]];
    out[i] = sum;
  });
}

Vector in_column_order(const ObservedPattern& p, const Vector& q) {
  if (p.full()) return q;
  Vector by_column(q.size());
  const std::uint32_t* position = p.position();
  for_rows(p.columns(), [&](Index j) {
    for (Index k = p.column_begin(j); k < p.column_end(j); ++k) by_column[k] = q[position[k]];
  });
  return by_column;
}

void apply_transpose_by_column(const ObservedPattern& p, const Vector& by_column, const Vector& u,
                               Vector& out) {
  out.resize(p.columns());
  if (p.full()) {
    out.noalias() = DenseMap(by_column.data(), p.rows(), p.columns()).transpose() * u;
    return;
  }
  const std::int32_t* row = p.row();
  for_rows(p.columns(), [&](Index j) {
    double sum = 0;
    for (Index k = p.column_begin(j); k < p.column_end(j); ++k) sum += by_column[k] * u[row[k]];
    out[j] = sum;
  });
}

LineSums& LineSums::operator+=(const LineSums& other) {
  e1 += other.e1;
  e2 += other.e2;
  w11 += other.w11;
  w12 += other.w12;
  w22 += other.w22;
  return *this;
}

LineSums line_sums(const ObservedPattern& p, const Factor& u, const Factor& v, const Factor& du,
                   const Factor& dv, const Vector& residual, const Vector& weight) {
  constexpr Index block = 64;
  const Index r = u.cols(), blocks = (p.rows() + block - 1) / block;
  std::vector<LineSums> parts(blocks);
  const auto add = [&](LineSums& sums, Index k, double z1, double z2) {
    const double w = weight.size() ? weight[k] : 1.0;
    sums += {residual[k] * z1, residual[k] * z2, w * z1 * z1, w * z1 * z2, w * z2 * z2};
  };
#pragma omp parallel for schedule(dynamic, 1)
  for (Index b = 0; b < blocks; ++b) {
    const Index first = b * block, count = std::min(block, p.rows() - first);
    LineSums sums;
    if (p.full()) {
      Factor z1 = u.middleRows(first, count) * dv.transpose(), z2;
      z1.noalias() += du.middleRows(first, count) * v.transpose();
      z2.noalias() = du.middleRows(first, count) * dv.transpose();
      for (Index k = 0; k < z1.size(); ++k)
        add(sums, p.row_begin(first) + k, z1.data()[k], z2.data()[k]);
    } else {
      for (Index i = first; i < first + count; ++i) {
        const double *ui = u.data() + i * r, *di = du.data() + i * r;
        for (Index k = p.row_begin(i); k < p.row_end(i); ++k) {
          const double *vj = v.data() + p.column()[k] * r, *ej = dv.data() + p.column()[k] * r;
          add(sums, k, dot(ui, ej, r) + dot(di, vj, r), dot(di, ej, r));
        }
      }
    }
    parts[b] = sums;
  }
  LineSums total;
  for (const LineSums& part : parts) total += part;
  return total;
}

BilinearHessian::BilinearHessian(const ObservedPattern& pattern, const Factor& u, const Factor& v,
                                 const Vector& residual)
    : pattern_(pattern), r_(u.cols()), residual_(residual.cast<float>()) {
  u_.resize(u.rows(), 2 * r_);
  v_.resize(v.rows(), 2 * r_);
  u_.leftCols(r_) = u.cast<float>();
  v_.leftCols(r_) = v.cast<float>();
  s_.resize(pattern.observed());
}

void BilinearHessian::sampled_direction() {
  const Index r = r_, stride = 2 * r_;
  if (pattern_.full()) {
    Eigen::Map<SingleFactor> s(s_.data(), pattern_.rows(), pattern_.columns());
    s.noalias() = u_.leftCols(r) * v_.rightCols(r).transpose();
    s.noalias() += u_.rightCols(r) * v_.leftCols(r).transpose();
    return;
  }
  const std::int32_t* column = pattern_.column();
  for_rows(pattern_.rows(), [&](Index i) {
    const float* u = u_.data() + i * stride;
    for (Index k = pattern_.row_begin(i); k < pattern_.row_end(i); ++k) {
      const float* v = v_.data() + column[k] * stride;
      s_[k] = dot(u, v + r, r) + dot(u + r, v, r);
    }
  });
}

void BilinearHessian::row_pass(SingleFactor& hu) {
  const Index r = r_, stride = 2 * r_;
  hu.resize(u_.rows(), r);
  if (pattern_.full()) {
    hu.noalias() = SingleMap(s_.data(), pattern_.rows(), pattern_.columns()) * v_.leftCols(r);
    hu.noalias() -=
        SingleMap(residual_.data(), pattern_.rows(), pattern_.columns()) * v_.rightCols(r);
    return;
  }
  const std::int32_t* column = pattern_.column();
  for_rows(pattern_.rows(), [&](Index i) {
    float* h = hu.data() + i * r;
    std::fill(h, h + r, 0.0F);
    for (Index k = pattern_.row_begin(i); k < pattern_.row_end(i); ++k) {
      const float* v = v_.data() + column[k] * stride;
      const float s = s_[k], e = residual_[k];
#pragma omp simd
      for (Index c = 0; c < r; ++c) h[c] += s * v[c] - e * v[r + c];
    }
  });
}

void BilinearHessian::column_pass(SingleFactor& hv) {
  const Index r = r_, stride = 2 * r_;
  hv.resize(v_.rows(), r);
  if (pattern_.full()) {
    const SingleMap s(s_.data(), pattern_.rows(), pattern_.columns());
    const SingleMap e(residual_.data(), pattern_.rows(), pattern_.columns());
    hv.noalias() = s.transpose() * u_.leftCols(r);
    hv.noalias() -= e.transpose() * u_.rightCols(r);
    return;
  }
  const std::int32_t* row = pattern_.row();
  const std::uint32_t* position = pattern_.position();
  for_rows(pattern_.columns(), [&](Index j) {
    float* h = hv.data() + j * r;
    std::fill(h, h + r, 0.0F);
    for (Index k = pattern_.column_begin(j); k < pattern_.column_end(j); ++k) {
      const float* u = u_.data() + row[k] * stride;
      const float s = s_[position[k]], e = residual_[position[k]];
#pragma omp simd
      for (Index c = 0; c < r; ++c) h[c] += s * u[c] - e * u[r + c];
    }
  });
}

}  // namespace hadal
