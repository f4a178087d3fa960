#include "divided_modes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <queue>
#include <utility>

#include "cone_rays.hpp"
#include "rounding.hpp"
#include "semidefinite.hpp"
#include "unfolded_norm.hpp"

namespace hadal::verify {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
/// More than underflow can take from anything here, beside values of magnitude one.
constexpr double vanished = 1e-150;

/// sigma_1(A) <= this.
double singular_value_bound(const Factor& a) {
  const Gram gram = a.rows() < a.cols() ? gram_of(Factor(a.transpose())) : gram_of(a);
  const double top = std::max(0.0, largest_eigenvalue(gram.matrix));
  return std::sqrt(top + gram.error) * (1 + 8 * unit) + vanished;
}

/// The matrix that is left of Q where the divided modes' vectors are given.
class Contraction {
 public:
  /// Q is divided by 2^exponent first.
  Contraction(const Positions& positions, const std::vector<double>& q, const TensorSplit& split,
              int exponent)
      : rows_(static_cast<Index>(positions.count(split.row_modes))) {
    const Modes columns = positions.all() - split.row_modes - split.divided_modes;
    columns_ = static_cast<Index>(positions.count(columns));
    slabs_ =
        Matrix::Zero(rows_ * columns_, static_cast<Index>(positions.count(split.divided_modes)));
    for (Index k = 0; k < positions.size(); ++k)
      slabs_(positions.place(split.row_modes, k) * columns_ + positions.place(columns, k),
             positions.place(split.divided_modes, k)) =
          std::ldexp(q[static_cast<std::size_t>(k)], -exponent);
    modes_ = 0;
    for (std::size_t m = 0; m < positions.order(); ++m) modes_ += holds(split.divided_modes, m);
  }

  double operations() const {
    const auto rows = static_cast<double>(rows_), columns = static_cast<double>(columns_);
    const double order = std::min(rows, columns);
    return static_cast<double>(slabs_.size()) + rows * columns * order + 20 * order * order * order;
  }

  /// >= || computed - exact ||_2 for vectors no longer than one: every element is a sum of
  /// products, off by at most gamma of the same sum of magnitudes, and || |Q| w || <= ||Q||_F
  /// ||w||.
  double error() const {
    return 1.01 * gamma(static_cast<double>(slabs_.cols()) + modes_ + 4) * slabs_.norm();
  }

  Factor operator()(const Vector& coefficients) const {
    const Vector elements = slabs_ * coefficients;
    return Eigen::Map<const Factor>(elements.data(), rows_, columns_);
  }

 private:
  Index rows_, columns_ = 0;
  double modes_ = 0;
  Matrix slabs_;  ///< a column for each position in the divided modes
};

using Cone = std::vector<int>;

/// One cone for each divided mode.
struct Cell {
  double bound = 0;
  std::vector<Cone> cones;
  bool operator<(const Cell& other) const { return bound < other.bound; }
};

/// Let g(w) be the largest u^T (Q w) v over unit vectors u, v (>= 0 where signs say so), which is
/// convex and homogeneous of degree one in the vector w of each divided mode. Every unit vector w
/// of a cone is sum a_j v_j, v_j its rays taken of length one, a >= 0; so g(w) <= sum a_j g(v_j),
/// and <z, w> = sum a_j <z, v_j> gives sum a_j <= ||z|| / min_j <z, v_j> for any z. A bound of g at
/// all combinations of rays, times that of every mode, bounds g in the cell.
class Division {
 public:
  Division(const Positions& positions, const std::vector<FactorNorm>& norms,
           const TensorSplit& split, Contraction contraction)
      : contraction_(std::move(contraction)) {
    bool all_signed = true;
    for (std::size_t m = 0; m < positions.order(); ++m) {
      if (!holds(split.divided_modes, m)) {
        all_signed = all_signed && norms[m].nonnegative;
        continue;
      }
      rays_.emplace_back(positions.shape()[m]);
      lengths_.push_back(positions.shape()[m]);
      nonnegative_.push_back(norms[m].nonnegative);
    }
    positive_part_ = all_signed;
  }

  std::size_t evaluations() const { return values_.size(); }
  /// The largest bound of g at unit vectors so far: no division of the cells ends below it.
  double largest() const { return largest_; }

  /// Sign patterns of all modes. A factor of the matrix that is free takes the sign of a vector
  /// over, so that first elements may be taken >= 0 there.
  double cell_count() const {
    double count = 1;
    for (std::size_t d = 0; d < lengths_.size(); ++d)
      count *= std::ldexp(1.0, static_cast<int>(free_signs(d)));
    return count;
  }

  std::vector<Cell> whole() {
    std::vector<Cell> cells(1);
    for (std::size_t d = 0; d < lengths_.size(); ++d) {
      std::vector<Cell> next;
      for (const Cell& cell : cells)
        for (std::uint32_t signs = 0; signs < (std::uint32_t{1} << free_signs(d)); ++signs) {
          next.push_back(cell);
          next.back().cones.push_back(orthant(d, signs));
        }
      cells = std::move(next);
    }
    for (Cell& cell : cells) cell.bound = bound(cell.cones);
    return cells;
  }

  /// Both parts of a cell, or none where it cannot be divided exactly.
  std::vector<Cell> halves(const Cell& cell) {
    const Edge edge = widest(cell);
    if (edge.a == edge.b) return {};
    const Cone& cone = cell.cones[edge.mode];
    const std::optional<int> middle = rays_[edge.mode].middle(cone[edge.a], cone[edge.b]);
    if (!middle) return {};
    std::vector<Cell> parts(2, cell);
    parts[0].cones[edge.mode][edge.a] = *middle;
    parts[1].cones[edge.mode][edge.b] = *middle;
    for (Cell& part : parts) part.bound = std::min(cell.bound, bound(part.cones));
    return parts;
  }

 private:
  struct Edge {
    std::size_t mode = 0, a = 0, b = 0;
  };

  Index free_signs(std::size_t d) const {
    if (nonnegative_[d]) return 0;
    return positive_part_ ? lengths_[d] : lengths_[d] - 1;
  }

  Cone orthant(std::size_t d, std::uint32_t signs) const {
    const Index fixed = lengths_[d] - free_signs(d);
    Cone cone;
    for (Index i = 0; i < lengths_[d]; ++i)
      cone.push_back(ConeRays::axis(i, i >= fixed && (signs >> (i - fixed) & 1) != 0));
    return cone;
  }

  Edge widest(const Cell& cell) const {
    Edge edge;
    double least = 2;
    for (std::size_t d = 0; d < cell.cones.size(); ++d)
      for (std::size_t a = 0; a < cell.cones[d].size(); ++a)
        for (std::size_t b = a + 1; b < cell.cones[d].size(); ++b) {
          const double cosine = rays_[d].cosine(cell.cones[d][a], cell.cones[d][b]);
          if (cosine >= least) continue;
          least = cosine;
          edge = {d, a, b};
        }
    return edge;
  }

  /// Rays of a cone are in one orthant, so that no product here cancels, and a few units of each
  /// operation are all that rounding can do.
  double bound(const std::vector<Cone>& cones) {
    double spread = 1;
    for (std::size_t d = 0; d < cones.size(); ++d) spread *= spread_of(rays_[d], cones[d]);
    std::vector<int> corner(cones.size());
    return largest_corner(cones, 0, 1, corner) * spread * (1 + 1e-12);
  }

  static double spread_of(const ConeRays& rays, const Cone& cone) {
    Vector z = Vector::Zero(rays[cone.front()].size());
    for (const int ray : cone) z += rays[ray] / rays.length(ray);
    double least = infinity;
    for (const int ray : cone) least = std::min(least, z.dot(rays[ray]) / rays.length(ray));
    return least > 0 ? z.norm() / least : infinity;
  }

  double largest_corner(const std::vector<Cone>& cones, std::size_t d, double length,
                        std::vector<int>& corner) {
    if (d == cones.size()) return value(corner) / length;
    double most = 0;
    for (const int ray : cones[d]) {
      corner[d] = ray;
      most = std::max(most, largest_corner(cones, d + 1, length * rays_[d].length(ray), corner));
    }
    return most;
  }

  /// >= g at these rays, whatever their lengths.
  double value(const std::vector<int>& corner) {
    const auto known = values_.find(corner);
    if (known != values_.end()) return known->second;
    Vector coefficients = Vector::Ones(1);
    double length = 1;
    for (std::size_t d = 0; d < corner.size(); ++d) {
      const Vector& ray = rays_[d][corner[d]];
      Vector product(coefficients.size() * ray.size());
      for (Index i = 0; i < coefficients.size(); ++i)
        product.segment(i * ray.size(), ray.size()) = coefficients[i] * ray;
      coefficients = std::move(product);
      length *= rays_[d].length(corner[d]);
    }
    const Factor a = contraction_(coefficients);
    double value = singular_value_bound(a);
    if (positive_part_) value = std::min(value, singular_value_bound(a.cwiseMax(0)));
    value += contraction_.error();
    largest_ = std::max(largest_, value / length);
    values_.emplace(corner, value);
    return value;
  }

  Contraction contraction_;
  std::vector<ConeRays> rays_;
  std::vector<Index> lengths_;
  std::vector<bool> nonnegative_;
  bool positive_part_ = false;  ///< u^T A v <= u^T max(A, 0) v where u, v >= 0
  std::map<std::vector<int>, double> values_;
  double largest_ = 0;
};

/// Why the modes are too many or too long to be divided, if they are.
std::string too_large(const Positions& positions, const TensorSplit& split) {
  constexpr double dense_max = 2e7, order_max = 2000, directions_max = 8;
  double directions = 0;
  for (std::size_t m = 0; m < positions.order(); ++m)
    if (holds(split.divided_modes, m)) directions += static_cast<double>(positions.shape()[m] - 1);
  const double rows = positions.count(split.row_modes);
  const double columns = positions.count(positions.all() - split.row_modes - split.divided_modes);
  if (directions <= directions_max && positions.count(positions.all()) <= dense_max &&
      std::min(rows, columns) <= order_max)
    return "";
  return "the modes are too many or too long for their directions to be divided";
}

}  // namespace

DividedBound bound_by_dividing(const Positions& positions, const std::vector<double>& q,
                               const std::vector<FactorNorm>& norms, const TensorSplit& split,
                               double target) {
  constexpr double cells_max = 4096, work_max = 1e11;
  const std::string refusal = too_large(positions, split);
  if (!refusal.empty()) return {infinity, refusal};
  double size = 0;
  for (const double x : q) size = std::max(size, std::abs(x));
  if (size == 0) return {0, ""};
  int exponent = 0;
  std::frexp(size, &exponent);
  Contraction contraction(positions, q, split, exponent);
  const double evaluations_max = std::clamp(work_max / contraction.operations(), 1e3, 4e5);
  Division division(positions, norms, split, std::move(contraction));
  if (division.cell_count() > cells_max) return {infinity, "the directions have too many orthants"};

  const Real share = std::ldexp(l2_share(norms), -exponent);
  const auto in_units = [&](double bound) {
    return std::isfinite(bound) ? rounded_up(bound / share * (1 + 8 * wide_unit)) : infinity;
  };
  std::priority_queue<Cell> cells;
  for (Cell& cell : division.whole()) cells.push(std::move(cell));
  while (in_units(cells.top().bound) > target) {
    if (in_units(division.largest()) > target)
      return {in_units(cells.top().bound), "the bound of one direction alone is larger"};
    if (static_cast<double>(division.evaluations()) >= evaluations_max)
      return {in_units(cells.top().bound), "dividing the directions was ended by its limit"};
    std::vector<Cell> parts = division.halves(cells.top());
    if (parts.empty()) return {in_units(cells.top().bound), "no cone can be divided further"};
    cells.pop();
    for (Cell& part : parts) cells.push(std::move(part));
  }
  return {in_units(cells.top().bound), ""};
}

}  // namespace hadal::verify
