#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hadal/model/fitted_model.hpp"
#include "hadal/norm/factor_norm.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// A refit of a tensor model without penalty on its own components, for prediction only: the
/// certificate belongs to the penalised model.
struct TensorRefit {
  std::string kind;             ///< "weights": the components' sizes; "factors": all factors
  std::vector<Factor> factors;  ///< as the model's; fewer columns where components are left out
  double validation_error = 0;  ///< NaN where nothing was held out
};

/// A fitted CP (PARAFAC) model of a tensor of order K, a sum of rank-one tensors.
///
/// The objective is
///   F = sum over observed i of w_i loss(y_i, z_i) + lambda * sum_c prod_m norm_m(w_mc),
///   z_i = sum_c prod_m factors[m](i_m, c),
/// with the loss that LossKind names and w_mc column c of factors[m]. With the multinomial loss of
/// C categories the tensor has one mode more than the data, the last one, of size C and with the
/// norm l2: z_ic is the score of category c at the position i, and the loss is one of all C scores.
///
/// Components are balanced, norm_m(w_mc) the same for all m, and ordered by penalty, largest first.
/// The largest element of every factor's column is positive, but for the last mode that may be
/// negative.
struct TensorModel : FittedModel {
  /// Of the multinomial loss: the values that the data take, increasing; empty for any other.
  std::vector<std::int64_t> categories;
  std::vector<FactorNorm> norms;  ///< one per mode
  std::vector<Factor> factors;    ///< shape[m] x size each
  std::optional<TensorRefit> refit;

  std::vector<std::string> mode_names;  ///< one per mode of the data, or none
  std::vector<std::vector<std::string>>
      labels;  ///< of the elements of the data's modes; empty: numbered from 0

  Index order() const { return static_cast<Index>(factors.size()); }
  /// Modes of the data, which have none of categories.
  Index data_order() const { return order() - (categories.empty() ? 0 : 1); }
  Index size() const { return factors.empty() ? 0 : factors.front().cols(); }
  std::vector<Index> shape() const {
    std::vector<Index> sizes;
    for (const Factor& factor : factors) sizes.push_back(factor.rows());
    return sizes;
  }
  std::vector<Index> data_shape() const {
    std::vector<Index> sizes = shape();
    sizes.resize(static_cast<std::size_t>(data_order()));
    return sizes;
  }
};

}  // namespace hadal
