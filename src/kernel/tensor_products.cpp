#include "hadal/kernel/tensor_products.hpp"

#include <omp.h>

#include <algorithm>
#include <functional>

#include "khatri_rao.hpp"
#include "register_rows.hpp"

namespace hadal {
namespace {

using rows::Lanes;

/// Rows of a Khatri-Rao product that are made at once: they are to stay in the cache.
constexpr Index block_rows = 512;

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

/// Products of slabs of a dense tensor with blocks of a Khatri-Rao product, by the library for
/// matrices: those of one column and of many.
struct MatrixProducts {
  using Slab = Eigen::Map<const Factor, 0, Eigen::OuterStride<>>;

  /// out += slab (rows `stride` apart, as many as out has) times block, its columns scaled.
  void add(const double* slab, Index stride, const Factor& block, const double* scale,
           Factor& out) {
    product.resize(out.rows(), out.cols());
    product.noalias() = Slab(slab, out.rows(), block.rows(), Eigen::OuterStride<>(stride)) * block;
    out.array() +=
        product.array().rowwise() * Eigen::Map<const Eigen::RowVectorXd>(scale, out.cols()).array();
  }
  /// out += the transpose of slab, of as many rows as block has, times block.
  static void add_transposed(const double* slab, const Factor& block, Factor& out) {
    out.noalias() +=
        Slab(slab, block.rows(), out.rows(), Eigen::OuterStride<>(out.rows())).transpose() * block;
  }

  Factor product;
};

/// The same of a few columns, padded to V registers, where the library would spend most of its time
/// on copies.
template <int V>
struct RegisterProducts {
  void add(const double* slab, Index stride, const Factor& block, const double* scale,
           Factor& out) {
    rows::add_product<V>(slab, stride, out.rows(), block.rows(), block.data(), scale, out.data());
  }
  static void add_transposed(const double* slab, const Factor& block, Factor& out) {
    rows::add_transposed_product<V>(slab, out.rows(), block.rows(), block.data(), out.data());
  }
};

/// The last mode: Q, with the others as its rows, transposed times their Khatri-Rao product.
template <class Products>
void dense_mttkrp_last(const Vector& q, const std::vector<Factor>& factors, Index mode,
                       Factor& out) {
  const KhatriRao left(factors, 0, mode);
  const Index n = out.rows(), tasks = (left.rows() + block_rows - 1) / block_rows;
  sum_over_tasks(tasks, worth_threads(q.size(), out.cols()), out, [&](Index task, Factor& part) {
    const Index begin = task * block_rows;
    Factor block;
    left.make(begin, std::min(block_rows, left.rows() - begin), block);
    Products::add_transposed(q.data() + begin * n, block, part);
  });
}

/// Any other: the modes on its right are taken together by a matrix product, for one position of
/// those on its left at a time.
template <class Products>
void dense_mttkrp(const Vector& q, const std::vector<Factor>& factors, Index mode, Factor& out) {
  const auto order = static_cast<Index>(factors.size());
  if (mode + 1 == order) return dense_mttkrp_last<Products>(q, factors, mode, out);
  const KhatriRao left(factors, 0, mode), right(factors, mode + 1, order);
  const Index n = out.rows(), width = right.rows();
  const Index blocks = (width + block_rows - 1) / block_rows;
  const Index bands = std::min<Index>(left.rows(), 64);
  const bool threads = worth_threads(q.size(), out.cols());
  sum_over_tasks(blocks * bands, threads, out, [&](Index task, Factor& part) {
    const Index begin = task / bands * block_rows, band = task % bands;
    const Index first = left.rows() * band / bands, last = left.rows() * (band + 1) / bands;
    Products products;
    Factor block, scale;
    right.make(begin, std::min(block_rows, width - begin), block);
    left.make(first, last - first, scale);
    for (Index l = first; l < last; ++l)
      products.add(q.data() + l * n * width + begin, width, block, scale.row(l - first).data(),
                   part);
  });
}

/// h = the product of the rows of a fibre's factors, of all modes but the last and `without`.
template <int V>
void fibre_product(const std::vector<Factor>& panel, const std::int32_t* at, std::size_t without,
                   Lanes* h) {
  for (int v = 0; v < V; ++v) h[v] = Lanes{1, 1, 1, 1};
  for (std::size_t m = 0; m + 1 < panel.size(); ++m) {
    if (m == without) continue;
    const Lanes* x = rows::of(panel[m].data()) + at[m] * V;
    for (int v = 0; v < V; ++v) h[v] *= x[v];
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

/// z_k += the value of the panel's columns, or = where they are the first ones.
template <int V>
void sparse_values(const TensorPattern& p, const std::vector<Factor>& panel, bool first,
                   Vector& z) {
  const Index parts = omp_get_max_threads();
  const Lanes* last = rows::of(panel.back().data());
#pragma omp parallel for schedule(static, 1) if (worth_threads(z.size(), V * rows::lanes))
  for (Index part = 0; part < parts; ++part) {
    const Share share = share_of(p, part, parts);
    Lanes h[V];
    for (Index b = share.first; b < share.last; ++b) {
      fibre_product<V>(panel, p.fibre_index(b), none, h);
      for (Index k = p.fibre_begin(b), end = p.fibre_begin(b + 1); k < end; ++k) {
        const Lanes* x = last + static_cast<Index>(p.last_index()[k]) * V;
        Lanes sum = h[0] * x[0];
        for (int v = 1; v < V; ++v) sum += h[v] * x[v];
        const double value = (sum[0] + sum[2]) + (sum[1] + sum[3]);
        z[k] = first ? value : z[k] + value;
      }
    }
  }
}

/// Adds one fibre's entries, where the mode that is left out is the last one.
template <int V>
void add_to_last(const TensorPattern& p, const Vector& q, Index fibre, const Lanes* h,
                 Factor& out) {
  for (Index k = p.fibre_begin(fibre), end = p.fibre_begin(fibre + 1); k < end; ++k) {
    Lanes* to = rows::of(out.data()) + static_cast<Index>(p.last_index()[k]) * V;
    for (int v = 0; v < V; ++v) to[v] += q[k] * h[v];
  }
}

/// Adds one fibre's entries to the row `to`: h times the sum of q_k times the last factor's row.
template <int V>
void add_to_row(const TensorPattern& p, const Vector& q, Index fibre, const Factor& last,
                const Lanes* h, Lanes* to) {
  Lanes sum[V] = {};
  for (Index k = p.fibre_begin(fibre), end = p.fibre_begin(fibre + 1); k < end; ++k) {
    const Lanes* x = rows::of(last.data()) + static_cast<Index>(p.last_index()[k]) * V;
    for (int v = 0; v < V; ++v) sum[v] += q[k] * x[v];
  }
  for (int v = 0; v < V; ++v) to[v] += h[v] * sum[v];
}

template <int V>
void sparse_mttkrp(const TensorPattern& p, const Vector& q, const std::vector<Factor>& panel,
                   Index mode, Factor& out) {
  const Index parts = omp_get_max_threads();
  const auto without = static_cast<std::size_t>(mode);
  sum_over_tasks(parts, worth_threads(q.size(), out.cols()), out, [&](Index task, Factor& part) {
    const Share share = share_of(p, task, parts);
    Lanes h[V];
    for (Index b = share.first; b < share.last; ++b) {
      const std::int32_t* at = p.fibre_index(b);
      fibre_product<V>(panel, at, without, h);
      if (without + 1 == panel.size())
        add_to_last<V>(p, q, b, h, part);
      else
        add_to_row<V>(p, q, b, panel.back(), h, rows::of(part.data()) + at[mode] * V);
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
  if (pattern.full()) return dense_values(pattern, factors, z);
  rows::for_each_panel(factors, factors.front().cols(),
                       [&](Index first, Index count, const std::vector<Factor>& panel) {
                         rows::with_registers(count, [&](auto registers) {
                           sparse_values<registers.value>(pattern, panel, first == 0, z);
                         });
                       });
}

void mttkrp(const TensorPattern& pattern, const Vector& q, const std::vector<Factor>& factors,
            Index mode, Factor& out) {
  const Index columns = factors[mode == 0 ? 1 : 0].cols();
  out.resize(pattern.size(mode), columns);
  const bool few = columns > 1 && columns <= rows::panel_max;
  if (pattern.full() && !few) {
    if (columns > 0) dense_mttkrp<MatrixProducts>(q, factors, mode, out);
    return;
  }
  const auto of_panel = [&](Index first, Index count, const std::vector<Factor>& panel) {
    Factor sums(out.rows(), rows::padded(count));
    rows::with_registers(count, [&](auto registers) {
      if (pattern.full())
        dense_mttkrp<RegisterProducts<registers.value>>(q, panel, mode, sums);
      else
        sparse_mttkrp<registers.value>(pattern, q, panel, mode, sums);
    });
    out.middleCols(first, count) = sums.leftCols(count);
  };
  rows::for_each_panel(factors, columns, of_panel);
}

}  // namespace hadal
