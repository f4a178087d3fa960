#include "cone_rays.hpp"

#include <algorithm>

namespace hadal::verify {

ConeRays::ConeRays(Index length) {
  for (Index i = 0; i < length; ++i)
    for (const double sign : {1.0, -1.0}) rays_.push_back({sign * Vector::Unit(length, i), 1, 0});
}

std::optional<int> ConeRays::middle(int a, int b) {
  const std::pair<int, int> ends{std::min(a, b), std::max(a, b)};
  const auto known = middles_.find(ends);
  if (known != middles_.end()) return known->second;
  const Ray &first = rays_[static_cast<std::size_t>(a)],
            &second = rays_[static_cast<std::size_t>(b)];
  const int level = std::max(first.level, second.level) + 1;
  if (level > deepest) return std::nullopt;
  Vector elements = (first.elements + second.elements) / 2;
  const double norm = elements.norm();
  const int ray = static_cast<int>(rays_.size());
  rays_.push_back({std::move(elements), norm, level});
  middles_.emplace(ends, ray);
  return ray;
}

}  // namespace hadal::verify
