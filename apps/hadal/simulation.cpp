#include "simulation.hpp"

#include <cmath>
#include <random>

namespace hadal::cli {
namespace {

using Random = std::mt19937_64;

Factor normal_factor(Index rows, Index columns, Random& random) {
  std::normal_distribution<double> normal;
  return Factor::NullaryExpr(rows, columns, [&] { return normal(random); });
}

double uniform(Random& random) { return std::uniform_real_distribution<double>()(random); }

void append(Entries& entries, Index row, Index column, double value) {
  entries.row.push_back(static_cast<std::int32_t>(row));
  entries.column.push_back(static_cast<std::int32_t>(column));
  entries.value.push_back(value);
}

}  // namespace

Simulated simulate(const Simulation& plan) {
  Random random(plan.seed);
  Simulated made;
  made.left = normal_factor(plan.rows, plan.rank, random);
  made.left /= std::sqrt(static_cast<double>(plan.rank));
  made.right = normal_factor(plan.columns, plan.rank, random);
  for (Entries* entries : {&made.observed, &made.held_out}) {
    entries->rows = plan.rows;
    entries->columns = plan.columns;
  }
  std::normal_distribution<double> noise(0.0, plan.noise > 0 ? plan.noise : 1.0);
  Index positions_left = plan.rows * plan.columns, wanted = plan.observed, aside = plan.held_out;
  for (Index i = 0; i < plan.rows; ++i) {
    for (Index j = 0; j < plan.columns; ++j, --positions_left) {
      if (uniform(random) * static_cast<double>(positions_left) >= static_cast<double>(wanted)) {
        continue;
      }
      const bool hold_out =
          uniform(random) * static_cast<double>(wanted) < static_cast<double>(aside);
      const double value =
          made.left.row(i).dot(made.right.row(j)) + (plan.noise > 0 ? noise(random) : 0.0);
      append(hold_out ? made.held_out : made.observed, i, j, value);
      aside -= hold_out;
      --wanted;
    }
  }
  return made;
}

}  // namespace hadal::cli
