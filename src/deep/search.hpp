#pragma once

#include <functional>

#include "problem.hpp"

namespace hadal::deep {

/// Copies with blocks of norm one, hence of penalty one, and what each collects of a direction.
struct Found {
  Copies copies;          ///< the best first
  torch::Tensor outputs;  ///< of every sample: copies x samples x outputs, double
  std::vector<double> collected;
};

struct SearchOptions {
  std::int64_t starts = 8;
  int steps = 20;
  std::int64_t samples = 512;  ///< that the ascents look at; what was found is measured on all
  std::uint64_t seed = 0, time = 0;
  std::function<bool()> ended = [] { return false; };  ///< polled: true ends the ascents
};

/// Looks for the polar of -G, sup <-G, map(w)> over copies with blocks of norm one, by ascents from
/// many starts at once. A search: what it finds is a lower value of the polar, never a bound.
/// gradient: G, samples x outputs; more: copies to start from besides random ones, maybe none.
Found search_polar(const Problem& problem, const torch::Tensor& gradient,
                   const SearchOptions& options, const Copies& more);

/// The scale t >= 0 of an atom with outputs t M and penalty t that minimises
/// loss(Z + t M) + lambda t, which is convex in t. Tensors in double precision.
double best_scale(const Loss& loss, const Samples& samples, const torch::Tensor& z,
                  const torch::Tensor& m, double lambda);

/// Appends those that lower the objective, each at its best scale, at most `count`; returns how
/// many. z: outputs of all copies, in double precision, kept up to date.
std::int64_t append(const Problem& problem, const Found& found, double lambda, std::int64_t count,
                    Copies& copies, torch::Tensor& z);

/// The same for a penalty of another degree, with which a short copy may not pay where a longer one
/// does: lengths are tried, and the best is taken where it lowers the objective.
std::int64_t append_at_any_length(const Problem& problem, const Found& found, double lambda,
                                  std::int64_t count, Copies& copies, torch::Tensor& z);

/// Gives every copy its best scale in turn, and removes those whose best scale is 0. The objective
/// never rises. Returns the places of those that stay, with the factor to the penalty of each.
struct Rescaled {
  torch::Tensor places, factors;
};
Rescaled rescale(const Problem& problem, const Copies& copies, double lambda, torch::Tensor& z);

}  // namespace hadal::deep
