#include "hadal/fit/refit.hpp"

#include <cmath>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/fit/matrix_fold.hpp"
#include "hadal/fit/part_count.hpp"
#include "hadal/fit/part_sizes.hpp"
#include "hadal/fit/unit_atoms.hpp"
#include "hadal/kernel/products.hpp"

namespace hadal {
namespace {

void weigh(const Vector& weight, Vector& s) {
  if (weight.size()) s.array() *= weight.array();
}

/// Factors of E K H^T in the shape of the model's own, through the singular values of K.
RankOneAtoms factors_of(const RankOneAtoms& atoms, const Matrix& k) {
  const Eigen::JacobiSVD<Matrix> svd(k, Eigen::ComputeFullU | Eigen::ComputeFullV);
  const Vector unscale = singular_values(atoms).cwiseSqrt().cwiseInverse();
  const Vector root = svd.singularValues().cwiseSqrt();
  return {Factor(atoms.u * unscale.asDiagonal() * svd.matrixU() * root.asDiagonal()),
          Factor(atoms.v * unscale.asDiagonal() * svd.matrixV() * root.asDiagonal())};
}

struct Candidate {
  std::string kind;
  double ridge = 0;  ///< of a core refit
};

RankOneAtoms refit(const Candidate& candidate, const MatrixProblem& problem,
                   const RankOneAtoms& atoms) {
  return factors_of(atoms, candidate.kind == "values"
                               ? refit_values(problem, atoms)
                               : refit_core(problem, atoms, candidate.ridge));
}

std::vector<Candidate> candidates_for(const MatrixProblem& problem) {
  const double curvature = static_cast<double>(problem.pattern().observed()) /
                           static_cast<double>(problem.pattern().rows()) /
                           static_cast<double>(problem.pattern().columns());
  std::vector<Candidate> candidates = {{"values", 0}};
  for (const double ridge : {10.0, 1.0, 0.1}) candidates.push_back({"core", ridge * curvature});
  return candidates;
}

double held_out_error(const MatrixProblem& problem, const RankOneAtoms& atoms,
                      const Entries& held_out) {
  MatrixModel model;
  problem.describe(atoms, model);
  return prediction_error(model, model.u, model.v, held_out);
}

/// A fit on part of the entries, and the entries held out of it.
struct Trial {
  const MatrixProblem& problem;
  const RankOneAtoms& atoms;
  const Entries& held_out;

  double error(const RankOneAtoms& refitted) const {
    return held_out_error(problem, refitted, held_out);
  }
};

Refit described(std::string kind, const MatrixProblem& problem, const RankOneAtoms& atoms,
                double error) {
  const double unit = problem.factor_unit();
  return {std::move(kind), Factor(unit * atoms.u), Factor(unit * atoms.v), error};
}

std::optional<Refit> tried_parts(const Trial& trial, const MatrixProblem& problem,
                                 const RankOneAtoms& atoms) {
  const PartCount kept = parts_worth_keeping(trial.problem, trial.atoms, trial.held_out);
  if (kept.count == 0 || !(kept.error < trial.error(trial.atoms))) return {};
  return refit_of_parts(problem, atoms, kept.count, kept.error);
}

std::optional<Refit> tried_spaces(const Trial& trial, const MatrixProblem& problem,
                                  const RankOneAtoms& atoms) {
  const std::vector<Candidate> candidates = candidates_for(trial.problem);
  double best = trial.error(trial.atoms);
  const Candidate* chosen = nullptr;
  for (const Candidate& candidate : candidates) {
    const double error = trial.error(refit(candidate, trial.problem, trial.atoms));
    if (error < best) {
      best = error;
      chosen = &candidate;
    }
  }
  if (!chosen) return {};
  return described(chosen->kind, problem, refit(*chosen, problem, atoms), best);
}

}  // namespace

Refit refit_of_parts(const MatrixProblem& problem, const RankOneAtoms& atoms, Index count,
                     double error) {
  return described("parts", problem, joined_parts(problem, atoms, count), error);
}

Matrix refit_values(const MatrixProblem& problem, const RankOneAtoms& atoms) {
  const SizesProblem sizes = sizes_problem(problem, atoms);
  return Vector(sizes.normal.ldlt().solve(sizes.right)).asDiagonal();
}

Matrix refit_core(const MatrixProblem& problem, const RankOneAtoms& atoms, double ridge) {
  const UnitAtoms spaces(problem.family(), atoms);
  const ObservedPattern& pattern = problem.pattern();
  const auto at_entries = [&](const Matrix& k, Vector& s) {
    sampled_product(pattern, Factor(spaces.left * k), spaces.right, s);
  };
  const auto gather = [&](Vector s) {
    weigh(problem.weight(), s);
    Factor sv;
    apply(pattern, s, spaces.right, sv);
    return Matrix(spaces.left.transpose() * sv);
  };
  // Conjugate gradients on the change of K, to far below what validation sees.
  Matrix k = spaces.sigma.asDiagonal();
  Vector s;
  at_entries(k, s);
  Matrix g = gather(problem.target_at(atoms) - s), p = g;
  double gg = g.squaredNorm();
  const double target = 1e-8 * gg;
  for (int step = 0; step < 60 && gg > target; ++step) {
    at_entries(p, s);
    const Matrix hp = gather(s) + ridge * p;
    const double a = gg / p.cwiseProduct(hp).sum();
    k += a * p;
    g -= a * hp;
    const double next = g.squaredNorm();
    p = g + next / gg * p;
    gg = next;
  }
  return k;
}

std::optional<Refit> best_refit(const MatrixData& data, const MatrixFitOptions& options,
                                const MatrixProblem& problem, const RankOneAtoms& atoms,
                                double lambda, const SolveObserver& watch, double time_left) {
  const Entries& entries = data.entries;
  const Split split =
      split_entries(entries, random_parts(held_out_together(data), 10, options.seed + 1), 0);
  if (split.held_out.size() == 0 || split.train.size() == 0) return {};
  const MatrixProblem train(split.train, options);
  SolveOptions solve = fold_options(options, train.space());
  solve.tolerance = std::max(options.tolerance, 1e-3);
  solve.settled = problem.structured() ? 1e-5 : 0;  // parts are small beside noise
  // More parts than the model has would be noise.
  if (problem.structured()) solve.size_max = atoms.size();
  solve.time_limit = std::max(1e-3, time_left);
  // The same strength relative to lambda_max, from nothing: a start from the full model's atoms
  // would let what is held out leak into its own prediction.
  const double ratio = lambda / problem.lambda_max();
  const SolveResult<RankOneAtoms> fitted =
      train.solve(train.lambda_at(ratio), train.start(), solve, watch, {});
  if (fitted.stop == StopReason::interrupted || fitted.stop == StopReason::time_limit) return {};
  if (fitted.atoms.size() == 0) return {};

  const Trial trial{train, fitted.atoms, split.held_out};
  return problem.structured() ? tried_parts(trial, problem, atoms)
                              : tried_spaces(trial, problem, atoms);
}

}  // namespace hadal
