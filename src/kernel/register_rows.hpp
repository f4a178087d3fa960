#pragma once

#include <algorithm>
#include <type_traits>
#include <vector>

#include "hadal/types.hpp"

/// Rows of at most sixteen doubles that stay in vector registers while sums run over thousands of
/// them. Factors of more columns are taken a panel of columns at a time, padded with zeros to whole
/// registers: what is read again with every panel, indices and values, is little beside the rows.
namespace hadal::rows {

using Lanes = double __attribute__((vector_size(32), may_alias));

inline constexpr Index lanes = 4;              ///< doubles in a register
inline constexpr Index panel_max = 4 * lanes;  ///< columns

inline const Lanes* of(const double* x) { return reinterpret_cast<const Lanes*>(x); }
inline Lanes* of(double* x) { return reinterpret_cast<Lanes*>(x); }

inline Index padded(Index columns) { return (columns + lanes - 1) / lanes * lanes; }

/// f(std::integral_constant<int, V>) with V registers for a row of so many columns.
template <class F>
void with_registers(Index columns, const F& f) {
  switch (padded(columns) / lanes) {
    case 1:
      return f(std::integral_constant<int, 1>());
    case 2:
      return f(std::integral_constant<int, 2>());
    case 3:
      return f(std::integral_constant<int, 3>());
    default:
      return f(std::integral_constant<int, 4>());
  }
}

/// f(first, count, panel) for every panel of columns; panel: these columns of each factor, padded.
template <class F>
void for_each_panel(const std::vector<Factor>& factors, Index columns, const F& f) {
  std::vector<Factor> panel(factors.size());
  for (Index first = 0; first < columns; first += panel_max) {
    const Index count = std::min(panel_max, columns - first);
    for (std::size_t m = 0; m < factors.size(); ++m) {
      panel[m] = Factor::Zero(factors[m].rows(), padded(count));
      panel[m].leftCols(count) = factors[m].middleCols(first, count);
    }
    f(first, count, panel);
  }
}

/// out += R rows of a matrix, `stride` apart and `count` long, times block (count x 4 V), its
/// columns scaled.
template <int R, int V>
void add_product_of_rows(const double* slab, Index stride, Index count, const double* block,
                         const double* scale, double* out) {
  Lanes sum[R][V] = {};
  for (Index k = 0; k < count; ++k) {
    Lanes b[V];
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) b[v] = of(block)[k * V + v];
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) {
      const double x = slab[r * stride + k];
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) sum[r][v] += x * b[v];
    }
  }
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < V; ++v) of(out)[r * V + v] += of(scale)[v] * sum[r][v];
}

/// Rows that are multiplied at once: their sums fill most of the sixteen registers.
template <int V>
inline constexpr int rows_at_once = V == 4 ? 3 : 4;

/// out (n x 4 V) += slab (n x count, rows `stride` apart) times block (count x 4 V), its columns
/// scaled.
template <int V>
void add_product(const double* slab, Index stride, Index n, Index count, const double* block,
                 const double* scale, double* out) {
  constexpr int together = rows_at_once<V>;
  Index i = 0;
  for (; i + together <= n; i += together)
    add_product_of_rows<together, V>(slab + i * stride, stride, count, block, scale,
                                     out + i * lanes * V);
  for (; i < n; ++i)
    add_product_of_rows<1, V>(slab + i * stride, stride, count, block, scale, out + i * lanes * V);
}

/// out (n x 4 V) += the transpose of R rows of a matrix, n long and contiguous, times block
/// (R x 4 V).
template <int R, int V>
void add_transposed_rows(const double* slab, Index n, const double* block, double* out) {
  Lanes b[R][V];
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < V; ++v) b[r][v] = of(block)[r * V + v];
  for (Index j = 0; j < n; ++j) {
    Lanes* to = of(out) + j * V;
    Lanes sum[V];
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) sum[v] = to[v];
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) {
      const double x = slab[r * n + j];
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) sum[v] += x * b[r][v];
    }
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) to[v] = sum[v];
  }
}

/// out (n x 4 V) += the transpose of slab (count x n) times block (count x 4 V).
template <int V>
void add_transposed_product(const double* slab, Index n, Index count, const double* block,
                            double* out) {
  constexpr int together = rows_at_once<V>;
  Index l = 0;
  for (; l + together <= count; l += together)
    add_transposed_rows<together, V>(slab + l * n, n, block + l * lanes * V, out);
  for (; l < count; ++l) add_transposed_rows<1, V>(slab + l * n, n, block + l * lanes * V, out);
}

}  // namespace hadal::rows
