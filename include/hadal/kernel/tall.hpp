#pragma once

#include <algorithm>
#include <vector>

#include "hadal/types.hpp"

/// Products of tall, thin matrices, multi-threaded over blocks of rows of a fixed size, so that the
/// result does not depend on the number of threads. Within a block one thread calls BLAS: its own
/// threads and those of the kernels on observed entries would wait for each other.
namespace hadal {

inline constexpr Index tall_block = 512;

/// A^T B for row-major A (n x p) and B (n x q); the blocks' sums are added in order.
template <class Tall>
auto tall_inner(const Tall& a, const Tall& b) {
  using Small = Eigen::Matrix<typename Tall::Scalar, Eigen::Dynamic, Eigen::Dynamic>;
  const Index blocks = (a.rows() + tall_block - 1) / tall_block;
  std::vector<Small> parts(static_cast<std::size_t>(blocks));
#pragma omp parallel for schedule(static) if (blocks > 1)
  for (Index k = 0; k < blocks; ++k) {
    const Index begin = k * tall_block, rows = std::min(tall_block, a.rows() - begin);
    parts[k].noalias() = a.middleRows(begin, rows).transpose() * b.middleRows(begin, rows);
  }
  Small sum = Small::Zero(a.cols(), b.cols());
  for (const Small& part : parts) sum += part;
  return sum;
}

/// out += sign * A S for row-major A (n x p) and a small S (p x q).
template <class Tall, class Small>
void add_tall_product(const Tall& a, const Small& s, typename Tall::Scalar sign, Tall& out) {
  const Index blocks = (a.rows() + tall_block - 1) / tall_block;
#pragma omp parallel for schedule(static) if (blocks > 1)
  for (Index k = 0; k < blocks; ++k) {
    const Index begin = k * tall_block, rows = std::min(tall_block, a.rows() - begin);
    out.middleRows(begin, rows).noalias() += sign * a.middleRows(begin, rows) * s;
  }
}

/// <a, b>, summed in double block by block.
template <class Tall>
double inner(const Tall& a, const Tall& b) {
  constexpr Index size = 8192;
  const Index blocks = (a.size() + size - 1) / size;
  std::vector<double> parts(static_cast<std::size_t>(blocks));
#pragma omp parallel for schedule(static) if (blocks > 1)
  for (Index k = 0; k < blocks; ++k) {
    const auto *x = a.data() + k * size, *y = b.data() + k * size;
    const Index count = std::min(size, a.size() - k * size);
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (Index i = 0; i < count; ++i) sum += static_cast<double>(x[i] * y[i]);
    parts[k] = sum;
  }
  double total = 0;
  for (const double part : parts) total += part;
  return total;
}

/// out = a * x + b * out.
template <class Tall>
void combine(typename Tall::Scalar a, const Tall& x, typename Tall::Scalar b, Tall& out) {
  const auto* from = x.data();
  auto* to = out.data();
  const Index count = out.size();
#pragma omp parallel for simd schedule(static)
  for (Index i = 0; i < count; ++i) to[i] = a * from[i] + b * to[i];
}

}  // namespace hadal
