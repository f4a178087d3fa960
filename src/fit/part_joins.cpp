#include "hadal/fit/part_joins.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hadal {
namespace {

/// Inner products of the left vectors of two parts l_a r_a^T and l_b r_b^T, or of the right ones.
struct Products {
  double aa, ab, bb;

  double determinant() const { return std::max(0.0, aa * bb - ab * ab); }
};

/// The singular values of l_a r_a^T + l_b r_b^T: the squares are the eigenvalues of the products
/// R L of the two Gram matrices, and the smaller is taken from the determinant, which does not
/// cancel where it is nearly zero.
struct Spectrum {
  double largest, second;

  Spectrum(const Products& l, const Products& r) {
    const double trace = std::max(0.0, l.aa * r.aa + 2 * l.ab * r.ab + l.bb * r.bb);
    const double determinant = l.determinant() * r.determinant();
    const double square = (trace + std::sqrt(std::max(0.0, trace * trace - 4 * determinant))) / 2;
    largest = std::sqrt(square);
    second = square > 0 ? std::sqrt(determinant / square) : 0;
  }
};

/// The best rank-one approximation: (left_a l_a + left_b l_b) (right_a r_a + right_b r_b)^T.
struct Combination {
  double left_a, left_b, right_a, right_b;
};

/// The left coefficients x are the leading eigenvector of R L, non-negative where its entries are;
/// the right ones are L x / sigma_1. Both vectors have the length sqrt(sigma_1).
Combination best_rank_one(const Products& l, const Products& r) {
  const double sigma = Spectrum(l, r).largest, square = sigma * sigma;
  const double k_aa = r.aa * l.aa + r.ab * l.ab, k_ab = r.aa * l.ab + r.ab * l.bb;
  const double k_ba = r.ab * l.aa + r.bb * l.ab, k_bb = r.ab * l.ab + r.bb * l.bb;
  double a = k_aa >= k_bb ? std::max(0.0, square - k_bb) : k_ab;
  double b = k_aa >= k_bb ? k_ba : std::max(0.0, square - k_aa);
  if (a == 0 && b == 0) a = 1;  // two equal eigenvalues: any vector will do
  const double square_length = l.aa * a * a + 2 * l.ab * a * b + l.bb * b * b;
  if (!(sigma > 0 && square_length > 0)) return {0, 0, 0, 0};  // the two cancel
  const double length = std::sqrt(square_length);
  a *= std::sqrt(sigma) / length;
  b *= std::sqrt(sigma) / length;
  return {a, b, (l.aa * a + l.ab * b) / sigma, (l.ab * a + l.bb * b) / sigma};
}

/// The parts that are left, in r places, with the inner products of their vectors.
class Joining {
 public:
  Joining(const RankOneFamily& family, const RankOneAtoms& atoms) : parts_(atoms.size()) {
    const Index nodes = std::max(Index{0}, 2 * parts_ - 1);
    Factor left = atoms.u, right = atoms.v;
    family.lift_rows(left);
    family.lift_columns(right);
    left_ = left.transpose() * left;
    right_ = right.transpose() * right;
    result_.parts = parts_;
    result_.nodes = {Factor(atoms.u.rows(), nodes), Factor(atoms.v.rows(), nodes)};
    result_.nodes.u.leftCols(parts_) = atoms.u;
    result_.nodes.v.leftCols(parts_) = atoms.v;
    for (Index p = 0; p < parts_; ++p) node_.push_back(p);
    second_ = Matrix::Constant(parts_, parts_, std::numeric_limits<double>::infinity());
    for (Index p = 0; p < parts_; ++p) measure(p);
  }

  PartJoins joined() && {
    for (Index t = 0; t + 1 < parts_; ++t) {
      Index p, q;
      second_.minCoeff(&p, &q);
      join(p, q, parts_ + t);
    }
    return std::move(result_);
  }

 private:
  static Products products(const Matrix& gram, Index p, Index q) {
    return {gram(p, p), gram(p, q), gram(q, q)};
  }

  void measure(Index p) {
    for (Index q = 0; q < parts_; ++q) {
      if (q == p || node_[q] < 0) continue;
      second_(p, q) = second_(q, p) =
          Spectrum(products(left_, p, q), products(right_, p, q)).second;
    }
  }

  static void combine(Matrix& gram, Index p, double a, Index q, double b) {
    gram.col(p) = a * gram.col(p) + b * gram.col(q);
    gram.row(p) = a * gram.row(p) + b * gram.row(q);
  }

  void join(Index p, Index q, Index node) {
    const Combination x = best_rank_one(products(left_, p, q), products(right_, p, q));
    Factor &u = result_.nodes.u, &v = result_.nodes.v;
    u.col(node) = x.left_a * u.col(node_[p]) + x.left_b * u.col(node_[q]);
    v.col(node) = x.right_a * v.col(node_[p]) + x.right_b * v.col(node_[q]);
    combine(left_, p, x.left_a, q, x.left_b);
    combine(right_, p, x.right_a, q, x.right_b);
    result_.joins.push_back({node_[p], node_[q]});
    node_[p] = node;
    node_[q] = -1;
    second_.row(q).setConstant(std::numeric_limits<double>::infinity());
    second_.col(q).setConstant(std::numeric_limits<double>::infinity());
    measure(p);
  }

  Index parts_;
  Matrix left_, right_, second_;
  std::vector<Index> node_;  ///< in a place; -1: none any more
  PartJoins result_;
};

}  // namespace

RankOneAtoms PartJoins::left(Index count) const {
  const Index made = 2 * parts - count;
  std::vector<bool> gone(static_cast<std::size_t>(made), false);
  for (Index t = 0; t < parts - count; ++t) {
    gone[static_cast<std::size_t>(joins[t].first)] = true;
    gone[static_cast<std::size_t>(joins[t].second)] = true;
  }
  std::vector<Index> remaining;
  for (Index k = 0; k < made; ++k) {
    if (!gone[static_cast<std::size_t>(k)]) remaining.push_back(k);
  }
  return {nodes.u(Eigen::all, remaining), nodes.v(Eigen::all, remaining)};
}

PartJoins join_parts(const RankOneFamily& family, const RankOneAtoms& atoms) {
  return Joining(family, atoms).joined();
}

}  // namespace hadal
