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

  void gates() const {
    if (!model_.gated()) {
      require(model_.gate.empty(), "gate", "gates of units", "none without gates");
      return;
    }
    const Index inputs = model_.inputs() + (model_.bias ? 1 : 0);
    require(model_.activation.kind == Activation::Kind::linear &&
                model_.penalty == UnitPenalty::product,
            "gates", model_.activation.to_string(), "linear units with the product penalty");
    require(model_.gates.rows() == inputs && model_.gates.cols() <= gates_max, "gates",
            shape(model_.gates), fmt::format("{} x up to {}", inputs, gates_max));
    finite("gates", model_.gates);
    require(static_cast<Index>(model_.gate.size()) == model_.size(), "gate",
            std::to_string(model_.gate.size()),
            fmt::format("{}, one for each unit", model_.size()));
    for (const std::int64_t g : model_.gate)
      require(g >= 0 && g < model_.gates.cols(), "gate", std::to_string(g),
              fmt::format("0 to {}", model_.gates.cols() - 1));
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
  checker.gates();
  checker.claim();
  checker.record();
  checker.figures();
}

}  // namespace hadal
