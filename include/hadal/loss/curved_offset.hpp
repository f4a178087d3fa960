#pragma once

#include <variant>

#include "hadal/loss/offset_map.hpp"
#include "hadal/loss/separable.hpp"

namespace hadal {

/// A loss that is a sum over entries with free offsets b minimised out:
///   loss(Z) = min over b of base(Z + B b) + ridge / 2 ||b||^2.
/// Its gradient is that of the base at the optimal b, its Hessian that of the base there, H, less
/// H B (B^T H B + ridge I)^-1 B^T H, and its conjugate gains ||B^T A||^2 / (2 ridge).
class CurvedOffsetLoss {
 public:
  using Base = std::variant<HuberLoss, LogisticLoss, PoissonLoss>;

  /// Throws ArgumentError unless ridge > 0. The pattern must outlive the loss.
  CurvedOffsetLoss(const ObservedPattern& pattern, Base base, bool rows, bool columns,
                   double ridge);

  double evaluate(const Vector& z, Vector& residual) const;
  /// That of the base at the optimal offsets, which is the larger one.
  void curvature(const Vector& z, Vector& curvature) const;
  DualPoint dual(const Vector& residual, double s_max) const;

  class Hessian {
   public:
    Hessian(const OffsetMap& map, Vector curvature, double ridge)
        : curvature_(std::move(curvature)), normal_(map, curvature_, ridge) {}
    static constexpr bool hessian_is_diagonal = false;
    void apply_hessian(Vector& s) const { normal_.apply_reduced(s); }
    const Vector& weight() const { return curvature_; }

   private:
    Vector curvature_;
    OffsetNormal normal_;
  };
  Hessian hessian_at(const Vector& z) const;

  const Vector& weight() const;
  const Vector& target() const;

  /// The offsets that minimise the loss at z.
  OffsetValues offsets_at(const Vector& z) const { return map_.values(fit(z).b); }

 private:
  struct Point {
    Vector b, z;  ///< offsets, and z + B b
    Vector force, curvature;
    double value = 0;
  };
  Point at(const Vector& z, Vector b) const;
  Point fit(const Vector& z) const;

  OffsetMap map_;
  Base base_;
  double ridge_;
  Vector start_;  ///< the best offsets of Z = 0, from which all are found
};

}  // namespace hadal
