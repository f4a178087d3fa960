#include "hadal/prox/total_variation.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "math/support.hpp"

namespace hadal {
namespace {

/// How far y is from the minimiser of ||y - x||^2 / 2 + t TV(y), measured without the algorithm:
/// the dual box problem min ||x - D^T p||^2 / 2, |p| <= t, by exact steps on one edge at a time.
Vector reference(const Graph& graph, const Vector& x, double t) {
  std::vector<double> p(graph.edges.size(), 0);
  Vector y = x;
  for (int sweep = 0; sweep < 200000; ++sweep) {
    double moved = 0;
    for (std::size_t e = 0; e < p.size(); ++e) {
      const Edge edge = graph.edges[e];
      const double next = std::clamp(p[e] + (y[edge.a] - y[edge.b]) / 2, -t, t), d = next - p[e];
      p[e] = next;
      y[edge.a] -= d;
      y[edge.b] += d;
      moved = std::max(moved, std::abs(d));
    }
    if (moved < 1e-15 * (1 + x.cwiseAbs().maxCoeff())) break;
  }
  return y;
}

Vector chain_prox(const Vector& x, double t) {
  Vector y(x.size());
  ChainTotalVariation().prox(x.data(), x.size(), t, y.data());
  return y;
}

TEST(ChainTotalVariation, AgreesWithTheDualSolvedEdgeByEdge) {
  test::Random random(1);
  for (int trial = 0; trial < 300; ++trial) {
    const Index n = random.integer(1, 15);
    Vector x = random.vector(n);
    if (trial % 3 == 0) x = x.array().round();  // ties
    const double t = trial % 5 == 0 ? 0 : std::exp(random.uniform(-3, 2));
    const Vector y = chain_prox(x, t);
    EXPECT_LT((y - reference(lattice(GraphKind::chain, {n, 1, 1}), x, t)).cwiseAbs().maxCoeff(),
              1e-10);
  }
}

TEST(ChainTotalVariation, KnowsItsClosedForms) {
  EXPECT_EQ(chain_prox((Vector(2) << 0, 10).finished(), 3), (Vector(2) << 3, 7).finished());
  EXPECT_LT((chain_prox((Vector(3) << 1, 2, 6).finished(), 100) - Vector::Constant(3, 3)).norm(),
            1e-12);
  const Vector constant = Vector::Constant(5, 2);
  EXPECT_EQ(chain_prox(constant, 1), constant);
}

TEST(ChainTotalVariation, WorksInPlaceAndOnLongSteps) {
  const Index n = 100000;
  Vector x(n);
  for (Index i = 0; i < n; ++i) x[i] = i < n / 2 ? 0 : 1;
  ChainTotalVariation().prox(x.data(), n, 100, x.data());
  const double shift = 100.0 / (static_cast<double>(n) / 2);
  EXPECT_NEAR(x[0], shift, 1e-9);
  EXPECT_NEAR(x[n - 1], 1 - shift, 1e-9);
}

TEST(GraphTotalVariation, AgreesWithTheDualSolvedEdgeByEdge) {
  test::Random random(2);
  const std::vector<Graph> graphs = {lattice(GraphKind::grid4, {4, 3, 1}),
                                     lattice(GraphKind::grid8, {4, 4, 1}),
                                     lattice(GraphKind::grid6, {3, 2, 3}),
                                     lattice(GraphKind::grid26, {2, 3, 2}),
                                     graph_of_edges(6, {{0, 1}, {1, 2}, {2, 0}, {3, 4}, {0, 1}}),
                                     graph_of_edges(3, {})};
  for (const Graph& graph : graphs) {
    const GraphTotalVariation variation(graph);
    for (const double t : {0.0, 0.05, 0.3, 1.0, 10.0}) {
      const Vector x = random.vector(graph.vertices);
      Vector dual, y;
      const double gap = variation.prox(x, t, {}, 1e-22, 100000, dual, y);
      EXPECT_LT((y - reference(graph, x, t)).cwiseAbs().maxCoeff(), 1e-10)
          << to_string(graph.kind) << " t " << t << " gap " << gap;
    }
  }
}

/// With shrinkage most elements are 0 and their edges rest; the limit is that of the composition,
/// total variation first.
TEST(GraphTotalVariation, WithShrinkageIsTheComposition) {
  test::Random random(5);
  const Graph graph = lattice(GraphKind::grid8, {40, 9, 1});
  const GraphTotalVariation variation(graph);
  for (const bool nonnegative : {false, true}) {
    Vector x = random.vector(graph.vertices);
    x.head(60).array() += 2;
    Vector dual, composed, y, other;
    variation.prox(x, 0.3, {}, 1e-24, 100000, dual, composed);
    const Shrinkage rest{0.5, 0.4, nonnegative};
    rest(composed);
    ASSERT_GT((composed.array() == 0).count(), graph.vertices / 2);
    EXPECT_LE(variation.prox(x, 0.3, rest, 0, 5000, other, y), 1e-14);  // its own rounding
    EXPECT_LT((y - composed).cwiseAbs().maxCoeff(), 1e-10);
  }
}

TEST(GraphTotalVariation, ItsGapBoundsTheDistanceAndWarmStartsHelp) {
  test::Random random(3);
  const Graph graph = lattice(GraphKind::grid8, {12, 9, 1});
  const GraphTotalVariation variation(graph);
  const Vector x = random.vector(graph.vertices);
  Vector dual, exact, y, again;
  variation.prox(x, 0.4, {}, 1e-24, 100000, dual, exact);
  EXPECT_LE(variation.prox(x, 0.4, {}, 1e-12, 0, dual, again), 1e-12)
      << "its own dual needs no step";
  for (const int steps : {0, 1, 3, 10, 100}) {
    Vector fresh;
    const double gap = variation.prox(x, 0.4, {}, 0, steps, fresh, y);
    // The objective is strongly convex with modulus 1.
    EXPECT_LE((y - exact).squaredNorm() / 2, gap + 1e-12);
  }
}

}  // namespace
}  // namespace hadal
