#pragma once

#include "hadal/atom/atom.hpp"
#include "hadal/loss/loss.hpp"
#include "hadal/model/certificate.hpp"

namespace hadal {

/// The certificate of a model with objective F, from -grad loss at its prediction and a bound on
/// the polar (docs/verification.md): lower_bound = max D(s) over 0 <= s <= min(1, lambda /
/// bound), less the rounding error of D, and never above F. A bound that is only searched gives
/// kind `none`.
template <Loss L>
Certificate certify(const L& loss, double objective, const FieldOf<L>& residual, double lambda,
                    const PolarBound& bound);

/// The part that does not depend on the loss.
Certificate assemble_certificate(double objective, const DualPoint& dual, const PolarBound& bound);

/// The largest s with polar(s Q) <= lambda, at most 1.
double dual_scale_limit(double lambda, double polar_bound);

template <Loss L>
Certificate certify(const L& loss, double objective, const FieldOf<L>& residual, double lambda,
                    const PolarBound& bound) {
  const DualPoint dual = loss.dual(residual, dual_scale_limit(lambda, bound.value));
  return assemble_certificate(objective, dual, bound);
}

}  // namespace hadal
