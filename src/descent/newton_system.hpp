#pragma once

#include "conjugate_gradients.hpp"
#include "factor_pair.hpp"
#include "hadal/atom/rank_one.hpp"
#include "hadal/descent/two_level.hpp"
#include "hadal/kernel/products.hpp"
#include "hadal/kernel/schur_complement.hpp"
#include "hadal/loss/loss.hpp"

/// The two forms in which the Newton system of a bilinear model is solved. Each has
///   solve(eta, cancelled, steps)   an approximate Newton direction
/// for a gradient scaled to unit size, so that squares stay within the range of single precision.
namespace hadal {

/// Both factors at once: for every loss with a linear Hessian, and matrices with all entries.
template <QuadraticLoss L>
class JointSystem {
 public:
  static constexpr double passes = 2;  ///< over the data, in each step
  JointSystem(const L& loss, const RankOneFamily& family, double lambda, const RankOneAtoms& scaled,
              const Vector& residual, const TwoLevelPreconditioner& preconditioner, SinglePair g)
      : loss_(loss),
        lambda_(static_cast<float>(lambda)),
        row_scale_(family.row_scale().cast<float>()),
        column_scale_(family.column_scale().cast<float>()),
        hessian_(family.pattern(), scaled.u, scaled.v, residual),
        preconditioner_(preconditioner),
        g_(std::move(g)) {
    precondition(g_, start_);
  }

  template <class Cancelled>
  SinglePair solve(double eta, const Cancelled& cancelled, int& steps) const {
    return conjugate_gradients(*this, g_, start_, eta, cancelled, steps);
  }

  void apply(const SinglePair& d, SinglePair& h) const {
    if (row_scale_.size()) {
      const SingleFactor du = d.u.array().colwise() * row_scale_.array();
      const SingleFactor dv = d.v.array().colwise() * column_scale_.array();
      hessian_(loss_, du, dv, h.u, h.v);
      h.u.array().colwise() *= row_scale_.array();
      h.v.array().colwise() *= column_scale_.array();
    } else {
      hessian_(loss_, d.u, d.v, h.u, h.v);
    }
    combine(lambda_, d, 1.0F, h);
  }
  void precondition(const SinglePair& g, SinglePair& z) const {
    preconditioner_.apply(g.u, g.v, z.u, z.v);
  }
  double size(const SinglePair& d) const { return preconditioner_.size(d.u, d.v); }

 private:
  const L& loss_;
  float lambda_;
  SingleVector row_scale_, column_scale_;
  mutable BilinearHessian hessian_;  // keeps working space
  const TwoLevelPreconditioner& preconditioner_;
  SinglePair g_, start_;
};

/// The factor of the longer side eliminated exactly: fewer steps, each of which costs less.
class ReducedSystem {
 public:
  static constexpr double passes = 1;
  ReducedSystem(const RankOneFamily& family, double lambda, const RankOneAtoms& scaled,
                const Vector& weight, const Vector& residual,
                const TwoLevelPreconditioner& preconditioner, const SinglePair& g)
      : rows_(SchurComplement::keeps_rows(family.pattern())),
        schur_(family.pattern(), scaled.u, scaled.v, weight, residual, family.row_scale(),
               family.column_scale(), lambda),
        preconditioner_(preconditioner),
        eliminated_(rows_ ? g.v : g.u),
        g_(schur_.reduce(rows_ ? g.u : g.v, eliminated_)) {
    precondition(g_, start_);
  }

  template <class Cancelled>
  SinglePair solve(double eta, const Cancelled& cancelled, int& steps) const {
    SingleFactor kept = conjugate_gradients(*this, g_, start_, eta, cancelled, steps);
    SingleFactor rest = schur_.recover(kept, eliminated_);
    return rows_ ? SinglePair{std::move(kept), std::move(rest)}
                 : SinglePair{std::move(rest), std::move(kept)};
  }

  void apply(const SingleFactor& d, SingleFactor& h) const { schur_.apply(d, h); }
  void precondition(const SingleFactor& g, SingleFactor& z) const {
    preconditioner_.apply_to_one_side(rows_, g, z);
  }
  double size(const SingleFactor& d) const { return preconditioner_.size_on_one_side(rows_, d); }

 private:
  bool rows_;
  SchurComplement schur_;
  const TwoLevelPreconditioner& preconditioner_;
  SingleFactor eliminated_, g_, start_;
};

}  // namespace hadal
