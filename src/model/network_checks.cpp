#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "fitted_checks.hpp"
#include "model_checks.hpp"

namespace hadal {
namespace {

constexpr Index sizes_max = Index{1} << 31;

/// The checks of one network's model, by part.
class Checker : public FittedChecks {
 public:
  Checker(const NetworkModel& model, const Complain& complain)
      : FittedChecks(model, complain), model_(model) {}

  void inputs() const {
    require(!model_.encoding.columns.empty(), "inputs", "none", "at least one column");
    Index inputs = 0;
    for (const InputColumn& column : model_.encoding.columns) {
      without_nul("input name", column.name);
      unique("categories of " + column.name, column.categories);
      require(!std::isinf(column.fill), "fill", column.fill, "a number, or NaN for none");
      inputs += column.inputs();
    }
    require(model_.input_mean.size() == inputs, "mean", model_.input_mean.size(),
            fmt::format("{} values, one for each input", inputs));
    require(model_.input_scale.size() == inputs, "scale", model_.input_scale.size(),
            fmt::format("{} values, one for each input", inputs));
    finite("mean", model_.input_mean);
    finite("scale", model_.input_scale);
    require((model_.input_scale.array() > 0).all(), "scale", "a value <= 0", "values > 0");
    if (model_.picture) picture(*model_.picture, inputs);
  }

  void outputs() const {
    const bool classes = model_.task == Task::classification;
    const auto count = static_cast<Index>(model_.classes.size());
    require(classes ? count >= 2 : count == 0, "classes", count,
            classes ? "2 or more" : "none of a regression");
    unique("classes", model_.classes);
    for (const std::string& name : model_.target_names) without_nul("output names", name);
    const LossKind loss = model_.loss;
    const bool fits = classes ? loss == (count == 2 ? LossKind::logistic : LossKind::multinomial)
                              : loss != LossKind::logistic && loss != LossKind::multinomial;
    require(fits, "loss", to_string(loss),
            classes ? "logistic for two classes, multinomial for more"
                    : "squared, huber or poisson for a regression");
    if (classes)
      require(model_.outputs() == (count == 2 ? 1 : count), "offset", model_.outputs(),
              "one value for two classes, one for each of more");
    require(model_.outputs() >= 1 && model_.outputs() < sizes_max, "offset", model_.outputs(),
            "one value for each output");
    finite("offset", model_.offset);
    require(predicts_in_data_units(loss) || model_.offset.isZero(0), "offset", "not zero",
            "zero for this loss");
    loss_and_lambda();
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

  void figures() const {
    for (const double accuracy : {model_.train_accuracy, model_.validation_accuracy})
      require(std::isnan(accuracy) || (accuracy >= 0 && accuracy <= 1 + 1e-12), "accuracy",
              accuracy, "from 0 to 1, or NaN");
  }

 private:
  void picture(const SamplePicture& picture, Index inputs) const {
    const bool usable = picture.width >= 1 && picture.height >= 1 && picture.channels >= 1 &&
                        picture.width < sizes_max && picture.height < sizes_max &&
                        picture.channels < sizes_max;
    require(usable && picture.width <= inputs / picture.height / picture.channels &&
                picture.inputs() == inputs,
            "picture", fmt::format("{} x {} x {}", picture.height, picture.width, picture.channels),
            fmt::format("as many values as inputs, {}", inputs));
  }

  void unique(const std::string& field, const std::vector<std::string>& texts) const {
    for (const std::string& text : texts) without_nul(field, text);
    require(std::set<std::string>(texts.begin(), texts.end()).size() == texts.size(), field,
            "a text twice", "different ones");
  }

  const NetworkModel& model_;
};

}  // namespace

void require_valid(const NetworkModel& model, const Complain& complain) {
  const Checker checker(model, complain);
  checker.inputs();
  checker.outputs();
  checker.units();
  checker.claim();
  checker.record();
  checker.figures();
}

}  // namespace hadal
