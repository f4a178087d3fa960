#include "hadal/kernel/products.hpp"

#include <vector>

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
  for_rows(p.rows(), [&](Index i) {
    const double* ui = u.data() + i * r;
    for (Index k = p.row_begin(i); k < p.row_end(i); ++k)
      z[k] = dot(ui, v.data() + column[k] * r, r);
  });
}

void apply(const ObservedPattern& p, const Vector& q, const Factor& v, Factor& out) {
  const Index r = v.cols();
  out.resize(p.rows(), r);
  if (p.full()) {
    out.noalias() = DenseMap(q.data(), p.rows(), p.columns()) * v;
    return;
  }
  const std::int32_t* column = p.column();
  for_rows(p.rows(), [&](Index i) {
    double* row = out.data() + i * r;
    std::fill(row, row + r, 0.0);
    for (Index k = p.row_begin(i); k < p.row_end(i); ++k)
      add_scaled(row, q[k], v.data() + column[k] * r, r);
  });
}

void apply_transpose(const ObservedPattern& p, const Vector& q, const Factor& u, Factor& out) {
  const Index r = u.cols();
  out.resize(p.columns(), r);
  if (p.full()) {
    out.noalias() = DenseMap(q.data(), p.rows(), p.columns()).transpose() * u;
    return;
  }
  const std::int32_t* row = p.row();
  const std::uint32_t* position = p.position();
  for_rows(p.columns(), [&](Index j) {
    double* target = out.data() + j * r;
    std::fill(target, target + r, 0.0);
    for (Index k = p.column_begin(j); k < p.column_end(j); ++k)
      add_scaled(target, q[position[k]], u.data() + row[k] * r, r);
  });
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
