#include "tensor_search.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/kernel/tensor_products.hpp"

namespace hadal {
namespace {

using Factors = std::vector<Factor>;

void append_columns(const Factors& more, Factors& all) {
  for (std::size_t m = 0; m < all.size(); ++m) {
    Factor joined(all[m].rows(), all[m].cols() + more[m].cols());
    joined << all[m], more[m];
    all[m] = std::move(joined);
  }
}

Factors random_starts(const TensorPattern& pattern, Index count, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  Factors starts;
  for (const Index size : pattern.shape())
    starts.push_back(Factor::NullaryExpr(size, count, [&] { return normal(generator); }));
  return starts;
}

/// Unit vectors at the entries of Q that collect most, of whatever sign unless no mode may be
/// negative.
Factors entry_starts(const TensorFamily& family, const Vector& q) {
  const TensorPattern& pattern = family.pattern();
  const bool positive = std::all_of(family.sides().begin(), family.sides().end(),
                                    [](const NormProx& side) { return side.norm().nonnegative; });
  const auto collected = [&](Index k) { return positive ? q[k] : std::abs(q[k]); };
  // Elsewhere singular vectors are the better starts, and no sign stands in their way.
  const Index count = std::min<Index>(positive ? 12 : 4, q.size());
  std::vector<Index> order(static_cast<std::size_t>(q.size()));
  std::iota(order.begin(), order.end(), 0);
  std::partial_sort(order.begin(), order.begin() + count, order.end(), [&](Index a, Index b) {
    return collected(a) > collected(b) || (collected(a) == collected(b) && a < b);
  });
  order.resize(static_cast<std::size_t>(count));
  Factors starts;
  for (const Index size : pattern.shape()) starts.push_back(Factor::Zero(size, count));
  pattern.for_each([&](Index k, const TensorPattern::Position& at) {
    for (Index c = 0; c < count; ++c)
      if (order[static_cast<std::size_t>(c)] == k)
        for (std::size_t m = 0; m < starts.size(); ++m) starts[m](at[m], c) = 1;
  });
  return starts;
}

/// Leading left singular vectors of an unfolding of a full tensor: mode m against all others.
Matrix leading_vectors(const TensorPattern& pattern, const Vector& q, std::size_t mode,
                       Index count) {
  const auto& shape = pattern.shape();
  Index left = 1, right = 1;
  for (std::size_t m = 0; m < shape.size(); ++m) (m < mode ? left : right) *= shape[m];
  const Index n = shape[mode];
  right /= n;
  Matrix gram = Matrix::Zero(n, n);
  for (Index l = 0; l < left; ++l) {
    const Eigen::Map<const Factor> slab(q.data() + l * n * right, n, right);
    gram.selfadjointView<Eigen::Lower>().rankUpdate(slab);
  }
  const Eigen::SelfAdjointEigenSolver<Matrix> eigen(Matrix(gram.selfadjointView<Eigen::Lower>()));
  return eigen.eigenvectors().rightCols(std::min(count, n)).rowwise().reverse();
}

/// Every combination of the modes' leading singular vectors (De Lathauwer et al. 2000, section 3:
/// the largest entries of the core are near the best rank-one approximations).
Factors unfolding_starts(const TensorPattern& pattern, const Vector& q) {
  constexpr double operations_max = 2e9;
  const auto& shape = pattern.shape();
  Factors starts;
  for (const Index size : shape) starts.emplace_back(size, 0);
  double operations = 0;
  for (const Index size : shape) operations += static_cast<double>(size * pattern.observed());
  if (!pattern.full() || operations > operations_max) return starts;
  const Index each = shape.size() <= 3 ? 3 : shape.size() <= 5 ? 2 : 1;
  std::vector<Matrix> vectors;
  Index count = 1;
  for (std::size_t m = 0; m < shape.size(); ++m) {
    vectors.push_back(leading_vectors(pattern, q, m, each));
    count *= vectors.back().cols();
  }
  for (std::size_t m = 0; m < shape.size(); ++m) starts[m].resize(shape[m], count);
  for (Index c = 0; c < count; ++c) {
    Index rest = c;
    for (std::size_t m = 0; m < shape.size(); ++m) {
      starts[m].col(c) = vectors[m].col(rest % vectors[m].cols());
      rest /= vectors[m].cols();
    }
  }
  return starts;
}

class Search {
 public:
  Search(const TensorFamily& family, const Vector& q, Factors starts)
      : family_(family),
        q_(q),
        x_(std::move(starts)),
        value_(Vector::Zero(x_.front().cols())),
        change_(value_),
        duals_(x_.size(), std::vector<Vector>(static_cast<std::size_t>(value_.size()))) {}

  Index size() const { return value_.size(); }
  double value(Index c) const { return value_[c]; }
  const Factors& vectors() const { return x_; }
  double passes() const { return passes_; }
  double largest_change() const {
    return size() == 0 ? 0 : (change_.array() / value_.array().max(1e-300)).maxCoeff();
  }

  /// Aligns every mode once.
  void round() {
    const Vector before = value_;
    Factor against;
    Vector y;
    for (std::size_t m = 0; m < x_.size(); ++m) {
      mttkrp(family_.pattern(), q_, x_, static_cast<Index>(m), against);
      const NormProx& side = family_.sides()[m];
      for (Index c = 0; c < size(); ++c) {
        // Only a vector of this search has norm one, and may be kept if nothing better is found.
        const Vector start = rounds_ > 0 ? Vector(x_[m].col(c)) : Vector();
        value_[c] = side.align(against.col(c), start, duals_[m][static_cast<std::size_t>(c)], y);
        // Where nothing may be collected, the next modes still have a slice to look at.
        if (!(value_[c] > 0)) y = nearest_to_collect(side, against.col(c));
        x_[m].col(c) = y;
      }
    }
    passes_ += static_cast<double>(x_.size());
    change_ = value_ - before;
    ++rounds_;
  }

  /// Leaves out what is one of these atoms already: where such a one collects too much it is to be
  /// descended on, not to be had twice.
  void drop_known(const Factors& atoms) {
    std::vector<Index> kept;
    for (Index c = 0; c < size(); ++c) {
      double largest = 0;
      for (Index a = 0; a < atoms.front().cols(); ++a)
        largest = std::max(largest, overlap(x_, c, atoms, a));
      if (largest < 0.99) kept.push_back(c);
    }
    keep(kept);
  }

  /// Keeps the best `count` of those that are not nearly the same as a better one.
  void keep_best(Index count) {
    std::vector<Index> order(static_cast<std::size_t>(size()));
    std::iota(order.begin(), order.end(), 0);
    std::erase_if(order, [&](Index c) { return !(value_[c] > 0); });
    std::stable_sort(order.begin(), order.end(),
                     [&](Index a, Index b) { return value_[a] > value_[b]; });
    std::vector<Index> kept;
    for (const Index c : order) {
      if (static_cast<Index>(kept.size()) == count) break;
      const bool is_new = std::none_of(
          kept.begin(), kept.end(), [&](Index other) { return overlap(x_, c, x_, other) > 0.95; });
      if (is_new) kept.push_back(c);
    }
    keep(kept);
  }

 private:
  void keep(const std::vector<Index>& kept) {
    for (std::size_t m = 0; m < x_.size(); ++m) {
      x_[m] = Factor(x_[m](Eigen::all, kept));
      std::vector<Vector> duals;
      for (const Index c : kept) duals.push_back(std::move(duals_[m][static_cast<std::size_t>(c)]));
      duals_[m] = std::move(duals);
    }
    value_ = Vector(value_(kept));
    change_ = Vector(change_(kept));
  }

  static Vector nearest_to_collect(const NormProx& side, const Vector& against) {
    Index at = 0;
    against.maxCoeff(&at);
    const Vector element = Vector::Unit(against.size(), at);
    return element / side.norm()(element);
  }

  static double overlap(const Factors& x, Index a, const Factors& y, Index b) {
    double cosine = 1;
    for (std::size_t m = 0; m < x.size(); ++m)
      cosine *= x[m].col(a).dot(y[m].col(b)) / (x[m].col(a).norm() * y[m].col(b).norm());
    return cosine;
  }

  const TensorFamily& family_;
  const Vector& q_;
  Factors x_;
  Vector value_, change_;
  std::vector<std::vector<Vector>> duals_;
  double passes_ = 0;
  int rounds_ = 0;
};

Factors starts_of(const TensorFamily& family, const Vector& q, const TensorAtoms& atoms,
                  std::uint64_t seed) {
  constexpr double work = 3e6;
  const TensorPattern& pattern = family.pattern();
  const Index random =
      static_cast<Index>(std::clamp(work / static_cast<double>(pattern.observed() + 1), 6.0, 60.0));
  Factors starts = atoms.factors;
  append_columns(unfolding_starts(pattern, q), starts);
  append_columns(entry_starts(family, q), starts);
  append_columns(random_starts(pattern, random, seed), starts);
  // Where factors are constrained a start and its opposite differ.
  for (std::size_t m = 0; m < starts.size(); ++m) {
    if (!family.sides()[m].norm().nonnegative) continue;
    starts[m] = starts[m].cwiseAbs();
  }
  return starts;
}

}  // namespace

PolarResult<TensorAtoms> search_tensor_polar(const TensorFamily& family, const Vector& q,
                                             const TensorAtoms& atoms,
                                             const PolarRequest& request) {
  constexpr Index kept_first = 24, kept_last = 12;
  constexpr int rounds_max = 200, rounds_first = 3;
  PolarResult<TensorAtoms> result;
  result.found = family.empty();
  result.bound.method = "many-start alternating search";
  if (q.size() == 0) return result;
  Search search(family, q, starts_of(family, q, atoms, request.seed));
  const auto run = [&](int rounds, double accuracy) {
    for (int k = 0; k < rounds && search.size() > 0 && !request.cancelled(); ++k) {
      search.round();
      if (k > 0 && search.largest_change() <= accuracy) break;
    }
  };
  run(rounds_first, 0);
  search.keep_best(kept_first);
  run(rounds_max / 4, 1e-3);
  search.keep_best(std::min(kept_last, request.atoms_max));
  run(rounds_max, std::max(1e-14, 0.1 * request.precision));
  search.keep_best(std::min(kept_last, request.atoms_max));
  result.value = search.size() > 0 ? search.value(0) : 0;
  search.drop_known(atoms.factors);
  result.found.factors = search.vectors();
  for (Index c = 0; c < search.size(); ++c) result.collected.push_back(search.value(c));
  result.passes = search.passes();
  result.bound.value = result.value;
  return result;
}

}  // namespace hadal
