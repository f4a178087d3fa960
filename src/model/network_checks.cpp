#include <fmt/format.h>

#include "model_checks.hpp"
#include "sample_checks.hpp"

namespace hadal {
namespace {

/// The checks of one network's model, by part.
class Checker : public SampleChecks {
 public:
  Checker(const NetworkModel& model, const Complain& complain)
      : SampleChecks(model, complain), model_(model) {}

  void penalty() const {
    require(model_.penalty == UnitPenalty::product || model_.activation.degree() == 1, "penalty",
            to_string(model_.penalty), "product for square units");
  }

  void units() const {
    const Index inputs = model_.inputs() + (model_.bias ? 1 : 0);
    require(model_.v.rows() == model_.outputs(), "v", shape(model_.v),
            fmt::format("{} rows, one for each output", model_.outputs()));
    require(
        model_.u.rows() == inputs && model_.u.cols() == model_.size() * model_.activation.pieces,
        "u", shape(model_.u),
        fmt::format("{} x {}", inputs, model_.size() * model_.activation.pieces));
    finite("u", model_.u);
    finite("v", model_.v);
  }

 private:
  const NetworkModel& model_;
};

}  // namespace

void require_valid(const NetworkModel& model, const Complain& complain) {
  const Checker checker(model, complain);
  checker.inputs();
  checker.outputs();
  checker.penalty();
  checker.units();
  checker.claim();
  checker.record();
  checker.figures();
}

}  // namespace hadal
