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
///   passes                         over the data, in each step
namespace hadal {

/// What a system is made of.
struct NewtonInput {
  const RankOneFamily& family;
  const RankOneAtoms& scaled;  ///< D_r U, D_c V
  const Vector& residual;
  const TwoLevelPreconditioner& preconditioner;
  /// Negative gradient, scaled to unit size so that squares stay within the range of single
  /// precision.
  const SinglePair& gradient;
  double ridge;     ///< lambda, or more where the step is damped
  double coupling;  ///< the part of the residual that the Hessian keeps
};

/// Both factors at once: for losses whose Hessian is not diagonal, matrices with all entries, and
/// where the reduced system's blocks would be too large.
template <LossHessian H>
class JointSystem {
 public:
  static constexpr double passes = 2;

  JointSystem(const NewtonInput& in, const H& loss)
      : loss_(loss),
        ridge_(static_cast<float>(in.ridge)),
        row_scale_(in.family.row_scale().cast<float>()),
        column_scale_(in.family.column_scale().cast<float>()),
        hessian_(in.family.pattern(), in.scaled.u, in.scaled.v, in.coupling * in.residual),
        preconditioner_(in.preconditioner),
        g_(in.gradient) {
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
    combine(ridge_, d, 1.0F, h);
  }
  void precondition(const SinglePair& g, SinglePair& z) const {
    preconditioner_.apply(g.u, g.v, z.u, z.v);
  }
  double size(const SinglePair& d) const { return preconditioner_.size(d.u, d.v); }

 private:
  const H& loss_;
  float ridge_;
  SingleVector row_scale_, column_scale_;
  mutable BilinearHessian hessian_;  // keeps working space
  const TwoLevelPreconditioner& preconditioner_;
  SinglePair g_, start_;
};

/// The factor of the longer side eliminated exactly: fewer steps, each of which costs less.
class ReducedSystem {
 public:
  static constexpr double passes = 1;

  ReducedSystem(const NewtonInput& in, const Vector& weight)
      : rows_(SchurComplement::keeps_rows(in.family.pattern())),
        schur_(in.family.pattern(), in.scaled.u, in.scaled.v, weight, in.residual, in.coupling,
               in.family.row_scale(), in.family.column_scale(), in.ridge),
        preconditioner_(in.preconditioner),
        eliminated_(rows_ ? in.gradient.v : in.gradient.u),
        g_(schur_.reduce(rows_ ? in.gradient.u : in.gradient.v, eliminated_)) {
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
