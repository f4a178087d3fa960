#include "sample_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

namespace hadal {
namespace {

constexpr Index sizes_max = Index{1} << 31;

}  // namespace

void SampleChecks::inputs() const {
  require(!sample_.encoding.columns.empty(), "inputs", "none", "at least one column");
  Index inputs = 0;
  for (const InputColumn& column : sample_.encoding.columns) {
    without_nul("input name", column.name);
    unique("categories of " + column.name, column.categories);
    require(!std::isinf(column.fill), "fill", column.fill, "a number, or NaN for none");
    inputs += column.inputs();
  }
  require(sample_.input_mean.size() == inputs, "mean", sample_.input_mean.size(),
          fmt::format("{} values, one for each input", inputs));
  require(sample_.input_scale.size() == inputs, "scale", sample_.input_scale.size(),
          fmt::format("{} values, one for each input", inputs));
  finite("mean", sample_.input_mean);
  finite("scale", sample_.input_scale);
  require((sample_.input_scale.array() > 0).all(), "scale", "a value <= 0", "values > 0");
  if (sample_.picture) picture(*sample_.picture, inputs);
}

void SampleChecks::outputs() const {
  const bool classes = sample_.task == Task::classification;
  const auto count = static_cast<Index>(sample_.classes.size());
  require(classes ? count >= 2 : count == 0, "classes", count,
          classes ? "2 or more" : "none of a regression");
  unique("classes", sample_.classes);
  for (const std::string& name : sample_.target_names) without_nul("output names", name);
  const LossKind loss = sample_.loss;
  const bool fits = classes ? loss == (count == 2 ? LossKind::logistic : LossKind::multinomial)
                            : loss != LossKind::logistic && loss != LossKind::multinomial;
  require(fits, "loss", to_string(loss),
          classes ? "logistic for two classes, multinomial for more"
                  : "squared, huber or poisson for a regression");
  if (classes)
    require(sample_.outputs() == (count == 2 ? 1 : count), "offset", sample_.outputs(),
            "one value for two classes, one for each of more");
  require(sample_.outputs() >= 1 && sample_.outputs() < sizes_max, "offset", sample_.outputs(),
          "one value for each output");
  finite("offset", sample_.offset);
  require(predicts_in_data_units(loss) || sample_.offset.isZero(0), "offset", "not zero",
          "zero for this loss");
  loss_and_lambda();
}

void SampleChecks::figures() const {
  for (const double accuracy : {sample_.train_accuracy, sample_.validation_accuracy})
    require(std::isnan(accuracy) || (accuracy >= 0 && accuracy <= 1 + 1e-12), "accuracy", accuracy,
            "from 0 to 1, or NaN");
}

void SampleChecks::picture(const SamplePicture& picture, Index inputs) const {
  const bool usable = picture.width >= 1 && picture.height >= 1 && picture.channels >= 1 &&
                      picture.width < sizes_max && picture.height < sizes_max &&
                      picture.channels < sizes_max;
  require(usable && picture.width <= inputs / picture.height / picture.channels &&
              picture.inputs() == inputs,
          "picture", fmt::format("{} x {} x {}", picture.height, picture.width, picture.channels),
          fmt::format("as many values as inputs, {}", inputs));
}

void SampleChecks::unique(const std::string& field, const std::vector<std::string>& texts) const {
  for (const std::string& text : texts) without_nul(field, text);
  require(std::set<std::string>(texts.begin(), texts.end()).size() == texts.size(), field,
          "a text twice", "different ones");
}

}  // namespace hadal
