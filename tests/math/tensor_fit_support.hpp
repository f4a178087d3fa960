#pragma once

#include "hadal/fit/tensor_fit.hpp"
#include "math/tensor_support.hpp"

namespace hadal::test {

inline TensorData data_of(TensorEntries entries) {
  TensorData data;
  data.entries = std::move(entries);
  return data;
}

inline TensorFitOptions at_ratio(double ratio, double tolerance = 1e-4) {
  TensorFitOptions options;
  options.lambda.kind = LambdaChoice::Kind::ratio;
  options.lambda.value = ratio;
  options.tolerance = tolerance;
  return options;
}

/// The product of the norms of component c.
inline double penalty_of(const TensorModel& model, Index c) {
  double product = 1;
  for (std::size_t m = 0; m < model.factors.size(); ++m)
    product *= model.norms[m](model.factors[m].col(c));
  return product;
}

}  // namespace hadal::test
