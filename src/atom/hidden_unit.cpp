#include "hadal/atom/hidden_unit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hadal/error.hpp"
#include "hidden_unit_bound.hpp"
#include "hidden_unit_merge.hpp"
#include "hidden_unit_search.hpp"

namespace hadal {

HiddenUnitFamily::HiddenUnitFamily(const Factor& x, Index outputs, const Activation& activation,
                                   UnitPenalty penalty, Gates gates)
    : x_(x),
      outputs_(outputs),
      activation_(activation),
      penalty_(penalty),
      gates_(std::move(gates)) {
  if (x.size() == 0 || outputs < 1)
    throw ArgumentError(
        fmt::format("{} samples of {} inputs and {} outputs were given; expected at least one of "
                    "each",
                    x.rows(), x.cols(), outputs));
}

HiddenUnits HiddenUnitFamily::empty() const {
  return {Factor(x_.cols(), 0), Factor(outputs_, 0), {}};
}

Factor HiddenUnitFamily::hidden(const Factor& u, const std::vector<std::int64_t>& gate) const {
  const Factor in = x_ * u;
  Factor out;
  activate(activation_, in, out);
  shut(gate, out);
  return out;
}

void HiddenUnitFamily::shut(const std::vector<std::int64_t>& gate, Factor& values) const {
  if (!gated()) return;
  for (Index i = 0; i < values.rows(); ++i)
    for (Index j = 0; j < values.cols(); ++j)
      if (!gates_(i, gate[static_cast<std::size_t>(j)])) values(i, j) = 0;
}

void HiddenUnitFamily::predict(const Atoms& atoms, Vector& z) const {
  z.setZero(x_.rows() * outputs_);
  if (atoms.size() == 0) return;
  Eigen::Map<Factor>(z.data(), x_.rows(), outputs_).noalias() =
      hidden(atoms.u, atoms.gate) * atoms.v.transpose();
}

bool HiddenUnitFamily::sits_at_kinks() const {
  constexpr Index few = 12;
  return activation_.two_slopes() && !activation_.odd() && penalty_ == UnitPenalty::product &&
         x_.cols() <= few;
}

Vector HiddenUnitFamily::input_norms(const Atoms& atoms) const {
  const Index pieces = activation_.pieces;
  Vector norms(atoms.size());
  for (Index j = 0; j < atoms.size(); ++j) {
    const auto u = atoms.u.middleCols(j * pieces, pieces);
    norms[j] = penalty_ == UnitPenalty::product ? u.norm() : u.lpNorm<1>();
  }
  return norms;
}

Vector HiddenUnitFamily::output_norms(const Atoms& atoms) const {
  Vector norms(atoms.size());
  for (Index j = 0; j < atoms.size(); ++j)
    norms[j] =
        penalty_ == UnitPenalty::product ? atoms.v.col(j).norm() : atoms.v.col(j).lpNorm<1>();
  return norms;
}

Vector HiddenUnitFamily::penalties(const Atoms& atoms) const {
  return input_norms(atoms).array().pow(activation_.degree()) * output_norms(atoms).array();
}

PolarResult<HiddenUnits> HiddenUnitFamily::polar(const Vector& q, const Atoms& atoms,
                                                 const PolarRequest& request) const {
  if (request.proof != Proof::deterministic) return search_unit_polar(*this, q, atoms, request);
  UnitBound bounded = hidden_unit_bound(*this, q, request);
  PolarResult<Atoms> result;
  result.found = empty();
  if (bounded.direction.size() > 0) result = unit_along(*this, q, bounded.direction);
  result.value = std::max(result.value, request.estimate);
  result.bound = std::move(bounded.bound);
  return result;
}

void HiddenUnitFamily::append(Atoms& atoms, const Atoms& found, const std::vector<double>& amounts,
                              double scale) const {
  const auto count = static_cast<Index>(amounts.size());
  const Index before = atoms.size(), pieces = activation_.pieces;
  atoms.u.conservativeResize(x_.cols(), (before + count) * pieces);
  atoms.v.conservativeResize(outputs_, before + count);
  for (Index c = 0; c < count; ++c) {
    const double size = std::pow(scale * amounts[static_cast<std::size_t>(c)], 1.0 / map_degree());
    atoms.u.middleCols((before + c) * pieces, pieces) =
        size * found.u.middleCols(c * pieces, pieces);
    atoms.v.col(before + c) = size * found.v.col(c);
    if (gated()) atoms.gate.push_back(found.gate[static_cast<std::size_t>(c)]);
  }
}

void HiddenUnitFamily::compress(Atoms& atoms) const {
  merge_units(*this, atoms);
  const Vector in = input_norms(atoms), out = output_norms(atoms), penalty = penalties(atoms);
  std::vector<Index> order(static_cast<std::size_t>(atoms.size()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return penalty[a] > penalty[b]; });
  while (!order.empty() && !(penalty[order.back()] > 0)) order.pop_back();

  const Index pieces = activation_.pieces, count = static_cast<Index>(order.size());
  Atoms kept{Factor(x_.cols(), count * pieces), Factor(outputs_, count), {}};
  for (Index c = 0; c < count; ++c) {
    const Index j = order[static_cast<std::size_t>(c)];
    const double size = std::pow(penalty[j], 1.0 / map_degree());
    auto u = kept.u.middleCols(c * pieces, pieces);
    u = atoms.u.middleCols(j * pieces, pieces) * (size / in[j]);
    kept.v.col(c) = atoms.v.col(j) * (size / out[j]);
    if (gated()) kept.gate.push_back(atoms.gate[static_cast<std::size_t>(j)]);
    if (!activation_.even() && !activation_.odd()) continue;
    Index largest = 0;
    u.col(0).cwiseAbs().maxCoeff(&largest);
    if (u(largest, 0) >= 0) continue;
    u *= -1;
    if (activation_.odd()) kept.v.col(c) *= -1;
  }
  atoms = std::move(kept);
}

}  // namespace hadal
