#include "hadal/loss/free_offset.hpp"

#include "hadal/error.hpp"

namespace hadal {

FreeOffsetLoss::FreeOffsetLoss(const ObservedPattern& pattern, SquaredLoss base, bool rows,
                               bool columns, double ridge)
    : pattern_(pattern), base_(std::move(base)), rows_(rows), columns_(columns), ridge_(ridge) {
  if (!(ridge > 0)) {
    throw ArgumentError("free offsets: ridge " + std::to_string(ridge) +
                        " was given; expected > 0");
  }
  const Vector ones = Vector::Ones(pattern.observed());
  gather(base_.weight().size() ? base_.weight() : ones, diagonal_);
  diagonal_.array() += ridge_;
}

// b is laid out as [global, one per row if any, one per column if any].
void FreeOffsetLoss::subtract(const Vector& b, Vector& e) const {
  const double* row = b.data() + 1;
  const double* column = row + (rows_ ? pattern_.rows() : 0);
  pattern_.for_each([&](Index k, Index i, Index j) {
    e[k] -= b[0] + (rows_ ? row[i] : 0.0) + (columns_ ? column[j] : 0.0);
  });
}

void FreeOffsetLoss::gather(const Vector& q, Vector& sums) const {
  const Index row_count = rows_ ? pattern_.rows() : 0;
  const Index column_count = columns_ ? pattern_.columns() : 0;
  sums = Vector::Zero(1 + row_count + column_count);
  double* row = sums.data() + 1;
  double* column = row + row_count;
  pattern_.for_each([&](Index k, Index i, Index j) {
    sums[0] += q[k];
    if (rows_) row[i] += q[k];
    if (columns_) column[j] += q[k];
  });
}

Vector FreeOffsetLoss::fit_offsets(const Vector& e) const {
  Vector q = e, g;
  base_.apply_hessian(q);
  gather(q, g);
  Vector b = Vector::Zero(g.size());
  const double scale = g.cwiseAbs2().cwiseQuotient(diagonal_).sum();
  if (scale == 0) return b;
  Vector z = g.cwiseQuotient(diagonal_), p = z, hp;
  double gz = g.dot(z);
  // Global, row and column offsets overlap up to the ridge, so a handful of directions are badly
  // conditioned; in exact arithmetic as many steps as there are distinct counts are enough.
  for (Index step = 0; step < 2 * g.size() + 20 && gz > 1e-30 * scale; ++step) {
    q.setZero();
    subtract(p, q);
    base_.apply_hessian(q);
    gather(q, hp);
    hp = ridge_ * p - hp;
    const double a = gz / p.dot(hp);
    b += a * p;
    g -= a * hp;
    z = g.cwiseQuotient(diagonal_);
    const double next = g.dot(z);
    p = z + next / gz * p;
    gz = next;
  }
  return b;
}

double FreeOffsetLoss::evaluate(const Vector& z, Vector& residual) const {
  residual = base_.target() - z;
  const Vector b = fit_offsets(residual);
  subtract(b, residual);
  const Vector e = residual;
  base_.apply_hessian(residual);
  return (e.dot(residual) + ridge_ * b.squaredNorm()) / 2;
}

DualPoint FreeOffsetLoss::dual(const Vector& residual, double s_max) const {
  // At the optimum the sums B^T R cancel down to ridge * b, so their rounding is that of the
  // absolute sums: at most u times the number of terms times sum |R|, for each of them.
  Vector sums, sizes;
  gather(residual, sums);
  gather(residual.cwiseAbs(), sizes);
  const Vector errors = sizes * (static_cast<double>(residual.size()) * 0x1p-52);
  DualParabola parabola = base_.parabola(residual);
  parabola.quadratic += sums.squaredNorm() / ridge_;
  parabola.quadratic_error = (2 * sums.cwiseAbs().dot(errors) + errors.squaredNorm()) / ridge_;
  return maximise(parabola, s_max);
}

void FreeOffsetLoss::apply_hessian(Vector& s) const {
  subtract(fit_offsets(s), s);
  base_.apply_hessian(s);
}

OffsetValues FreeOffsetLoss::offsets_at(const Vector& z) const {
  const Vector b = fit_offsets(base_.target() - z);
  OffsetValues values;
  values.global = b[0];
  if (rows_) values.row = b.segment(1, pattern_.rows());
  if (columns_) values.column = b.tail(pattern_.columns());
  return values;
}

}  // namespace hadal
