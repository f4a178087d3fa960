#include "hidden_unit_search.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "hadal/algebra/decompositions.hpp"
#include "unit_ascent.hpp"

namespace hadal {
namespace {

using ConstMap = Eigen::Map<const Factor>;

PolarResult<HiddenUnits> linear_polar(const HiddenUnitFamily& family, const ConstMap& q,
                                      Index count) {
  const Matrix collected = family.x().transpose() * q;
  const Eigen::BDCSVD<Matrix> svd(collected, Eigen::ComputeThinU | Eigen::ComputeThinV);
  PolarResult<HiddenUnits> result;
  count = std::min(count, svd.singularValues().size());
  result.found = {svd.matrixU().leftCols(count), svd.matrixV().leftCols(count), {}};
  const Vector values = svd.singularValues().head(count);
  result.collected.assign(values.begin(), values.end());
  result.passes = 1;
  return result;
}

/// The largest singular values of X^T D_g Q over all gates.
PolarResult<HiddenUnits> gated_polar(const HiddenUnitFamily& family, const ConstMap& q,
                                     Index count) {
  struct Found {
    double value;
    std::int64_t gate;
    Vector u, v;
  };
  std::vector<Found> all;
  for (std::int64_t g = 0; g < family.gates().cols(); ++g) {
    const Matrix let = family.gates().col(g).cast<double>().asDiagonal() * q;
    const Matrix collected = family.x().transpose() * let;
    const Eigen::BDCSVD<Matrix> svd(collected, Eigen::ComputeThinU | Eigen::ComputeThinV);
    for (Index k = 0; k < std::min(count, svd.singularValues().size()); ++k)
      all.push_back({svd.singularValues()[k], g, svd.matrixU().col(k), svd.matrixV().col(k)});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Found& a, const Found& b) { return a.value > b.value; });
  all.resize(std::min(all.size(), static_cast<std::size_t>(count)));
  PolarResult<HiddenUnits> result;
  const auto size = static_cast<Index>(all.size());
  result.found = {Factor(family.x().cols(), size), Factor(q.cols(), size), {}};
  for (Index k = 0; k < size; ++k) {
    const Found& found = all[static_cast<std::size_t>(k)];
    result.found.u.col(k) = found.u;
    result.found.v.col(k) = found.v;
    result.found.gate.push_back(found.gate);
    result.collected.push_back(found.value);
  }
  result.passes = static_cast<double>(family.gates().cols());
  return result;
}

PolarResult<HiddenUnits> square_polar(const HiddenUnitFamily& family, const ConstMap& q,
                                      Index count) {
  const Matrix form = family.x().transpose() * q.col(0).asDiagonal() * family.x();
  const Eigen::SelfAdjointEigenSolver<Matrix> eigen(form);
  const Vector& values = eigen.eigenvalues();
  std::vector<Index> order(static_cast<std::size_t>(values.size()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return std::abs(values[a]) > std::abs(values[b]); });
  order.resize(static_cast<std::size_t>(std::min(count, values.size())));
  PolarResult<HiddenUnits> result;
  result.found = {
      eigen.eigenvectors()(Eigen::all, order), Factor(1, static_cast<Index>(order.size())), {}};
  for (std::size_t k = 0; k < order.size(); ++k) {
    result.found.v(0, static_cast<Index>(k)) = values[order[k]] < 0 ? -1 : 1;
    result.collected.push_back(std::abs(values[order[k]]));
  }
  result.passes = 1;
  return result;
}

/// Units of penalty one, ascending side by side.
class Search {
 public:
  Search(const HiddenUnitFamily& family, const ConstMap& q, Factor starts)
      : family_(family), q_(q), u_(std::move(starts)) {
    normalise(u_);
    evaluate(u_, value_, v_);
    step_.setOnes(size());
  }

  Index size() const { return value_.size(); }
  const Vector& value() const { return value_; }
  double passes() const { return passes_; }
  HiddenUnits units() const { return {u_, v_, {}}; }

  /// One step of all: towards the unit vector that collects the most from the gradient; a step that
  /// loses is shortened.
  void round() {
    const Factor in = family_.x() * u_;
    Factor back;
    activate_backward(family_.activation(), in, q_ * v_, back);
    Factor towards = family_.x().transpose() * back;
    aim(towards);
    const Index pieces = family_.activation().pieces;
    Factor tried = u_;
    for (Index j = 0; j < size(); ++j)
      tried.middleCols(j * pieces, pieces) = (1 - step_[j]) * u_.middleCols(j * pieces, pieces) +
                                             step_[j] * towards.middleCols(j * pieces, pieces);
    normalise(tried);
    Vector value;
    Factor v;
    evaluate(tried, value, v);
    for (Index j = 0; j < size(); ++j) {
      const bool better = value[j] > value_[j];
      step_[j] = better ? std::min(1.0, 2 * step_[j]) : step_[j] / 4;
      if (!better) continue;
      value_[j] = value[j];
      v_.col(j) = v.col(j);
      u_.middleCols(j * pieces, pieces) = tried.middleCols(j * pieces, pieces);
    }
    passes_ += 2;
  }

  /// The first `kept` and the best others, of those that differ from all better ones.
  void keep(Index kept, Index others, double apart) {
    std::vector<Index> order(static_cast<std::size_t>(size()));
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin() + kept, order.end(),
                     [&](Index a, Index b) { return value_[a] > value_[b]; });
    select(order, kept + others, apart);
  }

  /// Ascends to the very top, where tops sit at kinks, which steps along gradients do not reach.
  void finish() {
    if (!family_.sits_at_kinks()) return;
    const UnitAscent ascent(family_.x(), family_.activation());
    const Factor q = q_;
#pragma omp parallel for schedule(dynamic, 1)
    for (Index j = 0; j < size(); ++j) {
      Vector u = u_.col(j), v;
      const double value = ascent.ascend(q, u, v);
      if (!(value > value_[j])) continue;
      value_[j] = value;
      u_.col(j) = u;
      v_.col(j) = v;
    }
    passes_ += 20;
  }

 private:
  void select(const std::vector<Index>& order, Index most, double apart) {
    const Index pieces = family_.activation().pieces;
    std::vector<Index> chosen;
    for (const Index j : order) {
      if (static_cast<Index>(chosen.size()) == most) break;
      const auto same = [&](Index other) {
        return (u_.middleCols(j * pieces, pieces) - u_.middleCols(other * pieces, pieces)).norm() <
                   apart &&
               v_.col(j).dot(v_.col(other)) > 0;
      };
      if (value_[j] > 0 && std::none_of(chosen.begin(), chosen.end(), same)) chosen.push_back(j);
    }
    const auto count = static_cast<Index>(chosen.size());
    Factor u(u_.rows(), count * pieces);
    for (Index c = 0; c < count; ++c)
      u.middleCols(c * pieces, pieces) =
          u_.middleCols(chosen[static_cast<std::size_t>(c)] * pieces, pieces);
    u_ = std::move(u);
    v_ = Factor(v_(Eigen::all, chosen));
    value_ = Vector(value_(chosen));
    step_ = Vector(step_(chosen));
  }

  void normalise(Factor& u) const {
    const Index pieces = family_.activation().pieces;
    for (Index j = 0; j * pieces < u.cols(); ++j) {
      auto unit = u.middleCols(j * pieces, pieces);
      const double norm =
          family_.unit_penalty() == UnitPenalty::product ? unit.norm() : unit.lpNorm<1>();
      if (norm > 0) unit /= norm;
    }
  }

  /// What every unit collects with the best v, and that v.
  void evaluate(const Factor& u, Vector& value, Factor& v) {
    v.noalias() = q_.transpose() * family_.hidden(u);
    value.resize(v.cols());
    for (Index j = 0; j < v.cols(); ++j) {
      auto column = v.col(j);
      if (family_.unit_penalty() == UnitPenalty::product) {
        value[j] = column.norm();
        if (value[j] > 0) column /= value[j];
        continue;
      }
      Index largest = 0;
      value[j] = column.cwiseAbs().maxCoeff(&largest);
      const double sign = column[largest] < 0 ? -1 : 1;
      column.setZero();
      column[largest] = sign;
    }
    passes_ += 1;
  }

  /// The u of norm one with the largest <g, u>, for every unit.
  void aim(Factor& g) const {
    if (family_.unit_penalty() == UnitPenalty::product) return normalise(g);
    const Index pieces = family_.activation().pieces;
    for (Index j = 0; j * pieces < g.cols(); ++j) {
      auto unit = g.middleCols(j * pieces, pieces);
      Index row = 0, column = 0;
      unit.cwiseAbs().maxCoeff(&row, &column);
      const double sign = unit(row, column) < 0 ? -1 : 1;
      unit.setZero();
      unit(row, column) = sign;
    }
  }

  const HiddenUnitFamily& family_;
  ConstMap q_;
  Factor u_, v_;
  Vector value_, step_;
  double passes_ = 0;
};

/// Current units, then leading singular vectors of X^T Q with both signs, then for each of many
/// pairs of samples the part of one that is orthogonal to the other (its unit turns on at the
/// other), then random directions.
Factor starts_of(const HiddenUnitFamily& family, const ConstMap& q, const HiddenUnits& units,
                 std::uint64_t seed) {
  constexpr double work = 4e8;
  const Factor& x = family.x();
  const Index pieces = family.activation().pieces, n = x.rows(), d = x.cols();
  const auto random =
      static_cast<Index>(std::clamp(work / static_cast<double>(x.size() * pieces), 40.0, 400.0));
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  std::uniform_int_distribution<Index> sample(0, n - 1);

  const Matrix collected = x.transpose() * q;
  const Eigen::BDCSVD<Matrix> svd(collected, Eigen::ComputeThinU);
  const Index leading = std::min<Index>(svd.matrixU().cols(), 8);
  // The corners of the l1 ball, among which maxima over it often are.
  constexpr Index corners_max = 500;
  const Index corners =
      family.unit_penalty() == UnitPenalty::path ? std::min(d, corners_max) : Index{0};
  Factor starts(d, units.u.cols() + (2 * leading + 2 * corners + random) * pieces);
  starts.leftCols(units.u.cols()) = units.u;
  Index at = units.u.cols();
  const auto add = [&](const Vector& u) {
    for (Index p = 0; p < pieces; ++p, ++at) {
      starts.col(at) = p == 0 ? u : Vector(p == 1 ? Vector(-u) : Vector::NullaryExpr(d, [&] {
        return normal(generator) * u.norm() / std::sqrt(static_cast<double>(d));
      }));
    }
  };
  for (Index k = 0; k < leading; ++k) {
    add(svd.matrixU().col(k));
    add(-svd.matrixU().col(k));
  }
  for (Index k = 0; k < corners; ++k) {
    add(Vector::Unit(d, k));
    add(-Vector::Unit(d, k));
  }
  for (Index k = 0; k < random; ++k) {
    Vector u = Vector::NullaryExpr(d, [&] { return normal(generator); });
    if (k % 4 != 0) {
      const Vector from = x.row(sample(generator)), to = x.row(sample(generator));
      const double square = from.squaredNorm();
      Vector turned = square > 0 ? Vector(to - to.dot(from) / square * from) : to;
      if (turned.norm() > 1e-9 * to.norm()) u = k % 2 ? turned : Vector(-turned);
    }
    add(u);
  }
  return starts;
}

}  // namespace

PolarResult<HiddenUnits> search_unit_polar(const HiddenUnitFamily& family, const Vector& q,
                                           const HiddenUnits& units, const PolarRequest& request) {
  const ConstMap map(q.data(), family.x().rows(), family.outputs());
  const bool product = family.unit_penalty() == UnitPenalty::product;
  const Activation& activation = family.activation();
  PolarResult<HiddenUnits> result;
  if (family.gated()) {
    result = gated_polar(family, map, request.atoms_max);
    result.bound.method = "singular value decompositions";
  } else if (product && activation.kind == Activation::Kind::linear) {
    result = linear_polar(family, map, request.atoms_max);
    result.bound.method = "singular value decomposition";
  } else if (product && activation.kind == Activation::Kind::square && family.outputs() == 1) {
    result = square_polar(family, map, request.atoms_max);
    result.bound.method = "eigenvalue decomposition";
  } else {
    constexpr int rounds_first = 6, rounds_last = 24;
    constexpr double apart_first = 0.05, apart_last = 1e-6;
    constexpr Index finalists =
        32;  // tops that differ in the fifth digit are told apart at the end only
    Search search(family, map, starts_of(family, map, units, request.seed));
    for (int k = 0; k < rounds_first && !request.cancelled(); ++k) search.round();
    search.keep(units.size(), std::max(request.atoms_max, finalists), apart_first);
    for (int k = 0; k < rounds_last && !request.cancelled(); ++k) search.round();
    search.finish();
    search.keep(0, request.atoms_max, apart_last);
    result.found = search.units();
    result.collected.assign(search.value().begin(), search.value().end());
    result.passes = search.passes();
    result.bound.method = "many-start ascent";
  }
  result.value = result.collected.empty() ? 0 : result.collected.front();
  result.bound.value = result.value;
  return result;
}

PolarResult<HiddenUnits> unit_along(const HiddenUnitFamily& family, const Vector& q,
                                    const Vector& u) {
  const Search only(family, ConstMap(q.data(), family.x().rows(), family.outputs()), u);
  PolarResult<HiddenUnits> result;
  result.found = only.units();
  result.value = only.value()[0];
  result.collected = {result.value};
  return result;
}

}  // namespace hadal
