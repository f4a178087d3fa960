#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <string>

#include "fitted_checks.hpp"
#include "model_checks.hpp"

namespace hadal {
namespace {

/// The checks of one dropout model, by part.
class Checker : public FittedChecks {
 public:
  Checker(const DropoutModel& model, const Complain& complain)
      : FittedChecks(model, complain), model_(model) {}

  void network() const {
    const auto& layers = model_.network.layers;
    require(layers.size() >= 2, "layers", layers.size(), "at least 2");
    constexpr Index limit = std::numeric_limits<std::int32_t>::max();
    for (std::size_t l = 0; l < layers.size(); ++l) {
      const std::string name = fmt::format("layer{}", l);
      require(layers[l].rows() >= 1 && layers[l].rows() <= limit && layers[l].cols() >= 1 &&
                  layers[l].cols() <= limit,
              name, shape(layers[l]), "1 .. 2^31 - 1 rows and columns");
      if (l > 0)
        require(
            layers[l].cols() == layers[l - 1].rows(), name, shape(layers[l]),
            fmt::format("{} columns, as many as the layer below has rows", layers[l - 1].rows()));
      finite(name, Factor(layers[l]));
    }
  }

  void problem() const {
    loss_and_lambda();
    require(model_.loss == LossKind::squared, "loss", to_string(model_.loss), "squared");
    require(model_.lambda_max == 0, "lambda_max", model_.lambda_max, "0");
    retain("retain", model_.noise.retain);
    retain("retain_start", model_.retain_start);
    const Index block = model_.noise.block;
    require(block >= 1, "block", block, ">= 1");
    require(block == 1 || model_.noise.kind == NoiseKind::dropblock, "block", block,
            "1 without dropblock");
    for (const Index width : model_.network.widths())
      require(width % block == 0, "block", block, fmt::format("a divisor of the width {}", width));
    require(model_.network.layers.size() == 2 || model_.noise.kind == NoiseKind::dropout, "noise",
            to_string(model_.noise.kind), "dropout for more than one hidden layer");
    const auto& method = model_.method;
    require(method == "closed" || method == "descent" || method == "sgd" || method == "equalise",
            "fit_method", method, "closed, descent, sgd or equalise");
    require(method != "equalise" || !model_.with_input, "fit_method", method,
            "another one with an input");
  }

  void proof() const {
    const Matrix &left = model_.proof_left, &right = model_.proof_right;
    require(left.rows() == model_.network.outputs(), "proof left", shape(left),
            fmt::format("{} rows", model_.network.outputs()));
    require(right.cols() == left.cols(), "proof right", shape(right),
            fmt::format("{} columns", left.cols()));
    require(model_.with_input || right.rows() == model_.network.inputs(), "proof right",
            shape(right), fmt::format("{} rows", model_.network.inputs()));
    require(right.rows() >= 1 && left.cols() <= std::min(left.rows(), right.rows()), "proof left",
            shape(left), "no more columns than rows");
    finite("proof left", Factor(left));
    finite("proof right", Factor(right));
  }

  void spectra() const {
    decreasing("target", model_.target_values);
    decreasing("product", model_.product_values);
    const Index units = model_.network.layers.size() == 2 ? model_.network.widths().front() : 0;
    require(model_.unit_products.size() == units, "units", model_.unit_products.size(),
            fmt::format("{} values", units));
    finite("units", model_.unit_products);
  }

  void curve() const {
    for (const CurvePoint& point : model_.curve) {
      non_negative("curve epoch", point.epoch);
      retain("curve retain", point.retain);
      non_negative_or_nan("curve deterministic", point.deterministic);
      non_negative_or_nan("curve stochastic", point.stochastic);
      non_negative_or_nan("curve standard_error", point.standard_error);
    }
  }

 private:
  void retain(std::string_view field, double value) const {
    require(value > 0 && value <= 1, field, value, "a number > 0 and <= 1");
  }

  void decreasing(std::string_view field, const Vector& values) const {
    finite(field, values);
    for (Index k = 0; k < values.size(); ++k)
      require(values[k] >= 0 && (k == 0 || values[k] <= values[k - 1]), field, values[k],
              "values >= 0 that do not increase");
  }

  const DropoutModel& model_;
};

}  // namespace

void require_valid(const DropoutModel& model, const Complain& complain) {
  const Checker checker(model, complain);
  checker.network();
  checker.problem();
  checker.proof();
  checker.spectra();
  checker.curve();
  checker.claim();
  checker.record();
}

}  // namespace hadal
