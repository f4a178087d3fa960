#pragma once

#include <string>
#include <string_view>

#include "hadal/types.hpp"

namespace hadal {

/// What a hidden unit makes of x^T u: positively homogeneous of degree 1, or 2 for `square`.
/// Maxout has `pieces` weight vectors and takes the largest x^T u_p (Goodfellow et al. 2013).
struct Activation {
  enum class Kind { linear, relu, leaky_relu, absolute, square, maxout };
  Kind kind = Kind::relu;
  double leak = 0.01;  ///< slope of a leaky ReLU below 0, in [0, 1)
  int pieces = 1;      ///< k of maxout, 2 to 64; 1 for any other

  int degree() const { return kind == Kind::square ? 2 : 1; }
  /// slope_below x for x < 0 and slope_above x for x >= 0, of one weight vector?
  bool two_slopes() const { return kind != Kind::square && kind != Kind::maxout; }
  double slope_below() const;
  double slope_above() const { return 1; }
  /// Whether act(-x) = act(x) or -act(x): then u and -u are the same unit.
  bool even() const { return kind == Kind::absolute || kind == Kind::square; }
  bool odd() const { return kind == Kind::linear; }

  /// linear, relu, leaky[:SLOPE], abs, square or maxout:K; throws ArgumentError otherwise. Names
  /// of activations that are not homogeneous are refused with the reason.
  static Activation from_string(std::string_view text);
  std::string to_string() const;
};

/// out = act(in) by units: `in` holds the pieces of a unit in columns that follow one another.
void activate(const Activation& activation, const Factor& in, Factor& out);

/// Derivative of <of_out, act(in)>: of_in has the shape of `in`. At a kink the slope is that above
/// 0; of equal pieces the first is taken.
void activate_backward(const Activation& activation, const Factor& in, const Factor& of_out,
                       Factor& of_in);

}  // namespace hadal
