#include "hadal/fit/refit.hpp"

#include <Eigen/Cholesky>
#include <Eigen/SVD>
#include <cmath>

#include "hadal/fit/matrix_fold.hpp"
#include "hadal/kernel/products.hpp"

namespace hadal {
namespace {

/// Balanced atoms as orthonormal bases, scaled as the prediction needs them, and singular values.
struct Spaces {
  Factor left, right;  ///< D_r E and D_c H
  Vector sigma;

  Spaces(const RankOneFamily& family, const RankOneAtoms& atoms)
      : left(atoms.u), right(atoms.v), sigma(singular_values(atoms)) {
    left = left * sigma.cwiseSqrt().cwiseInverse().asDiagonal();
    right = right * sigma.cwiseSqrt().cwiseInverse().asDiagonal();
    family.scale_rows(left);
    family.scale_columns(right);
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

Matrix refit(const Candidate& candidate, const MatrixProblem& problem, const RankOneAtoms& atoms) {
  return candidate.kind == "values" ? refit_values(problem, atoms)
                                    : refit_core(problem, atoms, candidate.ridge);
}

double held_out_error(const MatrixProblem& problem, const RankOneAtoms& atoms,
                      const Entries& held_out) {
  MatrixModel model;
  problem.describe(atoms, model);
  return prediction_error(model, model.u, model.v, held_out);
}

}  // namespace

Matrix refit_values(const MatrixProblem& problem, const RankOneAtoms& atoms) {
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
  const Vector values = normal.selfadjointView<Eigen::Lower>().ldlt().solve(right);
  return values.asDiagonal();
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
  SolveOptions solve = solve_options(options, train.pattern());
  solve.proof = Proof::none;
  solve.tolerance = std::max(options.tolerance, 1e-3);
  // The same strength relative to lambda_max, from nothing: a start from the full model's atoms
  // would let what is held out leak into its own prediction.
  const double ratio = lambda / problem.lambda_max();
  const RankOneAtoms fitted =
      train.solve(train.lambda_at(ratio), train.start(), solve, {}, {}).atoms;
  if (fitted.size() == 0) return {};

  const double curvature = static_cast<double>(split.train.size()) /
                           static_cast<double>(entries.rows) / static_cast<double>(entries.columns);
  std::vector<Candidate> candidates = {{"values", 0}};
  for (const double ridge : {10.0, 1.0, 0.1}) candidates.push_back({"core", ridge * curvature});
  double best = held_out_error(train, fitted, split.held_out);
  const Candidate* chosen = nullptr;
  for (const Candidate& candidate : candidates) {
    const RankOneAtoms factors = factors_of(fitted, refit(candidate, train, fitted));
    const double error = held_out_error(train, factors, split.held_out);
    if (error < best) {
      best = error;
      chosen = &candidate;
    }
  }
  if (!chosen) return {};
  const RankOneAtoms factors = factors_of(atoms, refit(*chosen, problem, atoms));
  const double root = std::sqrt(problem.data_unit());
  return Refit{chosen->kind, Factor(root * factors.u), Factor(root * factors.v), best};
}

}  // namespace hadal
