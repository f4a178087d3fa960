#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hadal/data/matrix_data.hpp"
#include "hadal/dictionary/dictionary.hpp"
#include "hadal/model/fitted_model.hpp"
#include "hadal/norm/factor_norm.hpp"
#include "hadal/types.hpp"

namespace hadal {

enum class OffsetTerms { none, global, rows, columns, both };

/// Offsets are either means, computed from the data once and subtracted, or free: part of the
/// objective, with ridge/2 times their squared norm.
enum class OffsetPolicy { mean, free };

/// What is added to the low-rank part: global + row[i] + column[j].
struct Offset {
  OffsetTerms terms = OffsetTerms::none;
  OffsetPolicy policy = OffsetPolicy::mean;
  double ridge = 0;  ///< of free offsets, in the units of the weights; 0 for means
  double global = 0;
  Vector row;     ///< size rows, or empty when there are no row offsets
  Vector column;  ///< size columns, or empty

  double at(Index i, Index j) const {
    return global + (row.size() ? row[i] : 0.0) + (column.size() ? column[j] : 0.0);
  }
};

/// The weighted nuclear norm || P^(1/2) X R^(1/2) ||_* with P = diag(p), R = diag(r),
/// p_i = max(1, observed entries of row i)^alpha and r_j likewise. alpha = 0 is the plain norm.
/// The model stores the factors of X' = P^(1/2) X R^(1/2).
struct NormWeights {
  double alpha = 0;
  Vector row_scale;     ///< p_i^(-1/2); empty when alpha = 0
  Vector column_scale;  ///< r_j^(-1/2); empty when alpha = 0

  double at(Index i, Index j) const {
    return row_scale.size() ? row_scale[i] * column_scale[j] : 1.0;
  }
};

/// A refit of the penalised model on its own row and column spaces, for prediction only: the
/// certificate belongs to the penalised model.
struct Refit {
  std::string kind;  ///< "values", "core", or "parts": some of the structured parts
  Factor u, v;       ///< scaled as the penalised factors; fewer columns where parts are left out
  double validation_error = 0;
};

/// A fitted matrix model: the problem, the atoms, the certificate and how it was found.
///
/// The objective is
///   F = sum over observed (i,j) of w_ij loss(y_ij, offset(i,j) + scale(i,j) <u_i, v_j>)
///       [ + ridge/2 ||free offsets||^2 ] + lambda * (||U||_F^2 + ||V||_F^2) / 2,
/// with scale(i,j) = row_scale[i] * column_scale[j] and the loss that LossKind names. The factors
/// are balanced (U^T U = V^T V diagonal, non-increasing), so that the diagonal holds the singular
/// values of X' and the penalty is lambda times their sum.
///
/// With structured norms the penalty is lambda * sum_i norm_u(u_i) norm_v(v_i) instead, and atoms
/// are balanced in them: norm_u(u_i) = norm_v(v_i), non-increasing.
///
/// With dictionaries A and B, u and v hold coefficients and <(A u)_i, (B v)_j> takes the place of
/// <u_i, v_j>; penalty and balance are those of the coefficients.
///
/// With the multinomial loss of C categories v has C rows for each column of the data: the score of
/// category c in (i, j) is scale(i, j C + c) <u_i, v_(j C + c)>. The norm, its weights and the
/// singular values are those of the rows x (columns C) matrix of scores.
struct MatrixModel : FittedModel {
  // problem
  /// Of the multinomial loss: the values that the data take, increasing; empty for any other.
  std::vector<std::int64_t> categories;
  NormWeights norm;
  FactorNorm norm_u, norm_v;
  Dictionary dictionary_u, dictionary_v;
  Offset offset;

  // atoms
  Factor u;  ///< rows, or elements of the dictionary, x size
  Factor v;  ///< columns likewise
  std::optional<Refit> refit;

  // names of rows and columns, and the shape of the picture or movie; entries are not kept
  std::vector<std::string> row_labels, column_labels;
  std::string row_name, column_name, value_name;
  std::optional<PictureShape> picture;
  std::optional<MovieShape> movie;

  Index rows() const { return dictionary_u.given() ? dictionary_u.rows() : u.rows(); }
  Index columns() const { return score_columns() / scores(); }
  /// Of one entry: the number of categories, or 1.
  Index scores() const { return categories.empty() ? 1 : static_cast<Index>(categories.size()); }
  /// Columns of the matrix that the factors make: columns() scores().
  Index score_columns() const { return dictionary_v.given() ? dictionary_v.rows() : v.rows(); }
  Index size() const { return u.cols(); }
  bool structured() const { return !(norm_u.plain() && norm_v.plain()); }
};

}  // namespace hadal
