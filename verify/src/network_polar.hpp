#pragma once

#include <vector>

#include "hadal/model/network_model.hpp"
#include "split_bound.hpp"

namespace hadal::verify {

/// The polar of R (samples x outputs, row by row): the most that a unit of penalty one collects.
class NetworkPolar {
 public:
  /// x: network_inputs. Both must outlive the object.
  NetworkPolar(const NetworkModel& model, const Factor& x);

  /// work: products at the most that are spent on the cones of two slopes.
  PolarBound bound(const std::vector<double>& gradient, const Certificate& claim,
                   const Enough& enough, double work) const;
  /// The most that the model's own units, and a few random ones, collect: a lower value.
  double search(const std::vector<double>& gradient) const;

 private:
  PolarBound linear(const Factor& r) const;
  PolarBound gated(const Factor& r) const;
  /// r where a gate is open, zero elsewhere.
  Factor behind(Index gate, const Factor& r) const;
  PolarBound square(const Factor& r) const;
  PolarBound two_slopes(const Factor& r, const Certificate& claim, const Enough& enough,
                        double work) const;
  double collected(const Factor& r, const Factor& u) const;

  const NetworkModel& model_;
  const Factor& x_;
  Eigen::Matrix<bool, Eigen::Dynamic, Eigen::Dynamic> open_;  ///< samples x gates
};

}  // namespace hadal::verify
