#pragma once

#include "hadal/model/polar_slack.hpp"
#include "hadal/norm/factor_norm.hpp"

/// Duals of products of norm terms other than l2 x l2. Each is the largest of a list of magnitudes:
/// of all entries (l1 x l1), or of rows (l1 x l2), or of columns (l2 x l1); tv counts as l1, its
/// values being those of P (hadal/model/polar_slack.hpp).
namespace hadal {

struct DualNorm {
  NormTerm row = NormTerm::l2, column = NormTerm::l2;
  bool row_signed = true, column_signed = true;  ///< u, or its differences, may have either sign

  bool by_entries() const { return row != NormTerm::l2 && column != NormTerm::l2; }
  bool by_rows() const { return column == NormTerm::l2; }
  bool spectral() const { return row == NormTerm::l2 && column == NormTerm::l2; }
};

DualNorm dual_norm(NormTerm row, NormTerm column, const FactorNorm& u, const FactorNorm& v);

/// The product of the terms' weights in the norms.
double weight_of(const DualNorm& dual, const FactorNorm& u, const FactorNorm& v);

/// Precondition: not spectral. Where both factors are >= 0 only positive values count; where the
/// one that the l2 norm is taken over is >= 0 and the other has either sign, a row's positive and
/// negative values count apart, and its magnitudes are two.
Vector magnitudes(const DualNorm& dual, const Factor& x);

/// The nearest x whose magnitudes, given those of x, are at most `radius`.
void shrink(const DualNorm& dual, const Vector& magnitudes, double radius, Factor& x);

/// X += sign * (the part of Q that the values stand for).
void add_part(NormTerm row, NormTerm column, const Factor& values, const Graph& u, const Graph& v,
              double sign, Factor& x);

/// The adjoint of add_part: values += sign * X, D X or X D^T.
void add_differences(NormTerm row, NormTerm column, const Factor& x, const Graph& u, const Graph& v,
                     double sign, Factor& values);

}  // namespace hadal
