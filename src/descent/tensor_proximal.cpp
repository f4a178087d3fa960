#include "hadal/descent/tensor_proximal.hpp"

#include <algorithm>
#include <concepts>
#include <vector>

#include "hadal/loss/multinomial.hpp"
#include "hadal/loss/separable.hpp"
#include "hadal/loss/squared.hpp"
#include "proximal_side.hpp"
#include "sweeping.hpp"
#include "tensor_term.hpp"

namespace hadal {
namespace {

/// Term: ExactTensorTerm or TensorDataTerm.
template <class Term>
class Sweeps {
 public:
  Sweeps(Term data, const TensorFamily& family, double lambda, const TensorAtoms& atoms)
      : data_(std::move(data)), lambda_(lambda), factors_(atoms.factors) {
    for (std::size_t m = 0; m < factors_.size(); ++m)
      sides_.push_back({family.sides()[m], Matrix(factors_[m]), Matrix(factors_[m]),
                        std::vector<Vector>(static_cast<std::size_t>(atoms.size()))});
    set_grams();
    objective_ = data_.value(factors_, grams_) + penalty();
  }

  double objective() const { return objective_; }
  double rounding() const { return data_.rounding(); }
  Index blocks() const { return static_cast<Index>(sides_.size()); }
  double passes() const { return data_.passes(); }
  TensorAtoms atoms() const { return {factors_}; }
  Index size() const { return factors_.front().cols(); }

  /// One sweep over all modes from an extrapolated point; returns the decrease of F. Where F would
  /// rise nothing changes and the decrease is not positive.
  double sweep(double beta, double tolerance) {
    const std::vector<Factor> now = factors_;
    for (Side& side : sides_) side.x += beta * (side.x - side.before);
    take_over();
    const double decrease = objective_ - minimise_in_turn(tolerance);
    for (std::size_t m = 0; m < sides_.size(); ++m) sides_[m].before = now[m];
    if (decrease > 0) {
      objective_ -= decrease;
      drop_zeros();
    } else {
      restore(now);
      if (beta == 0) data_.raise_curvature();
    }
    return decrease;
  }

  /// Merges pairs of atoms that are almost alike in all modes but one, most alike first, wherever
  /// sweeps from the merged atom end below F: together they cost no less than one atom with the sum
  /// of what differs. Returns the attempts made.
  int merge_similar(double tolerance) {
    return merge_pairs([this] { return alike_pairs(); },
                       [&](const Alike& pair) { return merge(pair, tolerance); });
  }

 private:
  struct Alike {
    Index a, b;
    std::size_t differs;  ///< the mode that differs most
    double cosine;        ///< product of the others' sizes
    double sign;          ///< and of their signs
  };

  std::vector<Alike> alike_pairs() const {
    constexpr double threshold = 0.9;
    std::vector<Matrix> cosines;
    for (const Side& side : sides_) {
      const Matrix unit = side.x.colwise().normalized();
      cosines.push_back(unit.transpose() * unit);
    }
    std::vector<Alike> pairs;
    for (Index a = 0; a < size(); ++a)
      for (Index b = a + 1; b < size(); ++b) {
        Alike pair{a, b, 0, 1, 1};
        for (std::size_t m = 1; m < cosines.size(); ++m)
          if (std::abs(cosines[m](a, b)) < std::abs(cosines[pair.differs](a, b))) pair.differs = m;
        for (std::size_t m = 0; m < cosines.size(); ++m) {
          if (m == pair.differs) continue;
          pair.cosine *= std::abs(cosines[m](a, b));
          if (cosines[m](a, b) < 0) pair.sign = -pair.sign;
        }
        if (pair.cosine > threshold) pairs.push_back(pair);
      }
    std::stable_sort(pairs.begin(), pairs.end(),
                     [](const Alike& p, const Alike& q) { return p.cosine > q.cosine; });
    return pairs;
  }

  bool merge(const Alike& pair, double tolerance) {
    const std::vector<Side> kept = sides_;
    // b's other vectors are scaled to a's, and what that takes away goes to the one that differs.
    double scale = pair.sign;
    for (std::size_t m = 0; m < sides_.size(); ++m)
      if (m != pair.differs)
        scale *= sides_[m].x.col(pair.b).norm() / sides_[m].x.col(pair.a).norm();
    sides_[pair.differs].x.col(pair.a) += scale * sides_[pair.differs].x.col(pair.b);
    for (Side& side : sides_) side.x.col(pair.b).setZero();
    take_over();
    if (const double reached = minimise_towards(objective_, tolerance); reached < objective_) {
      objective_ = reached;
      drop_zeros();
      for (Side& side : sides_) side.before = side.x;
      return true;
    }
    for (std::size_t m = 0; m < sides_.size(); ++m) {
      sides_[m].x = sides_[m].before = kept[m].x;
      sides_[m].duals = kept[m].duals;
    }
    take_over();
    return false;
  }

  /// Sweeps until F is below `goal`, or would not be in as many more as are worth it: two atoms
  /// that are one, split by chance, are of a little lower F than their sum before it has settled.
  double minimise_towards(double goal, double tolerance) {
    constexpr int sweep_max = 100, worth_it = 30;
    double reached = minimise_in_turn(tolerance);
    for (int sweep = 1; sweep < sweep_max && reached >= goal; ++sweep) {
      const double before = reached;
      reached = minimise_in_turn(tolerance);
      if (reached - goal >= worth_it * (before - reached)) break;
    }
    return reached;
  }

  /// Every mode in turn; returns F.
  double minimise_in_turn(double tolerance) {
    for (std::size_t m = 0; m < sides_.size(); ++m) {
      Matrix gram = Matrix::Ones(size(), size());
      Vector other = Vector::Ones(size());
      for (std::size_t l = 0; l < sides_.size(); ++l) {
        if (l == m) continue;
        gram = gram.cwiseProduct(grams_[l]);
        other = other.cwiseProduct(norms_of(sides_[l]));
      }
      data_.step(factors_, grams_, m, gram, [&](const Matrix& target, double curvature) {
        sides_[m].x = factors_[m];
        minimise_atoms(sides_[m], target, gram, other, lambda_ / curvature, tolerance);
        return Factor(sides_[m].x);
      });
      sides_[m].x = factors_[m];
    }
    return data_.value(factors_, grams_) + penalty();
  }

  double penalty() const {
    Vector product = Vector::Ones(size());
    for (const Side& side : sides_) product = product.cwiseProduct(norms_of(side));
    return lambda_ * product.sum();
  }

  void restore(const std::vector<Factor>& factors) {
    for (std::size_t m = 0; m < sides_.size(); ++m) sides_[m].x = sides_[m].before = factors[m];
    take_over();
  }

  /// After any change of the sides' vectors.
  void take_over() {
    for (std::size_t m = 0; m < sides_.size(); ++m) factors_[m] = sides_[m].x;
    set_grams();
  }
  void set_grams() {
    grams_.clear();
    for (const Factor& factor : factors_) grams_.push_back(gram_of_factor(factor));
    data_.moved();
  }

  void drop_zeros() {
    std::vector<Index> kept;
    for (Index c = 0; c < size(); ++c)
      if (std::all_of(sides_.begin(), sides_.end(),
                      [&](const Side& side) { return side.x.col(c).any(); }))
        kept.push_back(c);
    if (static_cast<Index>(kept.size()) == size()) return;
    for (Side& side : sides_) keep_columns(side, kept);
    take_over();
  }

  Term data_;
  double lambda_;
  std::vector<Side> sides_;
  std::vector<Factor> factors_;  ///< the sides' vectors, as the kernels take them
  std::vector<Matrix> grams_;    ///< of the factors
  double objective_ = 0;
};

template <class Term>
DescentReport descend_by(Term data, const TensorFamily& family, double lambda, TensorAtoms& atoms,
                         const DescentGoal& goal) {
  family.compress(atoms);
  Sweeps<Term> sweeps(std::move(data), family, lambda, atoms);
  const DescentReport report = run_sweeps(sweeps, goal);
  atoms = sweeps.atoms();
  family.compress(atoms);
  return report;
}

}  // namespace

template <Loss L>
DescentReport TensorProximal::descend(const L& loss, const TensorFamily& family, double lambda,
                                      TensorAtoms& atoms, const Outside<TensorAtoms>&,
                                      const DescentGoal& goal) const {
  if constexpr (std::same_as<L, SquaredLoss>) {
    if (family.pattern().full() && loss.weight().size() == 0)
      return descend_by(ExactTensorTerm(family.pattern(), loss.target()), family, lambda, atoms,
                        goal);
  }
  return descend_by(TensorDataTerm<L>(family.pattern(), loss), family, lambda, atoms, goal);
}

template DescentReport TensorProximal::descend(const SquaredLoss&, const TensorFamily&, double,
                                               TensorAtoms&, const Outside<TensorAtoms>&,
                                               const DescentGoal&) const;
template DescentReport TensorProximal::descend(const HuberLoss&, const TensorFamily&, double,
                                               TensorAtoms&, const Outside<TensorAtoms>&,
                                               const DescentGoal&) const;
template DescentReport TensorProximal::descend(const LogisticLoss&, const TensorFamily&, double,
                                               TensorAtoms&, const Outside<TensorAtoms>&,
                                               const DescentGoal&) const;
template DescentReport TensorProximal::descend(const PoissonLoss&, const TensorFamily&, double,
                                               TensorAtoms&, const Outside<TensorAtoms>&,
                                               const DescentGoal&) const;
template DescentReport TensorProximal::descend(const MultinomialLoss&, const TensorFamily&, double,
                                               TensorAtoms&, const Outside<TensorAtoms>&,
                                               const DescentGoal&) const;

}  // namespace hadal
