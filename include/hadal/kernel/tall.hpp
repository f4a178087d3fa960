#pragma once

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
#pragma omp parallel for schedule(static)
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
#pragma omp parallel for schedule(static)
  for (Index k = 0; k < blocks; ++k) {
    const Index begin = k * tall_block, rows = std::min(tall_block, a.rows() - begin);
    out.middleRows(begin, rows).noalias() += sign * a.middleRows(begin, rows) * s;
  }
}

}  // namespace hadal
