#include "hadal/prox/shrinkage.hpp"

namespace hadal {

void Shrinkage::operator()(Vector& y) const {
  if (nonnegative) {
    y = (y.array() - l1).max(0.0);
  } else if (l1 > 0) {
    y.array() -= y.array().max(-l1).min(l1);
  }
  if (l2 == 0) return;
  const double length = y.norm(), shrunk = length - l2;
  if (shrunk > 0) {
    y *= shrunk / length;
  } else {
    y.setZero();
  }
}

}  // namespace hadal
