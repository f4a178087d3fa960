#pragma once

#include <string>
#include <vector>

#include "hadal/model/dropout_curve.hpp"
#include "hadal/model/fitted_model.hpp"
#include "hadal/model/linear_network.hpp"
#include "hadal/model/noise.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// A linear network trained with dropout, or its optimum in closed form.
///
/// The objective is the expectation over the noise z of the squared error, without a factor of 1/2,
///   F = E ||Y - W_L diag(z_(L-1)) ... diag(z_1) W_1 X||^2,
/// with samples in the columns of Y and X; without an input X is the identity. `lambda` is the
/// strength of the convex penalty on the product that the noise makes (dropout/closed_form.hpp);
/// lambda_max, the loss and the dual scale have no meaning here: 0, squared, 0. `polar_bound` of
/// the certificate bounds the singular values of the target outside the proof's vectors, in units
/// of Y.
struct DropoutModel : FittedModel {
  Noise noise;              ///< at the end of the fit; the certificate is about this one
  double retain_start = 1;  ///< of an annealed training; otherwise noise.retain
  bool auto_width = false;  ///< the width is the rank that the data ask for

  LinearNetwork network;
  bool with_input = false;

  /// Approximate leading singular vectors of Y (in the row space of X), outputs x d and samples x
  /// d: what the bound is proved with.
  Matrix proof_left, proof_right;
  Vector target_values;   ///< leading singular values of the same
  Vector product_values;  ///< singular values of the network's product on X, non-increasing
  Vector unit_products;   ///< ||u_i|| ||v_i^T X|| of one hidden layer; empty for more

  std::vector<CurvePoint> curve;  ///< of a stochastic training
  /// "closed", "descent", "sgd", or "equalise": the claim is about networks that compute Y itself.
  std::string method;

  Index size() const { return product_values.size(); }
};

}  // namespace hadal
