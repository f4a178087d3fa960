#include "hadal/descent/two_level.hpp"

#include <cmath>

#include "hadal/kernel/products.hpp"
#include "hadal/kernel/tall.hpp"

namespace hadal {

namespace {

/// Outside directions that collect less than this part of lambda are not worth their cost: there
/// the ridge is cancelled by half at the most.
constexpr double outside_share = 0.8;
constexpr Index outside_max = 20;

Index useful(const std::vector<double>& collected, double lambda) {
  Index count = 0;
  while (count < static_cast<Index>(collected.size()) && count < outside_max &&
         collected[count] > outside_share * lambda)
    ++count;
  return count;
}

/// The adjoint of D or A with every entry squared: the diagonal of its product with diag(f).
void pull_squared(const Vector& scale, const Dictionary& dictionary, Factor& f) {
  if (scale.size()) f.array().colwise() *= scale.array().square();
  if (dictionary.given()) f = tall_inner(Factor(dictionary.matrix().cwiseAbs2()), f);
}

}  // namespace

TwoLevelPreconditioner::TwoLevelPreconditioner(const RankOneFamily& family, const Vector& weight,
                                               const RankOneAtoms& atoms,
                                               const RankOneAtoms& outside,
                                               const std::vector<double>& collected, double lambda,
                                               double coupling)
    : r_(atoms.size()), lambda_(lambda), coupling_(coupling) {
  const Index extra = useful(collected, lambda);
  const Vector norm_u = atoms.u.colwise().norm(), norm_v = atoms.v.colwise().norm();
  Factor basis_u(atoms.u.rows(), r_ + extra), basis_v(atoms.v.rows(), r_ + extra);
  basis_u << atoms.u * norm_u.cwiseInverse().asDiagonal(), outside.u.leftCols(extra);
  basis_v << atoms.v * norm_v.cwiseInverse().asDiagonal(), outside.v.leftCols(extra);
  sigma_ = norm_u.cwiseProduct(norm_v);
  outside_ = Eigen::Map<const Vector>(collected.data(), extra).cwiseMin(lambda * (1 - 1e-4));
  u_.basis = basis_u.cast<float>();
  v_.basis = basis_v.cast<float>();

  family.lift_rows(basis_u);
  family.lift_columns(basis_v);
  const Factor square_u = basis_u.cwiseAbs2(), square_v = basis_v.cwiseAbs2();
  Factor reach_u, reach_v;
  hadal::apply(family.pattern(), weight, square_v, reach_u);
  hadal::apply_transpose(family.pattern(), weight, Factor(square_u.leftCols(r_)), reach_v);
  curvature_ = square_u.transpose() * reach_u;

  reach_u = Factor(reach_u.leftCols(r_) * norm_v.cwiseAbs2().asDiagonal());  // reads itself
  reach_v = reach_v * norm_u.cwiseAbs2().asDiagonal();
  pull_squared(family.row_scale(), family.space().a(), reach_u);
  pull_squared(family.column_scale(), family.space().b(), reach_v);
  u_.diagonal = (reach_u.array() + lambda).cast<float>();
  v_.diagonal = (reach_v.array() + lambda).cast<float>();
}

Eigen::MatrixXf TwoLevelPreconditioner::Side::fine_level(const SingleFactor& g,
                                                         const Eigen::MatrixXf& a,
                                                         SingleFactor& z) const {
  z = g;
  add_tall_product(basis, a, -1.0F, z);
  z.array() /= diagonal.array();
  return tall_inner(basis, z);
}

double TwoLevelPreconditioner::Side::size(const SingleFactor& d) const {
  return (d.array().square() * diagonal.array()).sum();
}

void TwoLevelPreconditioner::apply(const SingleFactor& gu, const SingleFactor& gv, SingleFactor& zu,
                                   SingleFactor& zv) const {
  Eigen::MatrixXf a = tall_inner(u_.basis, gu), b = tall_inner(v_.basis, gv);
  const Eigen::MatrixXf inside_u = u_.fine_level(gu, a, zu), inside_v = v_.fine_level(gv, b, zv);
  solve_coarse(a, b);
  a -= inside_u;
  b -= inside_v;
  add_tall_product(u_.basis, a, 1.0F, zu);
  add_tall_product(v_.basis, b, 1.0F, zv);
}

void TwoLevelPreconditioner::apply_to_one_side(bool rows, const SingleFactor& g,
                                               SingleFactor& z) const {
  const Side& side = rows ? u_ : v_;
  Eigen::MatrixXf own = tall_inner(side.basis, g);
  const Eigen::MatrixXf inside = side.fine_level(g, own, z);
  Eigen::MatrixXf other = Eigen::MatrixXf::Zero(own.rows(), own.cols());
  rows ? solve_coarse(own, other) : solve_coarse(other, own);
  own -= inside;
  add_tall_product(side.basis, own, 1.0F, z);
}

double TwoLevelPreconditioner::size(const SingleFactor& du, const SingleFactor& dv) const {
  return u_.size(du) + v_.size(dv);
}

double TwoLevelPreconditioner::size_on_one_side(bool rows, const SingleFactor& d) const {
  return (rows ? u_ : v_).size(d);
}

void TwoLevelPreconditioner::solve_coarse(Eigen::MatrixXf& a, Eigen::MatrixXf& b) const {
  const double lambda = lambda_, coupled = coupling_ * lambda_;
  const double left = std::max(lambda - coupled, 1e-12 * lambda);
  for (Index p = 0; p < r_; ++p) {
    // A_pp + B_pp moves sigma_p; A_pp - B_pp unbalances the atom.
    const double together = (a(p, p) + b(p, p)) / (2 * curvature_(p, p) * sigma_[p] + left);
    const double apart = (a(p, p) - b(p, p)) / (lambda + coupled);
    a(p, p) = static_cast<float>((together + apart) / 2);
    b(p, p) = static_cast<float>((together - apart) / 2);
    for (Index q = p + 1; q < r_; ++q) {
      // In the frame e = (sqrt(sigma_q), sqrt(sigma_p)) / sqrt(s), f orthogonal to e, of the planes
      // (A_pq, B_qp) and (B_pq, A_qp): the e parts change Z, the f parts do not, and the ridge with
      // the residual's coupling is lambda times the squared distance of the two planes' points.
      const double s = sigma_[p] + sigma_[q];
      const double ea = std::sqrt(sigma_[q] / s), eb = std::sqrt(sigma_[p] / s);
      const double x1 = ea * a(p, q) + eb * b(q, p), y1 = eb * a(p, q) - ea * b(q, p);
      const double x2 = ea * b(p, q) + eb * a(q, p), y2 = eb * b(p, q) - ea * a(q, p);
      const double h1 = lambda + s * curvature_(p, q), h2 = lambda + s * curvature_(q, p);
      const double determinant = h1 * h2 - coupled * coupled + 1e-24 * lambda * lambda;
      const double u1 = (h2 * x1 + coupled * x2) / determinant;
      const double u2 = (coupled * x1 + h1 * x2) / determinant;
      // y1 + y2 is the rotation, almost without curvature: any positive weight keeps M definite.
      const double sum = (y1 + y2) / (2 * std::max(left, 0.1 * lambda));
      const double difference = (y1 - y2) / (2 * (lambda + coupled));
      const double w1 = sum + difference, w2 = sum - difference;
      a(p, q) = static_cast<float>(ea * u1 + eb * w1);
      b(q, p) = static_cast<float>(eb * u1 - ea * w1);
      b(p, q) = static_cast<float>(ea * u2 + eb * w2);
      a(q, p) = static_cast<float>(eb * u2 - ea * w2);
    }
  }
  for (Index k = 0; k < outside_.size(); ++k) {
    const Index row = r_ + k;
    const double d = coupling_ * outside_[k];
    for (Index c = 0; c < r_; ++c) {
      const double h1 = lambda + curvature_(row, c) * sigma_[c];
      const double h2 = lambda + curvature_(c, row) * sigma_[c];
      const double determinant = h1 * h2 - d * d;
      const double x = a(row, c), y = b(row, c);
      a(row, c) = static_cast<float>((h2 * x + d * y) / determinant);
      b(row, c) = static_cast<float>((d * x + h1 * y) / determinant);
    }
  }
}

}  // namespace hadal
