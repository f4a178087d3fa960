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
  const RankOneAtoms& lifted;  ///< D_r U, D_c V, or A U, B V
  const Vector& residual;
  const TwoLevelPreconditioner& preconditioner;
  /// Negative gradient, scaled to unit size so that squares stay within the range of single
  /// precision.
  const SinglePair& gradient;
  double ridge;     ///< lambda, or more where the step is damped
  double coupling;  ///< the part of the residual that the Hessian keeps
};

/// D or A of one factor, in single precision.
class SingleLift {
 public:
  SingleLift(const Vector& scale, const Dictionary& dictionary) : scale_(scale.cast<float>()) {
    if (dictionary.given()) matrix_ = dictionary.matrix().cast<float>();
  }
  SingleFactor lift(const SingleFactor& d) const {
    if (scale_.size()) return d.array().colwise() * scale_.array();
    if (matrix_.size() == 0) return d;
    SingleFactor out = SingleFactor::Zero(matrix_.rows(), d.cols());
    add_tall_product(matrix_, d, 1.0F, out);
    return out;
  }
  void pull(SingleFactor& g) const {
    if (scale_.size()) g.array().colwise() *= scale_.array();
    if (matrix_.size()) g = tall_inner(matrix_, g);
  }

 private:
  SingleVector scale_;
  SingleFactor matrix_;
};

/// Both factors at once: for losses whose Hessian is not diagonal, matrices with all entries,
/// dictionaries, and where the reduced system's blocks would be too large.
template <LossHessian H>
class JointSystem {
 public:
  static constexpr double passes = 2;

  JointSystem(const NewtonInput& in, const H& loss)
      : loss_(loss),
        ridge_(static_cast<float>(in.ridge)),
        lifts_(in.family.lifts()),
        rows_(in.family.row_scale(), in.family.space().a()),
        columns_(in.family.column_scale(), in.family.space().b()),
        hessian_(in.family.pattern(), in.lifted.u, in.lifted.v, in.coupling * in.residual),
        preconditioner_(in.preconditioner),
        g_(in.gradient) {
    precondition(g_, start_);
  }

  template <class Cancelled>
  SinglePair solve(double eta, const Cancelled& cancelled, int& steps) const {
    return conjugate_gradients(*this, g_, start_, eta, cancelled, steps);
  }

  void apply(const SinglePair& d, SinglePair& h) const {
    if (lifts_) {
      hessian_(loss_, rows_.lift(d.u), columns_.lift(d.v), h.u, h.v);
      rows_.pull(h.u);
      columns_.pull(h.v);
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
  bool lifts_;
  SingleLift rows_, columns_;
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
        schur_(in.family.pattern(), in.lifted.u, in.lifted.v, weight, in.residual, in.coupling,
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
