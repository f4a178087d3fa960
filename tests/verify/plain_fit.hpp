#pragma once

#include <random>
#include <vector>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/data/matrix_data.hpp"
#include "hadal/model/matrix_model.hpp"

/// A small plain solver, written for the tests alone: accelerated proximal gradient in X', with the
/// offsets solved exactly by dense least squares, and a certificate by a dense singular value
/// decomposition. Good for a dozen rows and columns.
namespace hadal::test {

struct PlainOptions {
  double lambda_ratio = 0.3;  ///< of lambda_max
  double alpha = 0;
  OffsetTerms terms = OffsetTerms::none;
  OffsetPolicy policy = OffsetPolicy::mean;
  double ridge = 0;  ///< of free offsets
  double tolerance = 1e-9;
  int iterations = 20000;
};

struct Fitted {
  MatrixModel model;
  MatrixData data;
  PlainOptions options;
};

/// A matrix of rank 3 plus noise, observed with probability `density`, with row and column effects.
inline MatrixData random_data(Index rows, Index columns, double density, unsigned seed,
                              bool weighted = false) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  const auto draw = [&](Index n, Index m) {
    return Matrix(Matrix::NullaryExpr(n, m, [&] { return normal(generator); }));
  };
  Matrix full = draw(rows, 3) * draw(3, columns) + 0.3 * draw(rows, columns);
  full.colwise() += Vector(draw(rows, 1));
  full.rowwise() += Vector(draw(columns, 1)).transpose();
  MatrixData data;
  data.entries.rows = rows;
  data.entries.columns = columns;
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < columns; ++j) {
      if (uniform(generator) > density) continue;
      data.entries.row.push_back(static_cast<std::int32_t>(i));
      data.entries.column.push_back(static_cast<std::int32_t>(j));
      data.entries.value.push_back(full(i, j) + 2);
      if (weighted) data.entries.weight.push_back(0.5 + uniform(generator));
    }
  return data;
}

/// The problem as dense arrays; weight 0 where nothing is observed.
class PlainProblem {
 public:
  PlainProblem(const MatrixData& data, const PlainOptions& options)
      : options_(options),
        y_(Matrix::Zero(data.entries.rows, data.entries.columns)),
        w_(y_),
        scale_(Matrix::Ones(y_.rows(), y_.cols())) {
    const Entries& entries = data.entries;
    for (std::size_t k = 0; k < entries.value.size(); ++k) {
      y_(entries.row[k], entries.column[k]) = entries.value[k];
      w_(entries.row[k], entries.column[k]) = entries.weight.empty() ? 1 : entries.weight[k];
    }
    const Matrix seen = (w_.array() > 0).cast<double>();
    if (options.alpha > 0) {
      norm.alpha = options.alpha;
      norm.row_scale = seen.rowwise().sum().cwiseMax(1).array().pow(-options.alpha / 2);
      norm.column_scale =
          seen.colwise().sum().transpose().cwiseMax(1).array().pow(-options.alpha / 2);
      scale_ = norm.row_scale * norm.column_scale.transpose();
    }
    offset = best_offset(Matrix::Zero(y_.rows(), y_.cols()));
  }

  Matrix offsets() const {
    Matrix all = Matrix::Constant(y_.rows(), y_.cols(), offset.global);
    if (offset.row.size()) all.colwise() += offset.row;
    if (offset.column.size()) all.rowwise() += offset.column.transpose();
    return all;
  }
  /// R = w (y - offset - scale X').
  Matrix residual(const Matrix& x) const {
    return w_.cwiseProduct(y_ - offsets() - scale_.cwiseProduct(x));
  }
  /// Q = scale R.
  Matrix gradient(const Matrix& x) const { return scale_.cwiseProduct(residual(x)); }

  double loss(const Matrix& x) const {
    const Matrix error = y_ - offsets() - scale_.cwiseProduct(x);
    double value = error.cwiseAbs2().cwiseProduct(w_).sum() / 2;
    if (offset.policy == OffsetPolicy::free)
      value +=
          offset.ridge / 2 *
          (offset.global * offset.global + offset.row.squaredNorm() + offset.column.squaredNorm());
    return value;
  }

  /// D(s) as linear and quadratic coefficient.
  std::pair<double, double> dual(const Matrix& x) const {
    const Matrix r = residual(x);
    const bool free = offset.policy == OffsetPolicy::free;
    const Matrix target = free ? y_ : Matrix(y_ - offsets());
    double quadratic = 0;
    for (Index k = 0; k < r.size(); ++k)
      if (w_.data()[k] > 0) quadratic += r.data()[k] * r.data()[k] / w_.data()[k];
    if (free && offset.terms != OffsetTerms::none) {
      double square = r.sum() * r.sum();
      if (offset.row.size()) square += r.rowwise().sum().squaredNorm();
      if (offset.column.size()) square += r.colwise().sum().squaredNorm();
      quadratic += square / offset.ridge;
    }
    return {r.cwiseProduct(target).sum(), quadratic};
  }

  double lipschitz() const { return w_.cwiseProduct(scale_.cwiseAbs2()).maxCoeff(); }

  /// Offsets for a given X': means do not depend on it, free ones are a ridge regression.
  Offset best_offset(const Matrix& x) const {
    Offset best;
    best.terms = options_.terms;
    best.policy = options_.policy;
    best.ridge = options_.policy == OffsetPolicy::free ? options_.ridge : 0;
    const Index rows = y_.rows(), columns = y_.cols();
    const bool by_row = best.terms == OffsetTerms::rows || best.terms == OffsetTerms::both;
    const bool by_column = best.terms == OffsetTerms::columns || best.terms == OffsetTerms::both;
    if (by_row) best.row = Vector::Zero(rows);
    if (by_column) best.column = Vector::Zero(columns);
    if (best.terms == OffsetTerms::none) return best;
    if (best.policy == OffsetPolicy::mean && best.terms != OffsetTerms::both) {
      best.global = w_.cwiseProduct(y_).sum() / w_.sum();
      const Matrix rest = w_.cwiseProduct(Matrix((y_.array() - best.global).matrix()));
      if (by_row)
        best.row = rest.rowwise().sum().cwiseQuotient(w_.rowwise().sum().cwiseMax(1e-300));
      if (by_column)
        best.column = rest.colwise().sum().transpose().cwiseQuotient(
            w_.colwise().sum().transpose().cwiseMax(1e-300));
      return best;
    }
    const Index unknowns = 1 + (by_row ? rows : 0) + (by_column ? columns : 0);
    Matrix normal = best.ridge * Matrix::Identity(unknowns, unknowns);
    Vector right = Vector::Zero(unknowns);
    const Matrix target =
        best.policy == OffsetPolicy::free ? Matrix(y_ - scale_.cwiseProduct(x)) : y_;
    for (Index i = 0; i < rows; ++i)
      for (Index j = 0; j < columns; ++j) {
        Vector indicator = Vector::Zero(unknowns);
        indicator[0] = 1;
        if (by_row) indicator[1 + i] = 1;
        if (by_column) indicator[1 + (by_row ? rows : 0) + j] = 1;
        normal += w_(i, j) * indicator * indicator.transpose();
        right += w_(i, j) * target(i, j) * indicator;
      }
    const Vector solution = normal.completeOrthogonalDecomposition().solve(right);
    best.global = solution[0];
    if (by_row) best.row = solution.segment(1, rows);
    if (by_column) best.column = solution.tail(columns);
    return best;
  }

  double rmse(const Matrix& x) const {
    const Matrix error = y_ - offsets() - scale_.cwiseProduct(x);
    const Matrix seen = (w_.array() > 0).cast<double>();
    return std::sqrt(error.cwiseAbs2().cwiseProduct(seen).sum() / seen.sum());
  }

  NormWeights norm;
  Offset offset;

 private:
  PlainOptions options_;
  Matrix y_, w_, scale_;
};

inline double largest_singular_value(const Matrix& m) {
  return Eigen::JacobiSVD<Matrix>(m).singularValues()[0];
}

/// Fills in what the model, as it stands, may claim.
inline void claim(MatrixModel& model, const PlainProblem& problem, Proof proof) {
  const Matrix x = model.u * model.v.transpose();
  Certificate& claim = model.certificate;
  claim.objective =
      problem.loss(x) + model.lambda * (model.u.squaredNorm() + model.v.squaredNorm()) / 2;
  claim.polar_bound = largest_singular_value(problem.gradient(x)) * (1 + 1e-12);
  const auto [linear, quadratic] = problem.dual(x);
  const double largest = claim.polar_bound > model.lambda ? model.lambda / claim.polar_bound : 1.0;
  claim.dual_scale = quadratic > 0 ? std::min(largest, linear / quadratic) : largest;
  claim.lower_bound =
      claim.dual_scale * linear - claim.dual_scale * claim.dual_scale * quadratic / 2;
  claim.gap = claim.objective - claim.lower_bound;
  claim.relative_gap = claim.gap / std::max(1e-300, claim.objective);
  claim.proof = proof;
  claim.method = "dense singular values";
  claim.failure_probability = proof == Proof::none ? 1 : proof == Proof::probabilistic ? 1e-12 : 0;
  model.status = status_of(claim, model.tolerance);
  model.train_error = problem.rmse(x);
  model.validation_error = std::numeric_limits<double>::quiet_NaN();
}

inline Fitted plain_fit(MatrixData data, const PlainOptions& options,
                        Proof proof = Proof::deterministic) {
  PlainProblem problem(data, options);
  const Index rows = data.entries.rows, columns = data.entries.columns;
  Matrix x = Matrix::Zero(rows, columns), before = x;
  Fitted fitted;
  MatrixModel& model = fitted.model;
  model.lambda_max = largest_singular_value(problem.gradient(x));
  model.lambda = options.lambda_ratio * model.lambda_max;
  model.tolerance = options.tolerance;
  const double step = 1 / problem.lipschitz();
  double momentum = 1, objective = std::numeric_limits<double>::infinity();
  for (int k = 0; k < options.iterations; ++k) {
    const double next_momentum = (1 + std::sqrt(1 + 4 * momentum * momentum)) / 2;
    const Matrix ahead = x + (momentum - 1) / next_momentum * (x - before);
    if (options.policy == OffsetPolicy::free) problem.offset = problem.best_offset(ahead);
    const Eigen::JacobiSVD<Matrix> svd(ahead + step * problem.gradient(ahead),
                                       Eigen::ComputeThinU | Eigen::ComputeThinV);
    const Vector values = (svd.singularValues().array() - step * model.lambda).max(0);
    before = x;
    x = svd.matrixU() * values.asDiagonal() * svd.matrixV().transpose();
    if (options.policy == OffsetPolicy::free) problem.offset = problem.best_offset(x);
    const Index size = (values.array() > 0).count();
    const Vector roots = values.head(size).cwiseSqrt();
    model.u = svd.matrixU().leftCols(size) * roots.asDiagonal();
    model.v = svd.matrixV().leftCols(size) * roots.asDiagonal();
    const double now = problem.loss(x) + model.lambda * values.sum();
    const bool rising = now > objective;
    if ((x - before).norm() <= 1e-15 * x.norm()) break;
    momentum = rising ? 1 : next_momentum;
    objective = now;
  }
  model.norm = problem.norm;
  model.offset = problem.offset;
  claim(model, problem, proof);
  fitted.data = std::move(data);
  fitted.options = options;
  return fitted;
}

}  // namespace hadal::test
