#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include "dual_norm.hpp"
#include "hadal/algebra/decompositions.hpp"
#include "hadal/certify/structured_bound.hpp"
#include "verified_gram.hpp"

namespace hadal {
namespace {

/// What squares may lose to underflow, beside values of magnitude one.
constexpr double vanished = 1e-150;

NormTerm strongest(const FactorNorm& norm) { return norm.l2 > 0 ? NormTerm::l2 : NormTerm::l1; }

/// >= the dual norm, given that computed magnitudes err by the rounding of sums of `terms` squares.
double largest_magnitude(const DualNorm& dual, const Factor& x) {
  if (x.size() == 0) return 0;
  const auto terms = static_cast<double>(std::max(x.rows(), x.cols()));
  return magnitudes(dual, x).maxCoeff() * (1 + rounding_gamma(terms + 8)) + vanished;
}

/// sqrt of the largest eigenvalue of R^T R + M, proved.
double spectral(const Factor& remainder, const PolarSlack& slack) {
  const bool covered = slack.gram_cover.size() > 0;
  const bool rows = covered ? slack.gram_on_rows : remainder.rows() < remainder.cols();
  Gram gram = gram_of_tall(rows ? Factor(remainder.transpose()) : remainder);
  if (covered) {
    gram.lower += slack.gram_cover.cast<double>();
    const Vector sums = gram.lower.cwiseAbs().rowwise().sum();
    gram.error += 2 * unit_roundoff * sums.maxCoeff();
  }
  const Eigen::SelfAdjointEigenSolver<Matrix> eigen(gram.lower, Eigen::EigenvaluesOnly);
  const double largest = eigen.eigenvalues().size() > 0 ? eigen.eigenvalues().maxCoeff() : 0.0;
  if (!(largest > 1e-270)) return std::sqrt(gram.lower.cwiseAbs().sum() + gram.error) * 1.01;
  return verified_root(gram, std::sqrt(largest), 1e-12);
}

/// Most additions that an element of a piece takes part in.
double additions(const SlackPiece& piece, const FactorNorm& u, const FactorNorm& v) {
  if (piece.row != NormTerm::tv && piece.column != NormTerm::tv) return 1;
  const Graph& graph = piece.row == NormTerm::tv ? u.graph : v.graph;
  std::vector<int> degree(static_cast<std::size_t>(graph.vertices));
  for (const Edge& edge : graph.edges) {
    ++degree[static_cast<std::size_t>(edge.a)];
    ++degree[static_cast<std::size_t>(edge.b)];
  }
  return degree.empty() ? 0 : *std::ranges::max_element(degree);
}

PolarBound unproven() {
  return {std::numeric_limits<double>::infinity(), Proof::none,
          "no proof: squares overflow, or terms are charged twice", 1};
}

}  // namespace

PolarBound slack_bound(const Factor& q, const FactorNorm& u, const FactorNorm& v,
                       const PolarSlack& slack) {
  Factor remainder = q.unaryExpr([&](double x) { return std::ldexp(x, -slack.exponent); });
  // Entry by entry a sum of n terms errs by at most gamma_n times the sum of their magnitudes,
  // whose Frobenius norm is at most the sum of the terms' norms; || |D| || <= sqrt(2 degree).
  double size = remainder.norm(), terms = 4, bound = 0;
  if (slack.cover.size() > 0) {
    const Factor cover = slack.cover.cast<double>();
    remainder += cover;
    size += cover.norm();
  }
  // The largest share bounds the sum only where each pair of terms is charged once.
  std::set<std::pair<NormTerm, NormTerm>> taken{{strongest(u), strongest(v)}};
  for (const SlackPiece& piece : slack.pieces) {
    if (!taken.emplace(piece.row, piece.column).second) return unproven();
    const Factor values = piece.values.cast<double>();
    add_part(piece.row, piece.column, values, u.graph, v.graph, -1, remainder);
    const double count = additions(piece, u, v);
    terms += count;
    size += std::sqrt(2 * count) * values.norm();
    const DualNorm dual = dual_norm(piece.row, piece.column, u, v);
    bound = std::max(bound, largest_magnitude(dual, values) / weight_of(dual, u, v));
  }
  const DualNorm dual = dual_norm(strongest(u), strongest(v), u, v);
  const double rest =
      dual.spectral() ? spectral(remainder, slack) : largest_magnitude(dual, remainder);
  // What rounding left out, E, is charged to ||u||_2 ||v||_2 <= norm_u norm_v / ((l1 + l2) (l1 +
  // l2)).
  const double margin = 1.01 * rounding_gamma(terms) * size + vanished;
  bound = std::max(bound, rest / weight_of(dual, u, v)) + margin / ((u.l1 + u.l2) * (v.l1 + v.l2));
  bound = std::nextafter(std::ldexp(bound * (1 + 8 * unit_roundoff), slack.exponent),
                         std::numeric_limits<double>::infinity());
  if (!std::isfinite(bound)) return unproven();
  return {bound, Proof::deterministic, "convex relaxation of the polar, verified", 0};
}

}  // namespace hadal
