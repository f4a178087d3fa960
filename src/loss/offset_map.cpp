#include "hadal/loss/offset_map.hpp"

#include <utility>

namespace hadal {

Vector OffsetValues::on(const ObservedPattern& pattern) const {
  Vector sum(pattern.observed());
  pattern.for_each([&](Index k, Index i, Index j) {
    sum[k] = global + (row.size() ? row[i] : 0.0) + (column.size() ? column[j] : 0.0);
  });
  return sum;
}

void OffsetMap::accumulate(double sign, const Vector& b, Vector& z) const {
  const double* row = b.data() + 1;
  const double* column = row + row_count();
  pattern_->for_each([&](Index k, Index i, Index j) {
    z[k] += sign * (b[0] + (rows_ ? row[i] : 0.0) + (columns_ ? column[j] : 0.0));
  });
}

Vector OffsetMap::gather(const Vector& q) const {
  Vector sums = Vector::Zero(size());
  double* row = sums.data() + 1;
  double* column = row + row_count();
  pattern_->for_each([&](Index k, Index i, Index j) {
    sums[0] += q[k];
    if (rows_) row[i] += q[k];
    if (columns_) column[j] += q[k];
  });
  return sums;
}

OffsetValues OffsetMap::values(const Vector& b) const {
  OffsetValues values;
  values.global = b[0];
  if (rows_) values.row = b.segment(1, row_count());
  if (columns_) values.column = b.tail(column_count());
  return values;
}

OffsetNormal::OffsetNormal(OffsetMap map, Vector h, double ridge)
    : map_(map), h_(std::move(h)), ridge_(ridge) {
  diagonal_ = map_.gather(h_.size() ? h_ : Vector::Ones(map_.entries())).array() + ridge;
}

void OffsetNormal::scale(Vector& q) const {
  if (h_.size()) q.array() *= h_.array();
}

Vector OffsetNormal::apply(const Vector& b) const {
  Vector q = Vector::Zero(map_.entries());
  map_.add(b, q);
  scale(q);
  return map_.gather(q) + ridge_ * b;
}

void OffsetNormal::apply_reduced(Vector& s) const {
  Vector q = s;
  scale(q);
  map_.subtract(solve(map_.gather(q)), s);
  scale(s);
}

Vector OffsetNormal::solve(Vector g) const {
  Vector b = Vector::Zero(g.size());
  const double scale = g.cwiseAbs2().cwiseQuotient(diagonal_).sum();
  if (scale == 0) return b;
  Vector z = g.cwiseQuotient(diagonal_), p = z;
  double gz = g.dot(z);
  // Global, row and column offsets overlap up to the ridge, so a handful of directions are badly
  // conditioned; in exact arithmetic as many steps as there are distinct counts are enough.
  for (Index step = 0; step < 2 * g.size() + 20 && gz > 1e-30 * scale; ++step) {
    const Vector hp = apply(p);
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

}  // namespace hadal
