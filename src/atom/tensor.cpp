#include "hadal/atom/tensor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hadal/error.hpp"
#include "hadal/kernel/tensor_products.hpp"
#include "tensor_bound.hpp"
#include "tensor_search.hpp"

namespace hadal {

TensorFamily::TensorFamily(const TensorPattern& pattern, std::vector<FactorNorm> norms)
    : pattern_(pattern) {
  if (static_cast<Index>(norms.size()) != pattern.order())
    throw ArgumentError(
        fmt::format("{} norms were given for a tensor of order {}; expected one for "
                    "each mode",
                    norms.size(), pattern.order()));
  for (std::size_t m = 0; m < norms.size(); ++m) {
    const Index size = pattern.shape()[m];
    if (norms[m].tv > 0 && norms[m].graph.vertices != size)
      throw ArgumentError(
          fmt::format("a graph of {} vertices was given for the total variation of mode {}; "
                      "expected {}, one for each of its elements",
                      norms[m].graph.vertices, m, size));
    sides_.emplace_back(std::move(norms[m]));
  }
}

TensorAtoms TensorFamily::empty() const {
  TensorAtoms atoms;
  for (const Index size : pattern_.shape()) atoms.factors.emplace_back(size, 0);
  return atoms;
}

void TensorFamily::predict(const Atoms& atoms, Vector& z) const {
  tensor_values(pattern_, atoms.factors, z);
}

Vector TensorFamily::penalties(const Atoms& atoms) const {
  Vector penalty = Vector::Ones(atoms.size());
  for (std::size_t m = 0; m < sides_.size(); ++m)
    for (Index c = 0; c < atoms.size(); ++c)
      penalty[c] *= sides_[m].norm()(atoms.factors[m].col(c));
  return penalty;
}

PolarResult<TensorAtoms> TensorFamily::polar(const Vector& q, const Atoms& atoms,
                                             const PolarRequest& request) const {
  if (request.proof == Proof::deterministic) {
    PolarResult<Atoms> result;
    result.value = request.estimate;
    result.found = empty();
    std::vector<FactorNorm> norms;
    for (const NormProx& side : sides_) norms.push_back(side.norm());
    result.bound = tensor_bound(pattern_, q, norms, request);
    return result;
  }
  return search_tensor_polar(*this, q, atoms, request);
}

void TensorFamily::append(Atoms& atoms, const Atoms& found, const std::vector<double>& amounts,
                          double scale) const {
  const auto count = static_cast<Index>(amounts.size());
  const double degree = static_cast<double>(sides_.size());
  for (std::size_t m = 0; m < sides_.size(); ++m) {
    Factor& factor = atoms.factors[m];
    const Index before = factor.cols();
    factor.conservativeResize(Eigen::NoChange, before + count);
    for (Index c = 0; c < count; ++c)
      factor.col(before + c) = found.factors[m].col(c) *
                               std::pow(scale * amounts[static_cast<std::size_t>(c)], 1 / degree);
  }
}

void TensorFamily::compress(Atoms& atoms) const {
  const Vector penalty = penalties(atoms);
  std::vector<Index> order(static_cast<std::size_t>(penalty.size()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return penalty[a] > penalty[b]; });
  while (!order.empty() && !(penalty[order.back()] > 0)) order.pop_back();
  const double degree = static_cast<double>(sides_.size());
  Eigen::VectorXd sign = Vector::Ones(static_cast<Index>(order.size()));
  const auto last_free = static_cast<std::size_t>(
      std::find_if(sides_.rbegin(), sides_.rend(),
                   [](const NormProx& side) { return !side.norm().nonnegative; }) -
      sides_.rbegin());
  for (std::size_t m = 0; m < sides_.size(); ++m) {
    Factor& factor = atoms.factors[m];
    factor = Factor(factor(Eigen::all, order));
    const bool takes_signs = m + 1 + last_free == sides_.size();
    for (Index c = 0; c < factor.cols(); ++c) {
      const double norm = sides_[m].norm()(factor.col(c));
      factor.col(c) *= std::pow(penalty[order[static_cast<std::size_t>(c)]], 1 / degree) / norm;
      if (takes_signs) continue;
      Index largest = 0;
      factor.col(c).cwiseAbs().maxCoeff(&largest);
      if (factor(largest, c) >= 0) continue;
      factor.col(c) *= -1;
      sign[c] = -sign[c];
    }
  }
  if (last_free < sides_.size()) atoms.factors[sides_.size() - 1 - last_free] *= sign.asDiagonal();
}

}  // namespace hadal
