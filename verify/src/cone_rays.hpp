#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "hadal/types.hpp"

namespace hadal::verify {

/// The rays of simplicial cones that a sphere is divided into: unit vectors with either sign, and
/// middles of two rays. A ray that is `level` middles away from a unit vector has elements that are
/// whole multiples of 2^-level and at most 1 in magnitude. While they are exact doubles, so is the
/// division: the two parts of a cone make up the cone, without a gap.
class ConeRays {
 public:
  static constexpr int deepest = 50;

  explicit ConeRays(Index length);

  static int axis(Index i, bool negative) { return static_cast<int>(2 * i + (negative ? 1 : 0)); }
  /// (a + b) / 2; nothing where it would not be exact for certain.
  std::optional<int> middle(int a, int b);

  const Vector& operator[](int ray) const { return rays_[static_cast<std::size_t>(ray)].elements; }
  double length(int ray) const { return rays_[static_cast<std::size_t>(ray)].length; }
  double cosine(int a, int b) const { return (*this)[a].dot((*this)[b]) / (length(a) * length(b)); }

 private:
  struct Ray {
    Vector elements;
    double length = 0;
    int level = 0;
  };

  std::vector<Ray> rays_;
  std::map<std::pair<int, int>, int> middles_;
};

}  // namespace hadal::verify
