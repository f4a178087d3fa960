#pragma once

#include "field_checks.hpp"
#include "hadal/model/fitted_model.hpp"
#include "hadal/norm/factor_norm.hpp"

namespace hadal {

/// The checks of what the models of all families have, by part.
class FittedChecks : public FieldChecks {
 public:
  /// Both must outlive the object.
  FittedChecks(const FittedModel& model, const Complain& complain)
      : FieldChecks(complain), fitted_(model) {}

  void claim() const;
  void record() const;

 protected:
  /// Lambda, and the threshold that the loss has.
  void loss_and_lambda() const;
  /// Those of the multinomial loss, none for any other.
  void categories_of_loss(const std::vector<std::int64_t>& categories) const;
  /// The norm of a factor: its weights 0 or from `least` to `most`, its graph, its sign.
  void factor_norm(std::string_view field, const FactorNorm& norm, const Factor& factor,
                   double least, double most) const;

 private:
  void outer_iteration(const OuterIteration& step) const;
  void path_point(const PathPoint& point) const;

  const FittedModel& fitted_;
};

}  // namespace hadal
