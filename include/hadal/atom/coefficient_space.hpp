#pragma once

#include <optional>

#include "hadal/dictionary/dictionary.hpp"
#include "hadal/kernel/observed_pattern.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// Where the vectors of rank-one atoms with map(u, v) = (A u)(B v)^T at the observed entries live:
/// u has one element for each column of A (rows x p), v for each of B (columns x q), either of
/// which may be absent (the identity). With G = A^T Q B, <Q, (A u)(B v)^T> = <G, u v^T>: the polar
/// of Q is that of the p x q matrix G for the map u v^T.
class CoefficientSpace {
 public:
  /// Largest p q, where a dictionary is given: G is dense.
  static constexpr double size_max = 5e7;

  /// No dictionaries: u over the rows and v over the columns. The pattern must outlive the space.
  CoefficientSpace(const ObservedPattern& data) : data_(&data) {}  // NOLINT(*-explicit-*)
  /// Throws ArgumentError where a dictionary has another number of rows than the data have rows
  /// (columns), and for p q > size_max.
  CoefficientSpace(const ObservedPattern& data, Dictionary a, Dictionary b);

  /// Neither dictionary is given.
  bool plain() const { return !a_.given() && !b_.given(); }
  const Dictionary& a() const { return a_; }
  const Dictionary& b() const { return b_; }
  Index rows() const { return pattern().rows(); }        ///< p
  Index columns() const { return pattern().columns(); }  ///< q

  const ObservedPattern& data() const { return *data_; }
  /// Of G: that of the data without dictionaries, every entry otherwise.
  const ObservedPattern& pattern() const { return own_ ? *own_ : *data_; }

  /// u <- A u and v <- B v.
  void lift_rows(Factor& u) const;
  void lift_columns(Factor& v) const;
  /// The adjoints, g <- A^T g and g <- B^T g.
  void pull_rows(Factor& g) const;
  void pull_columns(Factor& g) const;

  /// G = A^T Q B at the entries of `pattern()`; Q itself where the space is plain.
  Vector pull(const Vector& q) const;
  /// >= || G as computed - G exactly ||_2, the rounding of a basis included; 0 where plain.
  double pull_error(const Vector& q) const;

 private:
  Factor pulled(const Vector& q, const Factor* a, const Factor* b) const;

  const ObservedPattern* data_;
  Dictionary a_, b_;
  std::optional<ObservedPattern> own_;
};

}  // namespace hadal
