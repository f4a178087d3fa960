#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <vector>

#include "hadal/loss/field.hpp"
#include "hadal/model/certificate.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// A proven (or, for Proof::none, merely searched) upper bound on polar(Q).
struct PolarBound {
  double value = 0;
  Proof proof = Proof::none;
  std::string method;
  double failure_probability = 1;
  /// The method has nothing better for this direction: what is left of the gap is the bound's own.
  bool best_there_is = false;
  std::shared_ptr<const PolarSlack> slack = nullptr;  ///< see Certificate
};

/// What the loop asks of a polar computation.
struct PolarRequest {
  double lambda = 0;          ///< atoms that collect more than this are wanted
  Proof proof = Proof::none;  ///< kind of bound wanted; deterministic: the bound, with
                              ///< what better atoms its proof has met, if any
  double estimate = 0;        ///< for a deterministic bound: the best value found by a search
  double failure_probability = 1e-12;
  Index atoms_max = 1;  ///< how many atoms to return at the most
  /// Search again, more widely, before it is said that no atom collects more than lambda.
  bool thorough = false;
  double precision = 1e-6;  ///< relative excess of the bound over lambda that does no harm
  std::uint64_t seed = 0;
  std::function<bool()> cancelled = [] { return false; };  ///< polled: true asks for an early end
};

/// What came of it.
template <class Atoms>
struct PolarResult {
  double value = 0;               ///< best <Q, map(w)> found over penalty(w) <= 1: a lower value
  Atoms found;                    ///< atoms of penalty 1, best first
  std::vector<double> collected;  ///< <Q, map(w)> of each
  PolarBound bound;
  double passes = 0;  ///< over the data
};

/// A family of atoms: a positively homogeneous map and penalty, and the polar they define
/// (Haeffele and Vidal 2015, section 3). Z and Q are functions on whatever the loss is summed over.
template <class F>
concept AtomFamily = requires(const F& family, const typename F::Atoms& atoms,
                              typename F::Atoms& changed, FieldOf<F>& z, const FieldOf<F>& q,
                              const PolarRequest& request, double scale) {
  /// Degrees p of map(a W) = a^p map(W) and of penalty(a W) = a^p penalty(W): they must be equal.
  { family.map_degree() } -> std::convertible_to<int>;
  { family.penalty_degree() } -> std::convertible_to<int>;
  { atoms.size() } -> std::convertible_to<Index>;
  /// No atoms at all: Z = 0.
  { family.empty() } -> std::same_as<typename F::Atoms>;
  /// z = sum_i map(W_i).
  family.predict(atoms, z);
  /// sum_i penalty(W_i).
  { family.penalty(atoms) } -> std::convertible_to<double>;
  /// Searches for atoms that collect the most from Q and bounds what any atom can collect.
  { family.polar(q, atoms, request) } -> std::same_as<PolarResult<typename F::Atoms>>;
  /// Appends the found atoms i with penalty scale * amounts[i] each.
  family.append(changed, atoms, std::vector<double>{}, scale);
  /// Merges, balances and drops atoms: Z is kept (to rounding) and the penalty never rises.
  family.compress(changed);
};

}  // namespace hadal
