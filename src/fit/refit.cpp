#include "hadal/fit/refit.hpp"

#include <Eigen/Cholesky>
#include <Eigen/SVD>
#include <cmath>

#include "hadal/fit/matrix_fold.hpp"
#include "hadal/kernel/products.hpp"

namespace hadal {
namespace {

/// Atoms as vectors of length 1 (balanced ones: orthonormal bases), scaled as the prediction needs
/// them, and their sizes (balanced ones: singular values).
struct Spaces {
  Factor left, right;  ///< D_r E and D_c H, or A E and B H
  Vector sigma;

  Spaces(const RankOneFamily& family, const RankOneAtoms& atoms)
      : left(atoms.u.colwise().normalized()),
        right(atoms.v.colwise().normalized()),
        sigma(singular_values(atoms)) {
    family.lift_rows(left);
    family.lift_columns(right);
  }
};

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
  if (problem.structured()) return rescaled(problem, atoms);
  return factors_of(atoms, candidate.kind == "values"
                               ? refit_values(problem, atoms)
                               : refit_core(problem, atoms, candidate.ridge));
}

std::vector<Candidate> candidates_for(const MatrixProblem& problem) {
  std::vector<Candidate> candidates = {{"values", 0}};
  if (problem.structured()) return candidates;  // a core would mix parts that are kept apart
  const double curvature = static_cast<double>(problem.pattern().observed()) /
                           static_cast<double>(problem.pattern().rows()) /
                           static_cast<double>(problem.pattern().columns());
  for (const double ridge : {10.0, 1.0, 0.1}) candidates.push_back({"core", ridge * curvature});
  return candidates;
}

double held_out_error(const MatrixProblem& problem, const RankOneAtoms& atoms,
                      const Entries& held_out) {
  MatrixModel model;
  problem.describe(atoms, model);
  return prediction_error(model, model.u, model.v, held_out);
}

}  // namespace

namespace {

/// Least squares for the sizes of atoms, up to a constant: s^T normal s / 2 - right^T s.
struct SizesProblem {
  Matrix normal;
  Vector right;
};

SizesProblem sizes_problem(const MatrixProblem& problem, const RankOneAtoms& atoms) {
  const Spaces spaces(problem.family(), atoms);
  const Vector y = problem.target_at(atoms);
  const Vector& w = problem.weight();
  const Index r = atoms.size();
  Matrix normal = Matrix::Zero(r, r);
  Vector right = Vector::Zero(r);
  // Rows left_i * right_j, one for each entry, a block at a time: their products with themselves
  // are what takes the time, and BLAS does many at once.
  constexpr Index block = 1024;
  Factor rows(block, r);
  Index filled = 0;
  const auto flush = [&] {
    normal.selfadjointView<Eigen::Lower>().rankUpdate(rows.topRows(filled).transpose());
    filled = 0;
  };
  problem.pattern().for_each([&](Index k, Index i, Index j) {
    const double root = w.size() ? std::sqrt(w[k]) : 1;
    rows.row(filled) = root * spaces.left.row(i).cwiseProduct(spaces.right.row(j));
    right += root * y[k] * rows.row(filled).transpose();
    if (++filled == block) flush();
  });
  flush();
  // A ridge at rounding level: two atoms may look alike at the observed entries.
  normal.diagonal().array() += 1e-12 * normal.diagonal().maxCoeff();
  return {normal.selfadjointView<Eigen::Lower>(), right};
}

/// Minimises over s >= 0, one size at a time.
Vector nonnegative_sizes(const SizesProblem& problem, Vector s) {
  constexpr int sweep_max = 10000;
  for (int sweep = 0; sweep < sweep_max; ++sweep) {
    double moved = 0;
    for (Index c = 0; c < s.size(); ++c) {
      if (!(problem.normal(c, c) > 0)) continue;
      const double slope = problem.normal.col(c).dot(s) - problem.right[c];
      const double next = std::max(0.0, s[c] - slope / problem.normal(c, c));
      moved = std::max(moved, std::abs(next - s[c]));
      s[c] = next;
    }
    if (moved <= 1e-10 * s.cwiseAbs().maxCoeff()) break;
  }
  return s;
}

}  // namespace

Matrix refit_values(const MatrixProblem& problem, const RankOneAtoms& atoms) {
  const SizesProblem sizes = sizes_problem(problem, atoms);
  return Vector(sizes.normal.ldlt().solve(sizes.right)).asDiagonal();
}

RankOneAtoms rescaled(const MatrixProblem& problem, const RankOneAtoms& atoms) {
  const Vector before = singular_values(atoms);
  const Vector sizes = nonnegative_sizes(sizes_problem(problem, atoms), before);
  const Vector root = sizes.cwiseQuotient(before).cwiseSqrt();
  return {Factor(atoms.u * root.asDiagonal()), Factor(atoms.v * root.asDiagonal())};
}

Matrix refit_core(const MatrixProblem& problem, const RankOneAtoms& atoms, double ridge) {
  const Spaces spaces(problem.family(), atoms);
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
                                double lambda) {
  const Entries& entries = data.entries;
  const Split split =
      split_entries(entries, random_parts(held_out_together(data), 10, options.seed + 1), 0);
  if (split.held_out.size() == 0 || split.train.size() == 0) return {};
  const MatrixProblem train(split.train, options);
  SolveOptions solve = solve_options(options, train.space());
  solve.proof = Proof::none;
  solve.tolerance = std::max(options.tolerance, 1e-3);
  // The same strength relative to lambda_max, from nothing: a start from the full model's atoms
  // would let what is held out leak into its own prediction.
  const double ratio = lambda / problem.lambda_max();
  const RankOneAtoms fitted =
      train.solve(train.lambda_at(ratio), train.start(), solve, {}, {}).atoms;
  if (fitted.size() == 0) return {};

  const std::vector<Candidate> candidates = candidates_for(train);
  double best = held_out_error(train, fitted, split.held_out);
  const Candidate* chosen = nullptr;
  for (const Candidate& candidate : candidates) {
    const double error = held_out_error(train, refit(candidate, train, fitted), split.held_out);
    if (error < best) {
      best = error;
      chosen = &candidate;
    }
  }
  if (!chosen) return {};
  const RankOneAtoms factors = refit(*chosen, problem, atoms);
  const double unit = problem.factor_unit();
  return Refit{chosen->kind, Factor(unit * factors.u), Factor(unit * factors.v), best};
}

}  // namespace hadal
