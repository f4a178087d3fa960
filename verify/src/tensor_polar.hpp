#pragma once

#include <vector>

#include "hadal/model/tensor_model.hpp"
#include "positions.hpp"
#include "problem.hpp"
#include "split_bound.hpp"

namespace hadal::verify {

/// What bounds the polar of a tensor. All must outlive the object.
struct TensorPolar {
  const TensorModel& model;
  const Positions& positions;
  const Problem& problem;  ///< the tensor as a matrix, in scaled units

  /// A deterministic bound from the matrices that the claim's slack names, or, where there is none,
  /// from the most even unfolding. None where nothing is claimed or the slack is not one.
  PolarBound bound(const std::vector<double>& gradient, const Certificate& claim,
                   const Enough& enough) const;

  /// A cheap bound from one unfolding, with a search value of its sigma_1.
  double about(const std::vector<double>& gradient) const;
};

}  // namespace hadal::verify
