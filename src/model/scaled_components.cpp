#include "hadal/model/scaled_components.hpp"

namespace hadal {

ScaledComponents scaled_components(const TensorModel& model, ComponentScale scale) {
  ScaledComponents scaled;
  scaled.factors = model.refit ? model.refit->factors : model.factors;
  const Index size = scaled.factors.empty() ? 0 : scaled.factors.front().cols();
  scaled.weight = Vector::Ones(size);
  for (std::size_t m = 0; m < scaled.factors.size(); ++m) {
    const bool sums = scale == ComponentScale::simplex && model.norms[m].nonnegative;
    for (Index c = 0; c < size; ++c) {
      auto vector = scaled.factors[m].col(c);
      const double length = sums ? vector.sum() : vector.norm();
      scaled.weight[c] *= length;
      if (length > 0) vector /= length;
    }
  }
  return scaled;
}

}  // namespace hadal
