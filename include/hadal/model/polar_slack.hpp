#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "hadal/types.hpp"

namespace hadal {

/// A term of a factor's norm (hadal/norm/factor_norm.hpp).
enum class NormTerm { l1, l2, tv };

/// A part X of Q that is charged to the product of one term of each norm:
///   <X, u v^T> <= dual(X) ||u||_row ||v||_column.
/// Where a term is tv, with D the incidence matrix of its graph (edges x elements, the row of an
/// edge (a, b) being e_a - e_b), the values are those of P in X = D^T P (row) or X = P D (column).
struct SlackPiece {
  NormTerm row = NormTerm::l1, column = NormTerm::l1;
  SingleFactor values;  ///< rows or edges of the row's graph x columns or edges of the column's
};

/// A division of the orthant of one factor into simplicial cones, each with a slack of its own. The
/// first cone is the orthant, with the unit vectors as its rays. Nodes are listed in pre-order: a
/// split replaces ray `a` (first child) or ray `b` (second child) by the middle of both; a leaf has
/// a = b = -1 and the next slack of the lists.
struct ConeTree {
  struct Node {
    int a = -1, b = -1;
  };
  std::vector<Node> nodes;               ///< empty: no tree
  bool on_rows = false;                  ///< which factor's orthant is divided
  double level = 0;                      ///< w, before the exponent: what every leaf is to prove
  std::vector<SingleFactor> cover;       ///< N >= 0 of a leaf: other factor's size x rays, or 0 x 0
  std::vector<SingleFactor> gram_cover;  ///< M >= 0 of a leaf, symmetric: rays x rays, or 0 x 0
};

/// Which matrices bound the polar of a tensor Q of order K. Sets of modes are bit masks, bit m for
/// mode m.
///
/// divided_modes = 0: the unfolding of Q with row_modes as its rows and all others as its columns,
/// both in row-major order. Its polar bounds that of Q with the norms that the modes' norms make
/// (hadal/norm/combined_norm.hpp), and a slack may prove it.
/// Else the spheres of divided_modes (their orthants where a norm is non-negative) are divided into
/// cones so finely that sigma_1 of Q, contracted with the rays, proves the bound; row_modes are the
/// rows of that matrix. There is no slack; how the cones are divided is not stored.
struct TensorSplit {
  std::uint32_t row_modes = 0, divided_modes = 0;
};

/// What proves an upper bound on polar(Q) = max u^T Q v over norm_u(u) norm_v(v) <= 1. Anything in
/// it gives a valid bound (the values being rounded does no harm); how small a one depends on it:
///   Q + cover - sum of pieces = remainder,
/// the remainder being charged to the l2 terms of the norms, or to l1 where a norm has no l2 term.
/// A pair of terms may occur once, and not at all where the remainder is charged to it: the largest
/// share bounds the sum only then, and a slack that breaks this proves nothing.
/// All stored values are to be multiplied by 2^exponent, those of a Gram matrix by its square.
struct PolarSlack {
  int exponent = 0;
  SingleFactor cover;  ///< N >= 0, rows x columns, where both factors are >= 0; or 0 x 0
  std::vector<SlackPiece> pieces;

  /// M >= 0, symmetric, or 0 x 0: sigma_1(remainder)^2 is replaced by the largest eigenvalue of
  /// R^T R + M (columns >= 0) or R R^T + M (rows >= 0).
  SingleFactor gram_cover;
  bool gram_on_rows = false;

  std::optional<TensorSplit> split;  ///< where Q comes from a tensor

  ConeTree tree;  ///< if not empty, it is the proof; plain norms with l2 alone, and signs
};

}  // namespace hadal
