#include "hadal/kernel/products.hpp"

#include <algorithm>
#include <vector>

#include "hadal/kernel/visits.hpp"

namespace hadal {
namespace {

using DenseMap = Eigen::Map<const Factor>;
using SingleMap = Eigen::Map<const SingleFactor>;

/// Reads the rows [first, last) of a factor once, one after the other, as the hardware foresees: a
/// random order straight from memory takes several times as long.
template <class F>
void read_through(const F& factor, Index first, Index last) {
  constexpr Index line = 64 / sizeof(typename F::Scalar);
  typename F::Scalar sum = 0;
  for (Index at = first * factor.cols(); at < last * factor.cols(); at += line)
    sum += factor.data()[at];
  asm volatile("" : : "m"(sum));  // keeps the compiler from dropping the reads
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

/// out += s * factor - e * direction, which stand side by side.
inline void add_difference(float* out, float s, float e, const float* both, Index r) {
#pragma omp simd
  for (Index c = 0; c < r; ++c) out[c] += s * both[c] - e * both[r + c];
}

/// out_i = the sum of values_k x[other_k] over the entries k of line i.
template <class Begin>
void sum_lines(Index count, const Begin& begin, const std::int32_t* other, const Vector& values,
               const Vector& x, Vector& out) {
#pragma omp parallel for schedule(dynamic, lines_at_a_time)
  for (Index i = 0; i < count; ++i) {
    double sum = 0;  // in a register: what a store and a load in between would cost is felt here
    for (Index k = begin(i), end = begin(i + 1); k < end; ++k) sum += values[k] * x[other[k]];
    out[i] = sum;
  }
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
  for_each_by_row(
      p, [&](Index k, Index i, Index j) { z[k] = dot(u.data() + i * r, v.data() + j * r, r); },
      [&](Index first, Index last) { read_through(v, first, last); });
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
  out.setZero();
  for_each_by_row(
      p,
      [&](Index k, Index i, Index j) {
        add_scaled(out.data() + i * r, ones ? 1.0 : q[k], v.data() + j * r, r);
      },
      [&](Index first, Index last) { read_through(v, first, last); });
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
  out.setZero();
  for_each_by_column(p, [&](Index k, Index i, Index j) {
    add_scaled(out.data() + j * r, ones ? 1.0 : q[k], u.data() + i * r, r);
  });
}

void apply(const ObservedPattern& p, const Vector& q, const Vector& v, Vector& out) {
  out.resize(p.rows());
  if (p.full()) {
    out.noalias() = DenseMap(q.data(), p.rows(), p.columns()) * v;
    return;
  }
  if (p.tiled()) {
    out.setZero();
    for_each_by_row(p, [&](Index k, Index i, Index j) { out[i] += q[k] * v[j]; });
    return;
  }
  sum_lines(
      p.rows(), [&](Index i) { return p.row_begin(i); }, p.column(), q, v, out);
}

Vector in_column_order(const ObservedPattern& p, const Vector& q) {
  if (p.full() || p.tiled()) return q;
  Vector by_column(q.size());
  const std::uint32_t* position = p.position();
#pragma omp parallel for schedule(static)
  for (Index k = 0; k < q.size(); ++k) by_column[k] = q[position[k]];
  return by_column;
}

void apply_transpose_by_column(const ObservedPattern& p, const Vector& by_column, const Vector& u,
                               Vector& out) {
  out.resize(p.columns());
  if (p.full()) {
    out.noalias() = DenseMap(by_column.data(), p.rows(), p.columns()).transpose() * u;
    return;
  }
  if (p.tiled()) {
    out.setZero();
    for_each_by_column(p, [&](Index k, Index i, Index j) { out[j] += by_column[k] * u[i]; });
    return;
  }
  sum_lines(
      p.columns(), [&](Index j) { return p.column_begin(j); }, p.row(), by_column, u, out);
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
  const Index r = u.cols();
  std::vector<LineSums> parts(row_blocks(p));
  const auto add = [&](LineSums& sums, Index k, double z1, double z2) {
    const double w = weight.size() ? weight[k] : 1.0;
    sums += {residual[k] * z1, residual[k] * z2, w * z1 * z1, w * z1 * z2, w * z2 * z2};
  };
#pragma omp parallel for schedule(dynamic, 1)
  for (std::size_t b = 0; b < parts.size(); ++b) {
    const Index block = static_cast<Index>(b);
    LineSums sums;
    if (p.full()) {
      const Index first = block * lines_at_a_time;
      const Index count = std::min(lines_at_a_time, p.rows() - first);
      Factor z1 = u.middleRows(first, count) * dv.transpose(), z2;
      z1.noalias() += du.middleRows(first, count) * v.transpose();
      z2.noalias() = du.middleRows(first, count) * dv.transpose();
      for (Index k = 0; k < z1.size(); ++k)
        add(sums, p.row_begin(first) + k, z1.data()[k], z2.data()[k]);
    } else {
      visit_row_block(
          p, block,
          [&](Index k, Index i, Index j) {
            const double *ui = u.data() + i * r, *di = du.data() + i * r;
            const double *vj = v.data() + j * r, *ej = dv.data() + j * r;
            add(sums, k, dot(ui, ej, r) + dot(di, vj, r), dot(di, ej, r));
          },
          [&](Index first, Index last) {
            read_through(v, first, last);
            read_through(dv, first, last);
          });
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
  for_each_by_row(
      pattern_,
      [&](Index k, Index i, Index j) {
        const float *u = u_.data() + i * stride, *v = v_.data() + j * stride;
        s_[k] = dot(u, v + r, r) + dot(u + r, v, r);
      },
      [&](Index first, Index last) { read_through(v_, first, last); });
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
  hu.setZero();
  for_each_by_row(
      pattern_,
      [&](Index k, Index i, Index j) {
        add_difference(hu.data() + i * r, s_[k], residual_[k], v_.data() + j * stride, r);
      },
      [&](Index first, Index last) { read_through(v_, first, last); });
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
  hv.setZero();
  for_each_by_column(pattern_, [&](Index k, Index i, Index j) {
    add_difference(hv.data() + j * r, s_[k], residual_[k], u_.data() + i * stride, r);
  });
}

}  // namespace hadal
