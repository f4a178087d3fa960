#include "direction_cones.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <queue>
#include <vector>

#include "rounding.hpp"

namespace hadal::verify {
namespace {

constexpr double slack = 8 * std::numeric_limits<double>::epsilon();

/// All unit vectors u with <u, centre> >= cosine, a set that contains a cone: it is convex as long
/// as the cosine is positive, and holds the cone's rays.
struct Cap {
  Vector centre;
  double cosine = 1, sine = 0;

  explicit Cap(const Matrix& rays) {
    centre = rays.colwise().normalized().rowwise().sum().normalized();
    for (Index j = 0; j < rays.cols(); ++j)
      cosine = std::min(cosine, centre.dot(rays.col(j)) / rays.col(j).norm());
    cosine = std::max(0.0, cosine - slack);
    sine = std::sqrt(1 - cosine * cosine) + slack;
  }

  /// >= <a, u> for all u in the cap: |a| where a points into it, else the value on its rim.
  double most(const Vector& a) const {
    const double inner = a.dot(centre), size = a.norm();
    if (inner >= cosine * size) return size;
    return cosine * inner + sine * std::sqrt(std::max(0.0, size * size - inner * inner));
  }
};

struct Cone {
  double bound = std::numeric_limits<double>::infinity();
  Matrix rays;     ///< dimensions x dimensions; dyadic, so that halving is exact
  Matrix settled;  ///< outputs x dimensions: sum of slope r_i p_i^T, sign known
  std::vector<Index> unsettled;
  bool operator<(const Cone& other) const { return bound < other.bound; }
};

class Cones {
 public:
  Cones(const Factor& p, const Factor& r, const Slopes& slopes)
      : p_(p), r_(r), slopes_(slopes), length_(p.rowwise().norm()) {}

  double lower() const { return lower_; }

  std::priority_queue<Cone> orthants() {
    std::priority_queue<Cone> queue;
    const Index d = p_.cols();
    std::vector<Index> all(static_cast<std::size_t>(p_.rows()));
    for (Index i = 0; i < p_.rows(); ++i) all[static_cast<std::size_t>(i)] = i;
    for (Index signs = 0; signs < Index{1} << d; ++signs) {
      Cone cone;
      cone.rays = Matrix::Identity(d, d);
      for (Index j = 0; j < d; ++j)
        if (signs >> j & 1) cone.rays(j, j) = -1;
      cone.settled = Matrix::Zero(r_.cols(), d);
      cone.unsettled = all;
      bound(cone);
      queue.push(std::move(cone));
    }
    return queue;
  }

  std::array<Cone, 2> halves(const Cone& cone) {
    Index a = 0, b = 1;
    double least = 2;
    const Matrix unit_rays = cone.rays.colwise().normalized();
    for (Index i = 0; i < unit_rays.cols(); ++i)
      for (Index j = i + 1; j < unit_rays.cols(); ++j) {
        const double cosine = unit_rays.col(i).dot(unit_rays.col(j));
        if (cosine >= least) continue;
        least = cosine;
        a = i;
        b = j;
      }
    std::array<Cone, 2> parts{cone, cone};
    const Vector middle = (cone.rays.col(a) + cone.rays.col(b)) / 2;
    parts[0].rays.col(a) = middle;
    parts[1].rays.col(b) = middle;
    for (Cone& part : parts) bound(part);
    return parts;
  }

 private:
  /// With act(t) = m t + h |t|, v the direction of the collected forces at the centre and, for the
  /// samples whose side is open, 0 <= |t| <= top_i,
  ///   <v, sum>  <= max <C^T v + sum of h s_i b_i p_i, u> + sum over b_i > 0 of h b_i top_i,
  /// where b_i = <r_i, v>, and -|t| <= -s_i t for b_i < 0 and |s_i| <= 1; likewise for -v; and what
  /// is across v is at most || (I - v v^T) C u || + sum of h top_i || r_i - b_i v ||.
  void bound(Cone& cone) {
    const Cap cap(cone.rays);
    settle(cap, cone);
    const double m = (slopes_.above + slopes_.below) / 2, h = (slopes_.above - slopes_.below) / 2;
    Vector forces = cone.settled * cap.centre;
    Matrix straight = cone.settled;
    for (const Index i : cone.unsettled) {
      const double t = p_.row(i).dot(cap.centre);
      forces += (m * t + h * std::abs(t)) * r_.row(i).transpose();
      straight += m * r_.row(i).transpose() * p_.row(i);
    }
    const double here = forces.norm();
    lower_ = std::max(lower_, here);
    const Vector v = here > 0 ? Vector(forces / here) : Vector::Unit(forces.size(), 0);

    double up = 0, down = 0, across = 0;
    std::vector<Index> held;  // those whose kinks hold a maximum along v
    for (const Index i : cone.unsettled) {
      const Vector p = p_.row(i), r = r_.row(i);
      const double share = r.dot(v), top = h * std::max(cap.most(p), cap.most(-p));
      if (share > 0)
        up += share * top;
      else
        down -= share * top;
      if (share < 0) held.push_back(i);
      if (v.size() > 1) across += top * (r - share * v).norm();
    }
    const Vector plain = straight.transpose() * v;
    const double along = std::max(
        {cap.most(steadied(plain, v, h, held, cap.centre)) + up, cap.most(-plain) + down, 0.0});
    double beside = 0;
    if (v.size() > 1) {
      const Matrix rest = straight - v * plain.transpose();
      // |u - centre| <= sqrt(2 - 2 cosine) on the cap.
      beside = (rest * cap.centre).norm() + rest.norm() * (std::sqrt(2 - 2 * cap.cosine) + slack) +
               across;
    }
    cone.bound = std::min(cone.bound, std::sqrt(along * along + beside * beside));
  }

  void settle(const Cap& cap, Cone& cone) const {
    std::vector<Index> open;
    for (const Index i : cone.unsettled) {
      const double t = p_.row(i).dot(cap.centre);
      // All u of the cap are within its angle of the centre: the sign of p^T u is that of t where
      // p is further than that from its rim.
      if (std::abs(t) <= cap.sine * length_[i])
        open.push_back(i);
      else
        cone.settled += (t > 0 ? slopes_.above : slopes_.below) * r_.row(i).transpose() * p_.row(i);
    }
    cone.unsettled = std::move(open);
  }

  /// `plain` with the multiples s_i of the held samples that leave least across the centre.
  Vector steadied(Vector plain, const Vector& v, double h, const std::vector<Index>& held,
                  const Vector& centre) const {
    std::vector<double> s(held.size());
    constexpr int sweeps = 4;
    for (int sweep = 0; sweep < sweeps; ++sweep)
      for (std::size_t k = 0; k < held.size(); ++k) {
        const Vector step = h * r_.row(held[k]).dot(v) * p_.row(held[k]).transpose();
        const Vector side = step - step.dot(centre) * centre;
        const double square = side.squaredNorm();
        if (!(square > 0)) continue;
        const double next = std::clamp(s[k] - side.dot(plain) / square, -1.0, 1.0);
        plain += (next - s[k]) * step;
        s[k] = next;
      }
    return plain;
  }

  const Factor& p_;
  const Factor& r_;
  Slopes slopes_;
  Vector length_;
  double lower_ = 0;
};

}  // namespace

ConesResult bound_by_cones(const Factor& p, const Factor& r, const Slopes& slopes, double wanted,
                           const Enough& enough) {
  constexpr Index cones_max = 3'000'000;
  // Sums over the samples and over elements, a handful of them in every bound, each wrong by no
  // more than gamma of the sum of || r_i || || p_i ||; and where rounding takes a sample for
  // settled that is not, |p^T u| is below a few units of || p ||.
  const double size = p.rowwise().norm().dot(r.rowwise().norm());
  const double margin = 16 * gamma(static_cast<double>(p.rows() + p.cols() * r.cols() + 64)) *
                        std::max(std::abs(slopes.below), std::abs(slopes.above)) * size;
  Cones cones(p, r, slopes);
  std::priority_queue<Cone> queue = cones.orthants();
  Index made = static_cast<Index>(queue.size()), next_look = 0;
  while (made < cones_max && queue.top().bound + margin > wanted) {
    if (made >= next_look) {
      // Where even a value that is attained would not do no bound ever will.
      if (enough(queue.top().bound + margin) || !enough(cones.lower())) break;
      next_look = made + made / 8;
    }
    const Cone widest = queue.top();
    queue.pop();
    for (Cone& part : cones.halves(widest)) queue.push(std::move(part));
    made += 2;
  }
  return {queue.top().bound + margin, cones.lower()};
}

}  // namespace hadal::verify
