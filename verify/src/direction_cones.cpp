#include "direction_cones.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <queue>
#include <vector>

#include "rounding.hpp"

namespace hadal::verify {
namespace {

constexpr Index dimensions_max = 8;
constexpr double slack = 8 * std::numeric_limits<double>::epsilon();

using Rays = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor, dimensions_max,
                           dimensions_max>;
using Ray = Eigen::Matrix<double, Eigen::Dynamic, 1, Eigen::ColMajor, dimensions_max, 1>;

/// What is known of all unit vectors u = sum a_j w_j, a >= 0, of a cone with unit rays w_j: they
/// are in the cap <u, centre> >= cosine, and sum a_j <= 1 / cosine because that times the least
/// <w_j, centre> is at most <u, centre> <= 1. Where unit vectors are those of l1 norm 1, sum a_j =
/// 1: within an orthant the norm is linear. The cap has no part in that.
struct Reach {
  Rays rays;
  Ray centre;  ///< of l2 norm 1
  Ray level;   ///< of l2 norm 1: a linear function along it differs least between the u
  double cosine = 1, sine = 0;
  bool absolute = false;

  Reach(const Rays& of_cone, bool of_absolute)
      : rays(of_cone.colwise().normalized()), absolute(of_absolute) {
    centre = rays.rowwise().sum().normalized();
    level = centre;
    if (absolute) {
      level = centre.cwiseSign().normalized();
      for (auto ray : rays.colwise()) ray /= ray.lpNorm<1>();
      return;
    }
    cosine = std::max(0.0, at_rays(centre).minCoeff() - slack);
    sine = std::sqrt(1 - cosine * cosine) + slack;
  }

  /// <a, w_j>; libraries are slow at products as small as this.
  Ray at_rays(const Ray& a) const { return rays.transpose().lazyProduct(a); }

  /// >= <a, u>: |a| where a points into the cap, else the value on its rim.
  double most(const Ray& a) const {
    if (absolute) return at_rays(a).maxCoeff();
    const double inner = a.dot(centre), size = a.norm();
    if (inner >= cosine * size) return size;
    return cosine * inner + sine * std::sqrt(std::max(0.0, size * size - inner * inner));
  }
  /// >= g(u) for a convex g, homogeneous of degree one, that has these values at the rays.
  double most_of_convex(const Ray& values) const {
    const double largest = std::max(0.0, values.maxCoeff());
    return cosine > 0 ? largest / cosine : std::numeric_limits<double>::infinity();
  }
};

struct Cone {
  double bound = std::numeric_limits<double>::infinity();
  Rays rays;       ///< dyadic, so that halving is exact
  Matrix settled;  ///< outputs x dimensions: sum of slope r_i p_i^T, sign known
  std::vector<std::int32_t> unsettled;
  bool operator<(const Cone& other) const { return bound < other.bound; }
};

/// A value at a ray or at the centre is made of two sums over the samples (2 n), steadied by up to
/// 8 roundings for each of them, and there are at most three of those in a bound: 14 n, each wrong
/// by no more than a unit of || r_i || || p_i || times the larger slope. A sample whose side is
/// mistaken is off its plane by few units of || p_i ||. All of it is divided by the cosine at the
/// most. Squares of elements below 2^-500 may vanish.
double rounding_of(const Factor& p, const Factor& r, const Slopes& slopes) {
  const double size = p.rowwise().norm().dot(r.rowwise().norm());
  const auto samples = static_cast<double>(p.rows());
  return 16 * gamma(samples + static_cast<double>(p.cols() * r.cols()) + 64) *
             std::max(std::abs(slopes.below), std::abs(slopes.above)) * size +
         samples * 0x1p-400;
}

class Cones {
 public:
  Cones(const Factor& p, const Factor& r, const Slopes& slopes, bool absolute)
      : p_(p),
        r_(r),
        absolute_(absolute),
        rounding_(rounding_of(p, r, slopes)),
        mean_((slopes.above + slopes.below) / 2),
        half_((slopes.above - slopes.below) / 2) {}

  double lower() const { return lower_; }
  double work() const { return work_; }

  std::vector<Cone> orthants() {
    std::vector<Cone> cones;
    const Index d = p_.cols();
    std::vector<std::int32_t> all;
    for (Index i = 0; i < p_.rows(); ++i) all.push_back(static_cast<std::int32_t>(i));
    for (Index signs = 0; signs < Index{1} << d; ++signs) {
      Cone cone;
      cone.rays = Matrix::Identity(d, d);
      for (Index j = 0; j < d; ++j)
        if (signs >> j & 1) cone.rays(j, j) = -1;
      cone.settled = Matrix::Zero(r_.cols(), d);
      cone.unsettled = all;
      bound(cone);
      cones.push_back(std::move(cone));
    }
    return cones;
  }

  std::array<Cone, 2> halves(Cone&& cone) {
    Index a = 0, b = 0;
    double least = 2;
    const Rays unit_rays = cone.rays.colwise().normalized();
    for (Index i = 0; i < unit_rays.cols(); ++i)
      for (Index j = i + 1; j < unit_rays.cols(); ++j) {
        const double cosine = unit_rays.col(i).dot(unit_rays.col(j));
        if (cosine >= least) continue;
        least = cosine;
        a = i;
        b = j;
      }
    const Ray middle = (cone.rays.col(a) + cone.rays.col(b)) / 2;
    std::array<Cone, 2> parts{cone, std::move(cone)};
    parts[0].rays.col(a) = middle;
    parts[1].rays.col(b) = middle;
    for (Cone& part : parts) bound(part);
    return parts;
  }

 private:
  /// With act(t) = m t + h |t|, t_i = p_i^T u, v the direction of what is collected at the centre,
  /// C the linear part and b_i = <r_i, v> for the samples whose side is open, what is collected is
  ///   along v   <C^T v, u> + h sum b_i |t_i|,   at most, for any |s_i| <= 1,
  ///             g(u) = <C^T v + h sum over b_i < 0 of b_i s_i p_i, u> + h sum over b_i > 0 of
  ///             b_i |t_i|, which is convex;
  ///   along -v  the same with all signs turned, s = 0;
  ///   across v  at most ||(I - v v^T) C u|| + h sum |t_i| ||r_i - b_i v||, which is convex.
  void bound(Cone& cone) {
    const Reach reach(cone.rays, absolute_);
    settle(reach, cone);
    Matrix linear = cone.settled;
    Vector forces = linear * reach.centre;
    const auto open = static_cast<Index>(cone.unsettled.size());
    Matrix kinks(p_.cols(), open);  // |t_i| h at every ray
    for (Index k = 0; k < open; ++k) {
      const Index i = cone.unsettled[static_cast<std::size_t>(k)];
      const double t = p_.row(i).dot(reach.centre);
      forces += (mean_ * t + half_ * std::abs(t)) * r_.row(i).transpose();
      linear += (mean_ * r_.row(i).transpose()).lazyProduct(p_.row(i));
      kinks.col(k) = half_ * reach.at_rays(p_.row(i).transpose()).cwiseAbs();
    }
    const double here = forces.norm();
    lower_ = std::max(lower_, absolute_ ? here / reach.centre.lpNorm<1>() : here);
    const Vector v = here > 0 ? Vector(forces / here) : Vector::Unit(forces.size(), 0);
    work_ += static_cast<double>((open + p_.cols()) * p_.cols() * (p_.cols() + r_.cols()));

    const Ray plain = linear.transpose() * v;
    Ray up = Ray::Zero(p_.cols()), down = up, across = up;
    std::vector<Ray> steps;  // of those whose kinks hold a maximum along v
    for (Index k = 0; k < open; ++k) {
      const Index i = cone.unsettled[static_cast<std::size_t>(k)];
      const double share = r_.row(i).dot(v);
      (share > 0 ? up : down) += std::abs(share) * kinks.col(k);
      if (share < 0) steps.push_back(half_ * share * p_.row(i).transpose());
      if (v.size() > 1) across += kinks.col(k) * (r_.row(i).transpose() - share * v).norm();
    }
    const double forwards = most_along(reach, plain, up, steps);
    const double backwards = reach.most_of_convex(down - reach.at_rays(plain));
    double beside = 0;
    if (v.size() > 1) {
      const Matrix rest = linear - v * plain.transpose();
      beside = reach.most_of_convex(across + (rest * reach.rays).colwise().norm().transpose());
    }
    const double along = std::max({forwards, backwards, 0.0});
    cone.bound =
        std::min(cone.bound, std::sqrt(along * along + beside * beside) + rounding_ / reach.cosine);
  }

  /// g is at most the linear z that agrees with it at the rays, up to what z is too low there,
  /// whatever z is. s leaves as little as possible of z across `level`, so that z, at a maximum
  /// that sits on kinks too, points into the cap.
  static double most_along(const Reach& reach, const Ray& plain, const Ray& up,
                           const std::vector<Ray>& steps) {
    Ray start = plain;
    if (up.maxCoeff() > 0) start += reach.rays.transpose().partialPivLu().solve(up);
    const Ray turn = steadying(start, steps, reach.level);
    const Ray z = start + turn;
    const Ray values = up + reach.at_rays(plain + turn);
    const double by_rays = reach.most_of_convex(values);
    // A flat cone can make z long: its own products are charged here, and the cap's.
    const Ray low = (values - reach.at_rays(z)).array() + 4 * slack * z.norm();
    const double by_cap = reach.most(z) + reach.most_of_convex(low);
    return std::isfinite(by_cap) ? std::min(by_cap, by_rays) : by_rays;
  }

  /// The sum of multiples s, |s| <= 1, of the steps that leaves least of z across `level`.
  static Ray steadying(Ray z, const std::vector<Ray>& steps, const Ray& level) {
    std::vector<double> s(steps.size());
    Ray turn = Ray::Zero(z.size());
    constexpr int sweeps = 4;
    for (int sweep = 0; sweep < sweeps; ++sweep)
      for (std::size_t k = 0; k < steps.size(); ++k) {
        const Ray side = steps[k] - steps[k].dot(level) * level;
        const double next = std::clamp(s[k] - side.dot(z) / side.squaredNorm(), -1.0, 1.0);
        if (!std::isfinite(next)) continue;
        z += (next - s[k]) * steps[k];
        turn += (next - s[k]) * steps[k];
        s[k] = next;
      }
    return turn;
  }

  /// A sample on one side of all rays is there in all of the cone.
  void settle(const Reach& reach, Cone& cone) const {
    std::size_t kept = 0;
    for (const std::int32_t i : cone.unsettled) {
      const Ray t = reach.at_rays(p_.row(i).transpose());
      if (t.minCoeff() < 0 && t.maxCoeff() > 0)
        cone.unsettled[kept++] = i;
      else
        cone.settled += ((t.maxCoeff() > 0 ? mean_ + half_ : mean_ - half_) * r_.row(i).transpose())
                            .lazyProduct(p_.row(i));
    }
    cone.unsettled.resize(kept);
    cone.unsettled.shrink_to_fit();
  }

  const Factor& p_;
  const Factor& r_;
  bool absolute_;
  double rounding_, mean_, half_;
  double lower_ = 0, work_ = 0;
};

/// The largest bound that is enough, to a millionth and up to twice what is wanted; else that.
double target_of(const ConesRequest& request) {
  if (!request.enough(request.wanted)) return request.wanted;
  double low = 0, high = 1;
  for (int step = 0; step < 20; ++step) {
    const double part = (low + high) / 2;
    (request.enough(request.wanted * (1 + part)) ? low : high) = part;
  }
  return request.wanted * (1 + low);
}

}  // namespace

ConesResult bound_by_cones(const Factor& p, const Factor& r, const Slopes& slopes,
                           const ConesRequest& request) {
  constexpr std::size_t kept_max = 1'000'000;
  const double target = target_of(request);
  Cones cones(p, r, slopes, request.absolute);
  std::priority_queue<Cone> queue;
  double done = 0;  // the largest bound of the cones that are low enough
  const auto keep = [&](Cone&& cone) {
    if (cone.bound <= target)
      done = std::max(done, cone.bound);
    else
      queue.push(std::move(cone));
  };
  for (Cone& cone : cones.orthants()) keep(std::move(cone));
  // Where even a value that is attained would not do no bound ever will.
  while (!queue.empty() && cones.lower() <= target && cones.work() < request.work &&
         queue.size() < kept_max) {
    Cone widest = queue.top();
    queue.pop();
    for (Cone& part : cones.halves(std::move(widest))) keep(std::move(part));
  }
  const double open = queue.empty() ? 0 : queue.top().bound;
  return {std::max(done, open), cones.lower()};
}

}  // namespace hadal::verify
