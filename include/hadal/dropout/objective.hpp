#pragma once

#include <vector>

#include "hadal/dropout/linear_data.hpp"
#include "hadal/dropout/noise.hpp"
#include "hadal/model/linear_network.hpp"

/// What training with dropout minimises, without its noise.
namespace hadal::dropout {

/// The expected squared error under the noise z (mean one, independent):
///   E ||Y - W_L diag(z_(L-1)) ... diag(z_1) W_1 X||^2 = ||Y - M X||^2 + penalty,  M = W_L ... W_1.
/// With one hidden layer the penalty is m sum_i ||u_i||^2 ||v_i^T X||^2, m = (1 - t) / t (Cavazza
/// et al. 2018), for dropconnect the same, for blocks B m sum_B ||U_B V_B^T X||^2 (Pal et al.
/// 2020). With more layers it sums over all sets of hidden layers whose noise meets (Mianjy and
/// Arora 2019), computed here as the trace of a covariance that passes the layers.
struct Objective {
  double error = 0;    ///< ||Y - M X||^2
  double penalty = 0;  ///< what the noise adds
  double value() const { return error + penalty; }
};

Objective objective(const LinearData& data, const LinearNetwork& network, const Noise& noise);

/// The same, with the gradient of its value by every layer.
Objective objective_and_gradient(const LinearData& data, const LinearNetwork& network,
                                 const Noise& noise, std::vector<Matrix>& gradient);

/// One draw of the noise, for each sample named in `batch` its own: the squared error, multiplied
/// by samples / batch, and its gradient. Its expectation over masks and uniformly drawn batches is
/// `objective`. Masks are drawn in the order of the layers.
class StochasticObjective {
 public:
  StochasticObjective(const LinearData& data, std::uint64_t seed) : data_(data), masks_(seed) {}

  double draw(const LinearNetwork& network, const Noise& noise, const std::vector<Index>& batch,
              std::vector<Matrix>& gradient);
  MaskSource& masks() { return masks_; }

 private:
  Matrix first_layer(const Matrix& weights, const std::vector<Index>& batch) const;
  void add_first_gradient(const Matrix& back, const std::vector<Index>& batch,
                          Matrix& gradient) const;
  double connect(const LinearNetwork& network, double retain, const Matrix& hidden, Matrix& error,
                 Matrix& back, Matrix& gradient);

  const LinearData& data_;
  MaskSource masks_;
};

}  // namespace hadal::dropout
