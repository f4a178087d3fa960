#include "factor_norm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "hadal/error.hpp"

namespace hadal::verify {

void require_norm(const FactorNorm& norm, Index elements, double least, double most) {
  for (const double weight : {norm.l1, norm.l2, norm.tv})
    if (!(weight == 0 || (weight >= least && weight <= most)))
      throw ModelError(
          fmt::format("the norm of a factor has the weight {}, expected 0, or a number from {} to "
                      "{}",
                      weight, least, most));
  if (!(norm.l1 + norm.l2 > 0))
    throw ModelError("the norm of a factor has neither l1 nor l2, expected one of them");
  if (norm.tv == 0) return;
  const auto outside = [&](Index vertex) { return vertex < 0 || vertex >= elements; };
  const bool fits = norm.graph.vertices == elements &&
                    std::none_of(norm.graph.edges.begin(), norm.graph.edges.end(),
                                 [&](const Edge& e) { return outside(e.a) || outside(e.b); });
  if (!fits)
    throw ModelError(fmt::format(
        "the graph of a total variation has {} vertices, expected the {} elements of its factor",
        norm.graph.vertices, elements));
}

Real norm_of_column(const FactorNorm& norm, const Factor& factor, Index c) {
  Real absolute = 0, square = 0, variation = 0;
  for (Index k = 0; k < factor.rows(); ++k) {
    const Real x = factor(k, c);
    absolute += std::abs(x);
    square += x * x;
  }
  if (norm.tv > 0)
    for (const Edge& edge : norm.graph.edges)
      variation += std::abs(Real{factor(edge.a, c)} - Real{factor(edge.b, c)});
  return norm.l1 * absolute + norm.l2 * std::sqrt(square) + norm.tv * variation;
}

Real structured_penalty(const FactorNorm& norm_u, const Factor& u, const FactorNorm& norm_v,
                        const Factor& v) {
  Real sum = 0;
  for (Index c = 0; c < u.cols(); ++c)
    sum += norm_of_column(norm_u, u, c) * norm_of_column(norm_v, v, c);
  return sum;
}

double penalty_operations(const FactorNorm& norm_u, const FactorNorm& norm_v, Index rows,
                          Index columns, Index atoms) {
  const auto edges = [](const FactorNorm& norm) {
    return norm.tv > 0 ? static_cast<double>(norm.graph.edges.size()) : 0.0;
  };
  return static_cast<double>(rows + columns + atoms) + edges(norm_u) + edges(norm_v) + 16;
}

Real spectral_share(const FactorNorm& norm_u, const FactorNorm& norm_v) {
  return (Real{norm_u.l1} + norm_u.l2) * (Real{norm_v.l1} + norm_v.l2);
}

}  // namespace hadal::verify
