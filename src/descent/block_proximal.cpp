#include "hadal/descent/block_proximal.hpp"

#include <algorithm>
#include <cmath>
#include <concepts>
#include <vector>

#include "hadal/kernel/products.hpp"
#include "hadal/kernel/tall.hpp"
#include "hadal/loss/curved_offset.hpp"
#include "hadal/loss/free_offset.hpp"
#include "hadal/loss/multinomial.hpp"
#include "hadal/loss/separable.hpp"
#include "hadal/loss/squared.hpp"
#include "proximal_side.hpp"
#include "sweeping.hpp"

namespace hadal {
namespace {

Matrix gram(const Factor& x) { return tall_inner(x, x); }

/// The squared loss of a fully observed matrix Y without weights: products with Y are all it
/// needs, since R V + U V^T V = Y V.
template <class Times, class TransposedTimes>
class ExactTerm {
 public:
  ExactTerm(Times times, TransposedTimes transposed_times, double half_square)
      : times_(std::move(times)),
        transposed_times_(std::move(transposed_times)),
        half_square_(half_square) {}

  void bound_curvature(const Factor&, const Factor&) {}
  void raise_curvature() {}
  double curvature_u() const { return 1; }
  double curvature_v() const { return 1; }

  Factor lift_u(const Matrix& u) const { return u; }
  Factor lift_v(const Matrix& v) const { return v; }
  Matrix target_u(const Matrix&, const Factor&, const Factor& v) { return times_(v); }
  Matrix target_v(const Matrix&, const Factor& u, const Factor&) { return transposed_times_(u); }
  double value(const Factor& u, const Factor& v, const Matrix& target) {
    return half_square_ - target.cwiseProduct(v).sum() + gram(u).cwiseProduct(gram(v)).sum() / 2;
  }
  double rounding() const { return 1e-15 * half_square_; }
  double passes_per_sweep() const { return 2; }

 private:
  Times times_;
  TransposedTimes transposed_times_;
  double half_square_;
};

/// Any loss on observed entries, as the sweeps see it, of factors lifted to the data (A u, B v).
template <Loss L>
class DataTerm {
 public:
  DataTerm(const L& loss, const StructuredFamily& family)
      : loss_(loss), family_(family), pattern_(family.pattern()) {
    if constexpr (QuadraticLoss<L>) {
      if (loss.weight().size()) curvature_ = loss.weight().maxCoeff();
    }
  }

  /// Bounds the curvature anew where it depends on the point. Away from it the bound may be too
  /// small: sweeps that raise F show it.
  void bound_curvature(const Factor& au, const Factor& bv) {
    if constexpr (CurvedLoss<L>) {
      Vector z, curvature;
      sampled_product(pattern_, au, bv, z);
      loss_.curvature(z, curvature);
      curvature_ = curvature.maxCoeff();
    }
  }
  void raise_curvature() { curvature_ *= 2; }
  /// Of u and of v: the curvature of the loss times ||A||_2^2 and ||B||_2^2.
  double curvature_u() const { return curvature_ * family_.stretch_u(); }
  double curvature_v() const { return curvature_ * family_.stretch_v(); }

  Factor lift_u(const Matrix& u) const {
    Factor au = u;
    family_.space().lift_rows(au);
    return au;
  }
  Factor lift_v(const Matrix& v) const {
    Factor bv = v;
    family_.space().lift_columns(bv);
    return bv;
  }

  /// T = A^T R B V / L + U G at (u, v); elements of u x atoms.
  Matrix target_u(const Matrix& u, const Factor& au, const Factor& bv) {
    Factor t;
    evaluate(au, bv);
    apply(pattern_, residual_, bv, t);
    family_.space().pull_rows(t);
    return Matrix(t) / curvature_u() + u * gram(bv);
  }
  Matrix target_v(const Matrix& v, const Factor& au, const Factor& bv) {
    Factor t;
    evaluate(au, bv);
    apply_transpose(pattern_, residual_, au, t);
    family_.space().pull_columns(t);
    return Matrix(t) / curvature_v() + v * gram(au);
  }
  /// The loss at (u, v); target: target_v, of use where that does not depend on v.
  double value(const Factor& au, const Factor& bv, const Matrix&) { return evaluate(au, bv); }
  /// What rounding leaves undecided in `value`.
  double rounding() const { return 0; }
  double passes_per_sweep() const { return 5; }

 private:
  double evaluate(const Factor& au, const Factor& bv) {
    sampled_product(pattern_, au, bv, residual_);
    return loss_.evaluate(residual_, residual_);
  }

  const L& loss_;
  const StructuredFamily& family_;
  const ObservedPattern& pattern_;
  double curvature_ = 1;
  Vector residual_;
};

/// Term: ExactTerm or DataTerm.
template <class Term>
class Sweeps {
 public:
  Sweeps(Term data, const StructuredFamily& family, double lambda, const RankOneAtoms& atoms)
      : data_(std::move(data)),
        lambda_(lambda),
        u_{family.u(), Matrix(atoms.u), Matrix(atoms.u), std::vector<Vector>(atoms.size())},
        v_{family.v(), Matrix(atoms.v), Matrix(atoms.v), std::vector<Vector>(atoms.size())} {
    const Factor au = data_.lift_u(u_.x), bv = data_.lift_v(v_.x);
    data_.bound_curvature(au, bv);
    objective_ = data_.value(au, bv, data_.target_v(v_.x, au, bv)) + penalty();
  }

  double objective() const { return objective_; }
  double passes() const { return sweeps_ * data_.passes_per_sweep(); }
  static constexpr Index blocks() { return 2; }
  double rounding() const { return data_.rounding(); }
  RankOneAtoms atoms() const { return {Factor(u_.x), Factor(v_.x)}; }
  Index size() const { return u_.x.cols(); }

  /// One sweep over both factors from an extrapolated point; returns the decrease of F. Where F
  /// would rise nothing changes and the decrease is not positive.
  double sweep(double beta, double tolerance) {
    const Matrix u = u_.x, v = v_.x;
    u_.x += beta * (u - u_.before);
    v_.x += beta * (v - v_.before);
    const double decrease = objective_ - minimise_in_turn(tolerance);
    if (decrease > 0) {
      u_.before = u;
      v_.before = v;
      objective_ -= decrease;
      drop_zeros();
    } else {
      u_.x = u_.before = u;
      v_.x = v_.before = v;
      if (beta == 0) data_.raise_curvature();
    }
    return decrease;
  }

  /// Merges pairs of atoms that share almost one factor, most alike first, wherever a sweep from
  /// the merged atom ends below F: (u_a, v) and (u_b, v) together cost no less than (u_a + u_b, v).
  /// Returns the sweeps made.
  int merge_similar(double tolerance) {
    return merge_pairs([this] { return alike_pairs(); },
                       [&](const Alike& pair) { return merge(pair, tolerance); });
  }

 private:
  struct Alike {
    Index a, b;
    double cosine;  ///< of the factors that are alike
    bool columns;   ///< v is, not u
  };

  std::vector<Alike> alike_pairs() const {
    constexpr double threshold = 0.9;
    std::vector<Alike> pairs;
    for (const Side* side : {&u_, &v_}) {
      const Matrix unit = side->x.colwise().normalized();
      const Matrix cosine = unit.transpose() * unit;
      for (Index a = 0; a < size(); ++a)
        for (Index b = a + 1; b < size(); ++b)
          if (std::abs(cosine(a, b)) > threshold)
            pairs.push_back({a, b, cosine(a, b), side == &v_});
    }
    std::stable_sort(pairs.begin(), pairs.end(), [](const Alike& p, const Alike& q) {
      return std::abs(p.cosine) > std::abs(q.cosine);
    });
    return pairs;
  }

  bool merge(const Alike& pair, double tolerance) {
    const Side u = u_, v = v_;
    Side &shared = pair.columns ? v_ : u_, &summed = pair.columns ? u_ : v_;
    const double sign = pair.cosine < 0 ? -1 : 1;
    const double size_a = shared.norm(pair.a), size_b = shared.norm(pair.b);
    const double share_a = size_a * summed.norm(pair.a), share_b = size_b * summed.norm(pair.b);
    summed.x.col(pair.a) = size_a * summed.x.col(pair.a) + sign * size_b * summed.x.col(pair.b);
    shared.x.col(pair.a) =
        (share_a / size_a * shared.x.col(pair.a) + sign * share_b / size_b * shared.x.col(pair.b)) /
        (share_a + share_b);
    for (Side* side : {&u_, &v_}) side->x.col(pair.b).setZero();
    const double reached = minimise_in_turn(tolerance);
    if (reached < objective_) {
      objective_ = reached;
      drop_zeros();
      for (Side* side : {&u_, &v_}) side->before = side->x;
      return true;
    }
    u_.x = u_.before = u.x;
    v_.x = v_.before = v.x;
    u_.duals = u.duals;
    v_.duals = v.duals;
    return false;
  }

  /// Every atom's u, then every atom's v; returns F.
  double minimise_in_turn(double tolerance) {
    ++sweeps_;
    const Factor bv = data_.lift_v(v_.x);
    minimise_atoms(u_, data_.target_u(u_.x, data_.lift_u(u_.x), bv), gram(bv), norms_of(v_),
                   lambda_ / data_.curvature_u(), tolerance);
    const Factor au = data_.lift_u(u_.x);
    const Matrix target = data_.target_v(v_.x, au, bv);
    minimise_atoms(v_, target, gram(au), norms_of(u_), lambda_ / data_.curvature_v(), tolerance);
    return data_.value(au, data_.lift_v(v_.x), target) + penalty();
  }

  double penalty() const { return lambda_ * norms_of(u_).dot(norms_of(v_)); }

  void drop_zeros() {
    std::vector<Index> kept;
    for (Index c = 0; c < size(); ++c)
      if (u_.x.col(c).any() && v_.x.col(c).any()) kept.push_back(c);
    if (static_cast<Index>(kept.size()) == size()) return;
    for (Side* side : {&u_, &v_}) keep_columns(*side, kept);
  }

  Term data_;
  double lambda_;
  Side u_, v_;
  double objective_ = 0, sweeps_ = 0;
};

template <class Term>
DescentReport descend_by(Term data, const StructuredFamily& family, double lambda,
                         RankOneAtoms& atoms, const DescentGoal& goal) {
  family.compress(atoms);
  Sweeps<Term> sweeps(std::move(data), family, lambda, atoms);
  const DescentReport report = run_sweeps(sweeps, goal);
  atoms = sweeps.atoms();
  family.compress(atoms);
  return report;
}

}  // namespace

template <Loss L>
DescentReport BlockProximal::descend(const L& loss, const StructuredFamily& family, double lambda,
                                     RankOneAtoms& atoms, const Outside<RankOneAtoms>&,
                                     const DescentGoal& goal) const {
  if constexpr (std::same_as<L, SquaredLoss>) {
    const ObservedPattern& pattern = family.pattern();
    if (pattern.full() && loss.weight().size() == 0 && family.space().plain()) {
      const auto times = [&](const Factor& v) {
        Factor out;
        apply(pattern, loss.target(), v, out);
        return out;
      };
      const auto transposed_times = [&](const Factor& u) {
        Factor out;
        apply_transpose(pattern, loss.target(), u, out);
        return out;
      };
      const double half_square = loss.target().squaredNorm() / 2;
      return descend_by(ExactTerm(times, transposed_times, half_square), family, lambda, atoms,
                        goal);
    }
  }
  return descend_by(DataTerm<L>(loss, family), family, lambda, atoms, goal);
}

DescentReport BlockProximal::descend(const StreamedSquaredLoss& loss, const StreamedFamily& family,
                                     double lambda, RankOneAtoms& atoms,
                                     const Outside<RankOneAtoms>&, const DescentGoal& goal) const {
  const CentredRows& target = loss.target();
  const auto times = [&](const Factor& v) { return target.times(v); };
  const auto transposed_times = [&](const Factor& u) { return target.transposed_times(u); };
  return descend_by(ExactTerm(times, transposed_times, loss.half_square()), family.structured(),
                    lambda, atoms, goal);
}

template DescentReport BlockProximal::descend(const SquaredLoss&, const StructuredFamily&, double,
                                              RankOneAtoms&, const Outside<RankOneAtoms>&,
                                              const DescentGoal&) const;
template DescentReport BlockProximal::descend(const FreeOffsetLoss&, const StructuredFamily&,
                                              double, RankOneAtoms&, const Outside<RankOneAtoms>&,
                                              const DescentGoal&) const;
template DescentReport BlockProximal::descend(const HuberLoss&, const StructuredFamily&, double,
                                              RankOneAtoms&, const Outside<RankOneAtoms>&,
                                              const DescentGoal&) const;
template DescentReport BlockProximal::descend(const LogisticLoss&, const StructuredFamily&, double,
                                              RankOneAtoms&, const Outside<RankOneAtoms>&,
                                              const DescentGoal&) const;
template DescentReport BlockProximal::descend(const CurvedOffsetLoss&, const StructuredFamily&,
                                              double, RankOneAtoms&, const Outside<RankOneAtoms>&,
                                              const DescentGoal&) const;
template DescentReport BlockProximal::descend(const PoissonLoss&, const StructuredFamily&, double,
                                              RankOneAtoms&, const Outside<RankOneAtoms>&,
                                              const DescentGoal&) const;
template DescentReport BlockProximal::descend(const MultinomialLoss&, const StructuredFamily&,
                                              double, RankOneAtoms&, const Outside<RankOneAtoms>&,
                                              const DescentGoal&) const;

}  // namespace hadal
