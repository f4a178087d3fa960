#pragma once

#include "subnetwork.hpp"

namespace hadal::deep {

/// Adam (Kingma and Ba 2015) on copies that come and go: every copy counts its own steps.
class Adam {
 public:
  Adam() = default;
  explicit Adam(const Copies& copies);

  Copies first, second;  ///< moments
  torch::Tensor steps;   ///< of every copy, r

  /// Changes the copies in place.
  void step(Copies& copies, const std::vector<torch::Tensor>& gradient, double rate);
  /// The moments of copies that were scaled by factors, r x blocks.
  void scale(const Subnetwork& subnetwork, const torch::Tensor& factors);
  void select(const torch::Tensor& places);
  void append(const Copies& copies);  ///< those from the present number on are new
};

}  // namespace hadal::deep
