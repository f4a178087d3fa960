#include "decision_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "hadal/data/write.hpp"
#include "hadal/report/words.hpp"
#include "html.hpp"

namespace hadal {
namespace {

constexpr Index pixels = 360;
using Color = std::array<double, 3>;

/// Colours that people with colour blindness tell apart (Okabe and Ito 2008), in turn.
constexpr std::array<Color, 7> palette{{{0.00, 0.45, 0.70},
                                        {0.84, 0.37, 0.00},
                                        {0.00, 0.62, 0.45},
                                        {0.80, 0.47, 0.65},
                                        {0.94, 0.89, 0.26},
                                        {0.34, 0.71, 0.91},
                                        {0.90, 0.62, 0.00}}};

Color color_of(Index k) { return palette[static_cast<std::size_t>(k) % palette.size()]; }
Color mixed(const Color& a, const Color& b, double part) {
  Color c{};
  for (std::size_t k = 0; k < 3; ++k) c[k] = (1 - part) * a[k] + part * b[k];
  return c;
}

/// The rectangle that is drawn, first input to the right, second upwards.
struct Window {
  std::array<double, 2> low{}, high{};
  double at(std::size_t axis, double part) const {
    return low[axis] + part * (high[axis] - low[axis]);
  }
  Index pixel(std::size_t axis, double value) const {
    const double part = (value - low[axis]) / (high[axis] - low[axis]);
    return static_cast<Index>(std::floor(part * static_cast<double>(pixels)));
  }
};

Window window_of(const SampleModel& model, const SampleData* data) {
  Window window;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const auto column = static_cast<Index>(axis);
    double low = model.input_mean[column] - 2.5 * model.input_scale[column];
    double high = model.input_mean[column] + 2.5 * model.input_scale[column];
    if (data) {
      low = data->inputs.col(column).minCoeff();
      high = data->inputs.col(column).maxCoeff();
    }
    const double margin = high > low ? 0.05 * (high - low) : 1;
    window.low[axis] = low - margin;
    window.high[axis] = high + margin;
  }
  return window;
}

class Map {
 public:
  Map() : image_(pixels, 3 * pixels) {}
  void set(Index x, Index y, const Color& color) {
    if (x < 0 || y < 0 || x >= pixels || y >= pixels) return;
    for (Index c = 0; c < 3; ++c)
      image_(pixels - 1 - y, c * pixels + x) = 255 * color[static_cast<std::size_t>(c)];
  }
  void dot(Index x, Index y, const Color& color) {
    for (Index dx = -3; dx <= 3; ++dx)
      for (Index dy = -3; dy <= 3; ++dy) {
        const Index square = dx * dx + dy * dy;
        if (square <= 10) set(x + dx, y + dy, square <= 5 ? color : Color{1, 1, 1});
      }
  }
  std::string address() const {
    return html::png_address(encode_png(image_, {pixels, pixels, 3, 8}));
  }

 private:
  Factor image_;
};

/// What stands for a prediction: the class's colour, paler where it is less certain; from blue over
/// white to orange for values from `low` to `high`.
Color color_of_prediction(const SampleModel& model, const Eigen::RowVectorXd& predicted, double low,
                          double high) {
  const Color white{1, 1, 1};
  if (model.task == Task::classification) {
    Index best = 0;
    const double probability = predicted.maxCoeff(&best);
    return mixed(white, color_of(best), 0.15 + 0.6 * probability);
  }
  const double part = high > low ? std::clamp((predicted[0] - low) / (high - low), 0.0, 1.0) : 0.5;
  return part < 0.5 ? mixed(color_of(0), white, 2 * part) : mixed(white, color_of(1), 2 * part - 1);
}

std::string legend(const SampleModel& model, double low, double high) {
  if (model.task == Task::regression)
    return fmt::format("From {} (blue) to {} (orange).", figure(low, 4), figure(high, 4));
  std::string text;
  for (std::size_t k = 0; k < model.classes.size(); ++k) {
    const Color c = color_of(static_cast<Index>(k));
    text += fmt::format(
        "<span class=\"swatch\" style=\"background:rgb({:.0f},{:.0f},{:.0f})\">"
        "</span>{} ",
        255 * c[0], 255 * c[1], 255 * c[2], html::escape(model.classes[k]));
  }
  return text + "The paler, the less certain.";
}

}  // namespace

std::string decision_map_section(const SampleModel& model, const Predict& predict,
                                 const SampleData* data) {
  if (model.inputs() != 2 || (model.task == Task::regression && model.outputs() != 1)) return "";
  const Window window = window_of(model, data);
  Factor places(pixels * pixels, 2);
  for (Index y = 0; y < pixels; ++y)
    for (Index x = 0; x < pixels; ++x) {
      const double right = (static_cast<double>(x) + 0.5) / static_cast<double>(pixels);
      const double up = (static_cast<double>(y) + 0.5) / static_cast<double>(pixels);
      places.row(y * pixels + x) << window.at(0, right), window.at(1, up);
    }
  const Factor predicted = predict(places);
  const double low = predicted.minCoeff(), high = predicted.maxCoeff();
  Map map;
  for (Index k = 0; k < places.rows(); ++k)
    map.set(k % pixels, k / pixels, color_of_prediction(model, predicted.row(k), low, high));
  for (Index i = 0; data && data->has_targets && i < data->samples(); ++i) {
    const bool classes = model.task == Task::classification;
    const int label = classes ? data->labels[static_cast<std::size_t>(i)] : 0;
    const Color color = classes ? (label < 0 ? Color{0, 0, 0} : color_of(label))
                                : color_of_prediction(model, data->targets.row(i), low, high);
    map.dot(window.pixel(0, data->inputs(i, 0)), window.pixel(1, data->inputs(i, 1)), color);
  }
  const std::vector<std::string> names = model.encoding.names();
  return fmt::format(
      "<section><h2>What it predicts where</h2>\n<div class=\"pictures\"><figure "
      "class=\"picture\"><img src=\"{}\" alt=\"Map of the predictions over {} and "
      "{}\"><figcaption>{} from {} to {} to the right, {} from {} to {} upwards{}. "
      "{}</figcaption></figure></div></section>\n",
      map.address(), html::escape(names[0]), html::escape(names[1]), html::escape(names[0]),
      figure(window.low[0], 3), figure(window.high[0], 3), html::escape(names[1]),
      figure(window.low[1], 3), figure(window.high[1], 3), data ? "; dots are samples" : "",
      legend(model, low, high));
}

}  // namespace hadal
