#include "hadal/kernel/tensor_products.hpp"

#include <omp.h>

#include <algorithm>
#include <functional>

#include "khatri_rao.hpp"

namespace hadal {
namespace {

using DenseMap = Eigen::Map<const Factor>;
using Strided = Eigen::Map<const Factor, 0, Eigen::OuterStride<>>;

/// Rows of a Khatri-Rao product that are made at once: they are to stay in the cache.
constexpr Index block_rows = 1024;

/// Below this many products the threads would only wait for each other.
bool worth_threads(Index entries, Index rank) { return entries * rank > 32'768; }

/// Adds what f(task, out) adds to a private copy of `out` for each thread, in the order of threads.
template <class F>
void sum_over_tasks(Index tasks, bool threads, Factor& out, const F& f) {
  std::vector<Factor> parts(static_cast<std::size_t>(omp_get_max_threads()));
#pragma omp parallel if (threads)
  {
    Factor& part = parts[static_cast<std::size_t>(omp_get_thread_num())];
    part = Factor::Zero(out.rows(), out.cols());
#pragma omp for schedule(static)
    for (Index task = 0; task < tasks; ++task) f(task, part);
  }
  out.setZero();
  for (const Factor& part : parts)
    if (part.size() > 0) out += part;
}

void dense_values(const TensorPattern& pattern, const std::vector<Factor>& factors, Vector& z) {
  const Factor& first = factors.front();
  const KhatriRao rest(factors, 1, pattern.order());
  Eigen::Map<Factor> dense(z.data(), first.rows(), rest.rows());
  const Index blocks = (rest.rows() + block_rows - 1) / block_rows;
  const Index bands = (first.rows() + block_rows - 1) / block_rows;
#pragma omp parallel if (worth_threads(z.size(), first.cols()))
  {
    Factor block;
#pragma omp for schedule(static)
    for (Index task = 0; task < blocks * bands; ++task) {
      const Index begin = task / bands * block_rows, row = task % bands * block_rows;
      const Index count = std::min(block_rows, rest.rows() - begin);
      const Index rows = std::min(block_rows, first.rows() - row);
      rest.make(begin, count, block);
      dense.block(row, begin, rows, count).noalias() =
          first.middleRows(row, rows) * block.transpose();
    }
  }
}

/// The last mode: Q, with the others as its rows, transposed times their Khatri-Rao product.
void dense_mttkrp_last(const Vector& q, const std::vector<Factor>& factors, Index mode,
                       Factor& out) {
  const KhatriRao left(factors, 0, mode);
  const DenseMap dense(q.data(), left.rows(), out.rows());
  const Index tasks = (left.rows() + block_rows - 1) / block_rows;
  sum_over_tasks(tasks, worth_threads(q.size(), out.cols()), out, [&](Index task, Factor& part) {
    const Index begin = task * block_rows, count = std::min(block_rows, left.rows() - begin);
    Factor block;
    left.make(begin, count, block);
    part.noalias() += dense.middleRows(begin, count).transpose() * block;
  });
}

/// Any other: the modes on its right are taken together by a matrix product, for one position of
/// those on its left at a time.
void dense_mttkrp(const Vector& q, const std::vector<Factor>& factors, Index mode, Factor& out) {
  const auto order = static_cast<Index>(factors.size());
  const KhatriRao left(factors, 0, mode), right(factors, mode + 1, order);
  const Index n = out.rows(), width = right.rows();
  const Index blocks = (width + block_rows - 1) / block_rows;
  const Index bands = std::min<Index>(left.rows(), 64);
  const bool threads = worth_threads(q.size(), out.cols());
  sum_over_tasks(blocks * bands, threads, out, [&](Index task, Factor& part) {
    const Index begin = task / bands * block_rows, band = task % bands;
    const Index count = std::min(block_rows, width - begin);
    const Index first = left.rows() * band / bands, last = left.rows() * (band + 1) / bands;
    Factor block, scale, product;
    right.make(begin, count, block);
    left.make(first, last - first, scale);
    for (Index l = first; l < last; ++l) {
      const Strided slab(q.data() + l * n * width + begin, n, count, Eigen::OuterStride<>(width));
      product.noalias() = slab * block;
      part.array() += product.array().rowwise() * scale.row(l - first).array();
    }
  });
}

/// h = the product of the rows of a fibre's factors, of all modes but the last and `without`.
void fibre_product(const std::vector<Factor>& factors, const std::int32_t* at, std::size_t without,
                   Index r, double* h) {
  for (Index c = 0; c < r; ++c) h[c] = 1;
  for (std::size_t m = 0; m + 1 < factors.size(); ++m) {
    if (m == without) continue;
    const double* x = factors[m].data() + at[m] * r;
#pragma omp simd
    for (Index c = 0; c < r; ++c) h[c] *= x[c];
  }
}

/// A thread's share of the fibres, about as many entries each.
struct Share {
  Index first = 0, last = 0;
};
Share share_of(const TensorPattern& p, Index part, Index parts) {
  const auto fibre_at = [&](Index entry) {
    Index low = 0, high = p.fibres();
    while (low < high) {
      const Index middle = (low + high) / 2;
      if (p.fibre_begin(middle) < entry)
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  };
  return {fibre_at(p.observed() * part / parts), fibre_at(p.observed() * (part + 1) / parts)};
}

constexpr std::size_t none = static_cast<std::size_t>(-1);

void sparse_values(const TensorPattern& p, const std::vector<Factor>& factors, Vector& z) {
  const Index r = factors.front().cols(), parts = omp_get_max_threads();
  const double* last = factors.back().data();
#pragma omp parallel for schedule(static, 1) if (worth_threads(z.size(), r))
  for (Index part = 0; part < parts; ++part) {
    const Share share = share_of(p, part, parts);
    Vector h(r);
    for (Index b = share.first; b < share.last; ++b) {
      fibre_product(factors, p.fibre_index(b), none, r, h.data());
      const double* product = h.data();
      for (Index k = p.fibre_begin(b), end = p.fibre_begin(b + 1); k < end; ++k) {
        const double* x = last + p.last_index()[k] * r;
        double sum = 0;
#pragma omp simd reduction(+ : sum)
        for (Index c = 0; c < r; ++c) sum += product[c] * x[c];
        z[k] = sum;
      }
    }
  }
}

/// Adds one fibre's entries, where the mode that is left out is the last one.
void add_to_last(const TensorPattern& p, const Vector& q, Index fibre, const double* h, Index r,
                 Factor& out) {
  for (Index k = p.fibre_begin(fibre), end = p.fibre_begin(fibre + 1); k < end; ++k) {
    double* to = out.data() + p.last_index()[k] * r;
    const double value = q[k];
#pragma omp simd
    for (Index c = 0; c < r; ++c) to[c] += value * h[c];
  }
}

/// sum = sum over a fibre's entries of q_k times the last factor's row.
void sum_fibre(const TensorPattern& p, const Vector& q, Index fibre, const Factor& last, Index r,
               double* sum) {
  for (Index c = 0; c < r; ++c) sum[c] = 0;
  for (Index k = p.fibre_begin(fibre), end = p.fibre_begin(fibre + 1); k < end; ++k) {
    const double* x = last.data() + p.last_index()[k] * r;
    const double value = q[k];
#pragma omp simd
    for (Index c = 0; c < r; ++c) sum[c] += value * x[c];
  }
}

void sparse_mttkrp(const TensorPattern& p, const Vector& q, const std::vector<Factor>& factors,
                   Index mode, Factor& out) {
  const Index r = out.cols(), parts = omp_get_max_threads();
  const auto without = static_cast<std::size_t>(mode);
  const bool threads = worth_threads(q.size(), r);
  sum_over_tasks(parts, threads, out, [&](Index task, Factor& part) {
    const Share share = share_of(p, task, parts);
    Vector h(r), sum(r);
    for (Index b = share.first; b < share.last; ++b) {
      fibre_product(factors, p.fibre_index(b), without, r, h.data());
      if (without + 1 == factors.size()) {
        add_to_last(p, q, b, h.data(), r, part);
        continue;
      }
      sum_fibre(p, q, b, factors.back(), r, sum.data());
      double* to = part.data() + p.fibre_index(b)[mode] * r;
      const double *x = h.data(), *y = sum.data();
#pragma omp simd
      for (Index c = 0; c < r; ++c) to[c] += x[c] * y[c];
    }
  });
}

}  // namespace

void tensor_values(const TensorPattern& pattern, const std::vector<Factor>& factors, Vector& z) {
  z.resize(pattern.observed());
  if (factors.front().cols() == 0) {
    z.setZero();
    return;
  }
  pattern.full() ? dense_values(pattern, factors, z) : sparse_values(pattern, factors, z);
}

void mttkrp(const TensorPattern& pattern, const Vector& q, const std::vector<Factor>& factors,
            Index mode, Factor& out) {
  const auto m = static_cast<std::size_t>(mode);
  out.resize(pattern.size(mode), factors[m == 0 ? 1 : 0].cols());
  if (out.cols() == 0) return;
  if (!pattern.full())
    sparse_mttkrp(pattern, q, factors, mode, out);
  else if (mode + 1 == pattern.order())
    dense_mttkrp_last(q, factors, mode, out);
  else
    dense_mttkrp(q, factors, mode, out);
}

}  // namespace hadal
