#include "footprints.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "hadal/data/write.hpp"
#include "hadal/report/words.hpp"
#include "html.hpp"

namespace hadal {
namespace {

/// The model, with the parts of its refit in place of its own where they are others: those are
/// what predicts.
MatrixModel predicting(const MatrixModel& model) {
  MatrixModel out = model;
  if (model.refit && model.refit->kind == "parts") {
    out.u = model.refit->u;
    out.v = model.refit->v;
  }
  return out;
}

Index shown(const MatrixModel& model) {
  return model.movie ? std::min(model.size(), footprints_shown) : 0;
}

/// White for the largest value; black for 0, or for the smallest value where some are negative.
std::string footprint_address(const MatrixModel& model, Index c) {
  const MovieShape& shape = *model.movie;
  const Vector v = model.dictionary_v.times(model.v.col(c));
  const double low = std::min(0.0, v.minCoeff()), high = std::max(v.maxCoeff(), low);
  Factor picture(shape.height, shape.width);
  for (Index k = 0; k < v.size(); ++k)
    picture.data()[k] = high > low ? 255 * (v[k] - low) / (high - low) : 0;
  return html::png_address(encode_png(picture, {shape.height, shape.width, 1, 8}));
}

}  // namespace

std::string footprint_section(const MatrixModel& fitted) {
  const MatrixModel model = predicting(fitted);
  const Index count = shown(model);
  if (count == 0) return "";
  const Vector strength = strengths(model);
  std::string section = fmt::format(
      "<section><h2>Where and when</h2>\n<p>The {} strongest of {} patterns: where each is, and "
      "its "
      "trace over the frames.</p>\n",
      count, model.size());
  for (Index c = 0; c < count; ++c) {
    section += fmt::format(
        "<figure class=\"footprint\"><img src=\"{}\" alt=\"Footprint of pattern {}\">"
        "<div class=\"canvas\"><canvas id=\"trace-{}\" role=\"img\" aria-label=\"Trace of pattern "
        "{} over {} frames\"></canvas></div><figcaption>Pattern {}, strength "
        "{}</figcaption></figure>\n",
        footprint_address(model, c), c + 1, c, c + 1, model.rows(), c + 1, figure(strength[c], 4));
  }
  return section + "</section>\n";
}

nlohmann::json footprint_traces(const MatrixModel& fitted) {
  const MatrixModel model = predicting(fitted);
  nlohmann::json traces = nlohmann::json::array();
  for (Index c = 0; c < shown(model); ++c) {
    const Vector u = model.dictionary_u.times(model.u.col(c));
    traces.push_back({{"id", fmt::format("trace-{}", c)},
                      {"axis", "frame"},
                      {"values", std::vector<double>(u.begin(), u.end())}});
  }
  return traces;
}

}  // namespace hadal
