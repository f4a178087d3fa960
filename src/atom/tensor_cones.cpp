#include "tensor_cones.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <numeric>
#include <queue>

#include "../certify/verified_gram.hpp"
#include "hadal/algebra/decompositions.hpp"
#include "hadal/model/polar_slack.hpp"

namespace hadal {
namespace {

/// Rays are halves of sums of unit vectors, halves of sums of those and so on: dyadic numbers of
/// few digits, hence exact, and so is the division of a cone into two.
class Rays {
 public:
  explicit Rays(Index length) {
    for (Index i = 0; i < length; ++i)
      for (const double sign : {1.0, -1.0}) add(sign * Vector::Unit(length, i), 0);
  }

  int axis(Index i, bool negative) const { return static_cast<int>(2 * i + negative); }
  const Vector& operator[](int ray) const { return rays_[static_cast<std::size_t>(ray)]; }
  double length(int ray) const { return lengths_[static_cast<std::size_t>(ray)]; }
  int deepest() const { return deepest_; }

  int middle(int a, int b) {
    const auto [at, is_new] =
        middles_.try_emplace(std::minmax(a, b), static_cast<int>(rays_.size()));
    if (is_new)
      add(((*this)[a] + (*this)[b]) / 2, 1 + std::max(halvings_[static_cast<std::size_t>(a)],
                                                      halvings_[static_cast<std::size_t>(b)]));
    return at->second;
  }

 private:
  void add(const Vector& ray, int halvings) {
    rays_.push_back(ray);
    lengths_.push_back(ray.norm());
    halvings_.push_back(halvings);
    deepest_ = std::max(deepest_, halvings);
  }

  std::vector<Vector> rays_;
  std::vector<double> lengths_;
  std::vector<int> halvings_;
  int deepest_ = 0;
  std::map<std::pair<int, int>, int> middles_;
};

using Cone = std::vector<int>;

/// One cone for each divided mode.
struct Cell {
  double bound = 0;
  std::vector<Cone> cones;
  bool operator<(const Cell& other) const { return bound < other.bound; }
};

class Division {
 public:
  Division(const TensorPattern& pattern, const Vector& q, const std::vector<bool>& nonnegative,
           std::vector<std::size_t> divided, std::array<std::size_t, 2> matrix)
      : pattern_(pattern),
        q_(q),
        nonnegative_(nonnegative),
        divided_(std::move(divided)),
        matrix_(matrix) {
    double terms = 1;
    for (const std::size_t m : divided_) {
      rays_.emplace_back(pattern.shape()[m]);
      terms *= static_cast<double>(pattern.shape()[m]);
      dimensions_ += pattern.shape()[m] - 1;
    }
    // An element is a sum of so many products of as many factors as modes are divided, and one:
    // || computed - exact || <= gamma || |Q| x |rays| || <= gamma ||Q||_F for rays no longer than
    // one.
    contraction_error_ =
        1.01 * rounding_gamma(terms + static_cast<double>(divided_.size()) + 4) * q.norm();
  }

  double largest() const { return largest_; }
  /// Whether cones can be halved, and their rays stay exact: 53 digits hold 50 halvings.
  bool divisible() const {
    return dimensions_ > 0 && std::all_of(rays_.begin(), rays_.end(),
                                          [](const Rays& rays) { return rays.deepest() < 50; });
  }
  int evaluations() const { return static_cast<int>(values_.size()); }

  /// All sign patterns of every mode. Where a factor of the matrix is free it takes signs over, and
  /// the first element of every vector may be taken >= 0.
  std::vector<Cell> whole() {
    std::vector<Cell> cells(1);
    const int fixed = nonnegative_[matrix_[0]] && nonnegative_[matrix_[1]] ? 0 : 1;
    for (std::size_t d = 0; d < divided_.size(); ++d) {
      const Index length = pattern_.shape()[divided_[d]];
      const unsigned patterns = nonnegative_[divided_[d]] ? 1U : 1U << (length - fixed);
      std::vector<Cell> next;
      for (const Cell& cell : cells)
        for (unsigned signs = 0; signs < patterns; ++signs) {
          Cone cone;
          for (Index i = 0; i < length; ++i)
            cone.push_back(rays_[d].axis(i, i >= fixed && (signs >> (i - fixed) & 1)));
          next.push_back(cell);
          next.back().cones.push_back(std::move(cone));
        }
      cells = std::move(next);
    }
    for (Cell& cell : cells) bound(cell);
    return cells;
  }

  std::array<Cell, 2> halves(const Cell& cell) {
    std::size_t widest = 0;
    std::pair<std::size_t, std::size_t> edge;
    double least = 2;
    for (std::size_t d = 0; d < cell.cones.size(); ++d) {
      const Cone& cone = cell.cones[d];
      for (std::size_t a = 0; a < cone.size(); ++a)
        for (std::size_t b = a + 1; b < cone.size(); ++b) {
          const double cosine = rays_[d][cone[a]].dot(rays_[d][cone[b]]) /
                                (rays_[d].length(cone[a]) * rays_[d].length(cone[b]));
          if (cosine >= least) continue;
          least = cosine;
          widest = d;
          edge = {a, b};
        }
    }
    std::array<Cell, 2> parts{cell, cell};
    const Cone& cone = cell.cones[widest];
    const int middle = rays_[widest].middle(cone[edge.first], cone[edge.second]);
    parts[0].cones[widest][edge.first] = middle;
    parts[1].cones[widest][edge.second] = middle;
    for (Cell& part : parts) {
      bound(part);
      part.bound = std::min(part.bound, cell.bound);
    }
    return parts;
  }

 private:
  void bound(Cell& cell) {
    std::vector<int> corner(cell.cones.size());
    double spread = 1;
    for (std::size_t d = 0; d < cell.cones.size(); ++d) spread *= spread_of(d, cell.cones[d]);
    cell.bound = largest_corner(cell, 0, 1, corner) * spread * (1 + 1e-13);
  }

  /// ||z|| / min <z, v_j / ||v_j||> with z their sum.
  double spread_of(std::size_t d, const Cone& cone) const {
    Vector z = Vector::Zero(rays_[d][cone.front()].size());
    for (const int ray : cone) z += rays_[d][ray] / rays_[d].length(ray);
    double least = std::numeric_limits<double>::infinity();
    for (const int ray : cone) least = std::min(least, z.dot(rays_[d][ray]) / rays_[d].length(ray));
    return least > 0 ? z.norm() / least : std::numeric_limits<double>::infinity();
  }

  /// The largest bound on g at the corners, rays taken of length one.
  double largest_corner(const Cell& cell, std::size_t d, double scale, std::vector<int>& corner) {
    if (d == cell.cones.size()) return value(corner) / scale;
    double largest = 0;
    for (const int ray : cell.cones[d]) {
      corner[d] = ray;
      largest =
          std::max(largest, largest_corner(cell, d + 1, scale * rays_[d].length(ray), corner));
    }
    return largest;
  }

  double value(const std::vector<int>& corner) {
    const auto [at, is_new] = values_.try_emplace(corner, 0);
    if (!is_new) return at->second;
    const Matrix a = contraction(corner);
    double value = spectral_norm(a);
    if (nonnegative_[matrix_[0]] && nonnegative_[matrix_[1]])
      value = std::min(value, spectral_norm(a.cwiseMax(0)));
    double scale = 1;
    for (std::size_t d = 0; d < corner.size(); ++d) scale *= rays_[d].length(corner[d]);
    largest_ = std::max(largest_, value / scale);
    return at->second = value + contraction_error_;
  }

  Matrix contraction(const std::vector<int>& corner) const {
    Matrix a = Matrix::Zero(pattern_.shape()[matrix_[0]], pattern_.shape()[matrix_[1]]);
    pattern_.for_each([&](Index k, const TensorPattern::Position& at) {
      double scale = q_[k];
      for (std::size_t d = 0; d < corner.size(); ++d) scale *= rays_[d][corner[d]][at[divided_[d]]];
      a(at[matrix_[0]], at[matrix_[1]]) += scale;
    });
    return a;
  }

  static double spectral_norm(const Matrix& a) {
    const Factor tall = a.rows() >= a.cols() ? Factor(a) : Factor(a.transpose());
    const Gram gram = gram_of_tall(tall);
    const Matrix full = gram.lower.selfadjointView<Eigen::Lower>();
    const double top = Eigen::SelfAdjointEigenSolver<Matrix>(full, Eigen::EigenvaluesOnly)
                           .eigenvalues()
                           .maxCoeff();
    return top > 0 ? verified_root(gram, std::sqrt(top), 1e-9) : a.norm() * (1 + 1e-12) + 1e-140;
  }

  const TensorPattern& pattern_;
  const Vector& q_;
  const std::vector<bool>& nonnegative_;
  std::vector<std::size_t> divided_;
  std::array<std::size_t, 2> matrix_;
  std::vector<Rays> rays_;
  Index dimensions_ = 0;
  std::map<std::vector<int>, double> values_;
  double largest_ = 0;  ///< bound on g at any unit vectors tried
  double contraction_error_ = 0;
};

/// The modes by decreasing length.
std::vector<std::size_t> by_length(const std::vector<Index>& shape) {
  std::vector<std::size_t> order(shape.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return shape[a] > shape[b]; });
  return order;
}

bool few_cones(const TensorPattern& pattern, const std::vector<std::size_t>& order) {
  constexpr Index dimensions_max = 4, entries_max = 100'000, matrix_max = 128;
  Index dimensions = 0;
  for (std::size_t m = 2; m < order.size(); ++m) dimensions += pattern.shape()[order[m]] - 1;
  return pattern.full() && dimensions <= dimensions_max && pattern.observed() <= entries_max &&
         pattern.shape()[order[1]] <= matrix_max;
}

}  // namespace

PolarBound polar_by_tensor_cones(const TensorPattern& pattern, const Vector& q,
                                 const std::vector<bool>& nonnegative,
                                 const TensorConesOptions& options) {
  const std::vector<std::size_t> order = by_length(pattern.shape());
  PolarBound bound{std::numeric_limits<double>::infinity(), Proof::none, "", 1};
  if (order.size() < 3 || !few_cones(pattern, order)) return bound;
  Division division(pattern, q, nonnegative, {order.begin() + 2, order.end()},
                    {order[0], order[1]});
  std::priority_queue<Cell> cells;
  for (Cell& cell : division.whole()) cells.push(std::move(cell));
  const auto goes_on = [&] {
    return division.divisible() && cells.top().bound > options.target &&
           cells.top().bound > (1 + options.precision) * division.largest() &&
           division.evaluations() < options.evaluations_max &&
           !(options.cancelled && options.cancelled());
  };
  while (goes_on()) {
    const Cell worst = cells.top();
    cells.pop();
    for (Cell& part : division.halves(worst)) cells.push(std::move(part));
  }
  bound = {cells.top().bound, Proof::deterministic,
           "branch and bound over the directions of the short modes, verified", 0};
  PolarSlack slack;
  slack.split.emplace();
  slack.split->row_modes = std::uint32_t{1} << order[0];
  for (std::size_t m = 2; m < order.size(); ++m)
    slack.split->divided_modes |= std::uint32_t{1} << order[m];
  bound.slack = std::make_shared<const PolarSlack>(std::move(slack));
  return bound;
}

}  // namespace hadal
