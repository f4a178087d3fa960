#include "tensor_problem.hpp"

#include <algorithm>
#include <cmath>

#include "factor_norm.hpp"

namespace hadal::verify {
namespace {

/// lambda sum_c prod_m norm_m(w_mc), less lambda.
GivenPenalty penalty_of(const TensorModel& model, const Scaling& scaling) {
  GivenPenalty penalty;
  for (Index c = 0; c < model.size(); ++c) {
    Real product = 1;
    for (std::size_t m = 0; m < model.factors.size(); ++m)
      product *= norm_of_column(model.norms[m], model.factors[m], c);
    penalty.value += product;
  }
  penalty.value = std::ldexp(penalty.value, -scaling.data);
  penalty.operations = static_cast<double>(model.size()) + 8;
  for (std::size_t m = 0; m < model.factors.size(); ++m) {
    const auto edges = model.norms[m].tv > 0 ? model.norms[m].graph.edges.size() : std::size_t{0};
    penalty.operations +=
        static_cast<double>(model.factors[m].rows() + 16) + static_cast<double>(edges);
  }
  return penalty;
}

/// The products of the rows of all factors but the first, for every column that occurs. Made in
/// extended precision, whose exponents are far from their limits, and rounded once.
Factor column_products(const TensorModel& model, const Positions& positions, const Lines& columns) {
  std::vector<Index> first(static_cast<std::size_t>(columns.count), -1);
  for (Index k = 0; k < positions.size(); ++k) {
    Index& entry = first[static_cast<std::size_t>(columns.of_entry[static_cast<std::size_t>(k)])];
    if (entry < 0) entry = k;
  }
  Factor v = Factor::Zero(columns.count, model.size());
#pragma omp parallel for schedule(static)
  for (Index j = 0; j < columns.count; ++j) {
    const Index k = first[static_cast<std::size_t>(j)];
    if (k < 0) continue;
    for (Index c = 0; c < model.size(); ++c) {
      Real product = 1;
      for (std::size_t m = 1; m < model.factors.size(); ++m)
        product *= model.factors[m](positions.at(m, k), c);
      v(j, c) = static_cast<double>(product);
    }
  }
  return v;
}

/// What vanishes where an element of u or v is below the smallest double: less than that each.
Real lost_to_underflow(const Problem& problem) {
  const auto longest = [](const Factor& x) {
    Real most = 0;
    for (Index i = 0; i < x.rows(); ++i) {
      Real sum = 0;
      for (Index c = 0; c < x.cols(); ++c) sum += std::abs(Real{x(i, c)}) + 0x1p-1074L;
      most = std::max(most, sum);
    }
    return most;
  };
  return 2 * 0x1p-1074L * (longest(problem.u) + longest(problem.v));
}

}  // namespace

Problem scaled_problem(const TensorModel& model, const TensorEntries& entries,
                       const Positions& positions) {
  const Lines rows = positions.lines(1), columns = positions.lines(positions.all() - 1);
  Problem problem;
  problem.scaling = scaling_of(model.loss, entries.value, entries.weight);
  const Scaling& scaling = problem.scaling;
  problem.rows = rows.count;
  problem.columns = columns.count;
  problem.loss = model.loss;
  problem.categories = std::max<Index>(1, std::ssize(model.categories));
  problem.threshold = scaling.of_data(model.huber_threshold);
  problem.lambda = scaling.of_lambda(model.lambda);
  problem.structured = true;
  problem.u = model.factors.front().unaryExpr([&](double x) { return scaling.of_data(x); });
  problem.v = column_products(model, positions, columns);
  problem.penalty = penalty_of(model, scaling);
  problem.factor_roundings = 2;
  problem.factor_loss = lost_to_underflow(problem);
  take_entries(
      {rows.count, columns.count, rows.of_entry, columns.of_entry, entries.value, entries.weight},
      problem);
  return problem;
}

Problem without_components(Problem problem) {
  problem.u.resize(problem.rows, 0);
  problem.v.resize(problem.columns, 0);
  problem.penalty = GivenPenalty{};
  problem.factor_loss = 0;
  return problem;
}

}  // namespace hadal::verify
