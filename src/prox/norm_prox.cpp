#include "hadal/prox/norm_prox.hpp"

#include <utility>

namespace hadal {

NormProx::NormProx(FactorNorm norm) : norm_(std::move(norm)) {
  if (norm_.tv > 0 && norm_.graph.kind != GraphKind::chain) variation_.emplace(norm_.graph);
}

void NormProx::operator()(const Vector& x, double t, double tolerance, Vector& dual,
                          Vector& y) const {
  constexpr int iteration_max = 5000;
  const Shrinkage rest{t * norm_.l1, t * norm_.l2, norm_.nonnegative};
  if (variation_ && t > 0) {
    variation_->prox(x, t * norm_.tv, rest, tolerance, iteration_max, dual, y);
    return;
  }
  y = x;
  if (norm_.tv > 0 && !variation_)
    ChainTotalVariation().prox(x.data(), x.size(), t * norm_.tv, y.data());
  rest(y);
}

double NormProx::align(const Vector& a, const Vector& start, Vector& dual, Vector& y) const {
  // For c below the largest value of <a, y> / norm(y), prox of c norm at a is not zero and its own
  // value is c + ||y||^2 / norm(y), larger than c: <a - y, y> = c norm(y) there.
  const int steps = start.size() > 0 ? 2 : 6;
  double best = 0;
  const auto take = [&](const Vector& candidate) {
    const double size = norm_(candidate);
    const double value = size > 0 ? a.dot(candidate) / size : 0;
    if (!(value > best)) return false;
    const bool enough = value < best * (1 + 1e-9);
    best = value;
    y = candidate / size;
    return !enough;
  };
  y = Vector::Zero(a.size());
  if (start.size() > 0) take(start);
  Vector next;
  const double accuracy = 1e-4 * a.squaredNorm();
  for (int k = 0; k < steps; ++k) {
    (*this)(a, best, accuracy, dual, next);
    if (!take(next)) break;
  }
  return best;
}

}  // namespace hadal
