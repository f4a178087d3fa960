#pragma once

#include "checks.hpp"
#include "figures.hpp"
#include "split_bound.hpp"

namespace hadal::verify {

/// What a verification asks of model and data, however the data are kept.
class Evidence {
 public:
  virtual ~Evidence() = default;
  virtual const Problem& problem() const = 0;
  virtual const EachEntry& each() const = 0;
  virtual void remove_data() = 0;
  virtual Figures figures() = 0;
  virtual void check_model(const Options& options, Checks& checks) = 0;
  virtual void check_lambda_max(Checks& checks) = 0;
  virtual PolarBound polar_bound(const Figures& figures, const Certificate& claim,
                                 const Enough& enough) = 0;
};

}  // namespace hadal::verify
