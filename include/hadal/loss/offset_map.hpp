#pragma once

#include "hadal/kernel/observed_pattern.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// Offsets of a matrix: global + row[i] + column[j]; absent parts are empty.
struct OffsetValues {
  double global = 0;
  Vector row, column;

  /// On the observed entries of a pattern, in its order.
  Vector on(const ObservedPattern& pattern) const;
};

/// The linear map B of free offsets b = [global, one per row if any, one per column if any] to the
/// observed entries: (B b)_ij = global + row_i + column_j.
class OffsetMap {
 public:
  /// The pattern must outlive the map.
  OffsetMap(const ObservedPattern& pattern, bool rows, bool columns)
      : pattern_(&pattern), rows_(rows), columns_(columns) {}

  Index size() const { return 1 + row_count() + column_count(); }
  Index entries() const { return pattern_->observed(); }
  void add(const Vector& b, Vector& z) const { accumulate(1, b, z); }
  void subtract(const Vector& b, Vector& z) const { accumulate(-1, b, z); }
  /// B^T q.
  Vector gather(const Vector& q) const;
  OffsetValues values(const Vector& b) const;

 private:
  Index row_count() const { return rows_ ? pattern_->rows() : 0; }
  Index column_count() const { return columns_ ? pattern_->columns() : 0; }
  void accumulate(double sign, const Vector& b, Vector& z) const;

  const ObservedPattern* pattern_;
  bool rows_, columns_;
};

/// B^T H B + ridge I with H = diag(h): the Hessian of a loss in its free offsets.
class OffsetNormal {
 public:
  /// h >= 0, one per entry, or empty for all ones; ridge > 0.
  OffsetNormal(OffsetMap map, Vector h, double ridge);

  /// Its inverse times g, by conjugate gradients with diagonal preconditioning.
  Vector solve(Vector g) const;

  /// s <- (H - H B (B^T H B + ridge I)^-1 B^T H) s: the Hessian of the loss whose offsets are
  /// minimised out.
  void apply_reduced(Vector& s) const;

 private:
  Vector apply(const Vector& b) const;

  void scale(Vector& q) const;  // q <- H q

  OffsetMap map_;
  Vector h_;
  double ridge_;
  Vector diagonal_;
};

}  // namespace hadal
