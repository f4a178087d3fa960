#include "hidden_unit_merge.hpp"

#include <cmath>
#include <map>
#include <numeric>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/atom/collapse.hpp"

namespace hadal {
namespace {

constexpr double rounding = 1e-14;

void merge_linear(HiddenUnits& units) {
  const Matrix sum = units.u * units.v.transpose();
  const Eigen::BDCSVD<Matrix> svd(sum, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Vector& value = svd.singularValues();
  const Index rank = (value.array() > rounding * value[0]).count();
  units.u = svd.matrixU().leftCols(rank) * value.head(rank).asDiagonal();
  units.v = svd.matrixV().leftCols(rank);
}

/// Gate by gate, in the order of the gates.
void merge_gated(HiddenUnits& units) {
  std::map<std::int64_t, std::vector<Index>> of_gate;
  for (Index j = 0; j < units.size(); ++j)
    of_gate[units.gate[static_cast<std::size_t>(j)]].push_back(j);
  HiddenUnits all{Factor(units.u.rows(), 0), Factor(units.v.rows(), 0), {}};
  for (const auto& [gate, places] : of_gate) {
    HiddenUnits merged{units.u(Eigen::all, places), units.v(Eigen::all, places), {}};
    merge_linear(merged);
    const Index before = all.size();
    all.u.conservativeResize(Eigen::NoChange, before + merged.size());
    all.v.conservativeResize(Eigen::NoChange, before + merged.size());
    all.u.rightCols(merged.size()) = merged.u;
    all.v.rightCols(merged.size()) = merged.v;
    all.gate.insert(all.gate.end(), static_cast<std::size_t>(merged.size()), gate);
  }
  units = std::move(all);
}

void merge_square(HiddenUnits& units) {
  const Matrix sum = units.u * units.v.row(0).asDiagonal() * units.u.transpose();
  const Eigen::SelfAdjointEigenSolver<Matrix> eigen(sum);
  const Vector& value = eigen.eigenvalues();
  std::vector<Index> kept;
  for (Index k = 0; k < value.size(); ++k)
    if (std::abs(value[k]) > rounding * value.cwiseAbs().maxCoeff()) kept.push_back(k);
  units.u = Factor(eigen.eigenvectors()(Eigen::all, kept));
  units.v = Vector(value(kept)).transpose();
}

/// Units of two slopes by the side of every sample that they are on. A sample at the kink, up to
/// rounding, is on both sides.
class Sides {
 public:
  Sides(const Factor& x, const Factor& u) : in_(x * u), level_(in_.rows(), in_.cols()) {
    constexpr double kink = 1e-13;
    const Vector samples = x.rowwise().norm();
    const Eigen::RowVectorXd units = u.colwise().norm();
    level_ = kink * samples * units;
  }
  bool agree(Index a, Index b) const {
    for (Index i = 0; i < in_.rows(); ++i) {
      const bool apart = (in_(i, a) > level_(i, a) && in_(i, b) < -level_(i, b)) ||
                         (in_(i, a) < -level_(i, a) && in_(i, b) > level_(i, b));
      if (apart) return false;
    }
    return true;
  }
  void add(Index a, Index b) {
    in_.col(a) += in_.col(b);
    level_.col(a) += level_.col(b);
  }

 private:
  Factor in_, level_;
};

/// Whether a is a positive multiple of b, to rounding.
bool parallel(const Vector& a, const Vector& b) {
  const double product = a.norm() * b.norm();
  return product > 0 && (a * b.norm() - b * a.norm()).norm() <= rounding * product;
}

void merge_same_sides(const HiddenUnitFamily& family, HiddenUnits& units) {
  // ||v|| of every unit is made one: u then has the size of the unit.
  for (Index j = 0; j < units.size(); ++j) {
    const double size = units.v.col(j).norm();
    if (size > 0) units.v.col(j) /= size;
    units.u.col(j) *= size;
  }
  Sides sides(family.x(), units.u);
  for (Index a = 0; a < units.size(); ++a)
    for (Index b = a + 1; b < units.size(); ++b) {
      if (!parallel(units.v.col(a), units.v.col(b)) || !sides.agree(a, b)) continue;
      units.u.col(a) += units.u.col(b);
      sides.add(a, b);
      units.v.col(b).setZero();
    }
}

/// Units with parallel inputs: outputs are added.
void merge_parallel(const HiddenUnitFamily& family, HiddenUnits& units) {
  const Index pieces = family.activation().pieces;
  const int degree = family.activation().degree();
  const auto input = [&](Index j) {
    return Vector(units.u.middleCols(j * pieces, pieces).reshaped());
  };
  for (Index a = 0; a < units.size(); ++a)
    for (Index b = a + 1; b < units.size(); ++b) {
      const Vector ua = input(a), ub = input(b);
      if (units.v.col(b).isZero(0) || !parallel(ua, ub)) continue;
      units.v.col(a) += std::pow(ub.norm() / ua.norm(), degree) * units.v.col(b);
      units.v.col(b).setZero();
    }
}

/// As many units as there are numbers to compute are enough.
void collapse_units(const HiddenUnitFamily& family, HiddenUnits& units) {
  const Index numbers = family.x().rows() * family.outputs();
  if (units.size() <= numbers) return;
  const Factor hidden = family.hidden(units.u);
  Matrix maps(numbers, units.size());
  for (Index j = 0; j < units.size(); ++j)
    maps.col(j) = (units.v.col(j) * hidden.col(j).transpose()).reshaped();
  units.v *= collapse(maps, family.penalties(units)).asDiagonal();
}

}  // namespace

void merge_units(const HiddenUnitFamily& family, HiddenUnits& units) {
  if (units.size() == 0) return;
  const Activation& activation = family.activation();
  const bool product = family.unit_penalty() == UnitPenalty::product;
  if (family.gated()) return merge_gated(units);
  if (product && activation.kind == Activation::Kind::linear) return merge_linear(units);
  if (product && activation.kind == Activation::Kind::square && family.outputs() == 1)
    return merge_square(units);
  merge_parallel(family, units);
  if (product && activation.two_slopes()) merge_same_sides(family, units);
  collapse_units(family, units);
}

}  // namespace hadal
