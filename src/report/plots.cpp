#include "plots.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "hadal/report/words.hpp"
#include "html.hpp"

namespace hadal {
namespace {

using Json = nlohmann::json;

/// One member of every element, in order; NaN and infinity become null when written.
template <class Element, class Member>
Json column(const std::vector<Element>& elements, Member member) {
  Json values = Json::array();
  for (const auto& element : elements) values.push_back(element.*member);
  return values;
}

std::vector<PathPoint> path_by_lambda(const FittedModel& model) {
  auto path = model.path;
  std::sort(path.begin(), path.end(),
            [](const PathPoint& a, const PathPoint& b) { return a.lambda < b.lambda; });
  return path;
}

std::string convergence_plots(const FittedModel& model) {
  if (model.trace.empty()) return "";
  const OuterIteration& last = model.trace.back();
  return plot(
             "plot-gap", "Distance to the optimum",
             "Relative gap between the objective and the lower bound, over time: as the search "
             "estimates it, until it is proved. The dashed line is the tolerance.",
             fmt::format("Relative gap against seconds on a logarithmic scale; it ends at {} after "
                         "{}",
                         figure(last.relative_gap, 2), duration(last.seconds))) +
         plot("plot-objective", "Objective and lower bound",
              model.certificate.proof == Proof::none
                  ? "The lower bound is an estimate, not proved."
                  : "The optimum lies between the ends of the two "
                    "curves; before, the lower bound may be an "
                    "estimate.",
              fmt::format("Objective and lower bound against seconds; they end at {} and {}",
                          figure(last.objective, 8), figure(last.lower_bound, 8))) +
         plot("plot-size", "Size of the model",
              "Number of patterns (rank-one terms) after every iteration. It is found, not given.",
              fmt::format("Size against iteration; it ends at {}", last.size));
}

std::string spectrum_plot(const FittedModel& model, const Vector& values,
                          const std::string& caption) {
  if (values.size() == 0) return "";
  return plot("plot-spectrum", "Strength of the patterns", caption,
              fmt::format("{} values, from {} down to {}, and lambda at {}", values.size(),
                          figure(values[0], 4), figure(values[values.size() - 1], 4),
                          figure(model.lambda, 4)));
}

}  // namespace

std::string plot(const std::string& id, const std::string& title, const std::string& caption,
                 const std::string& description) {
  return fmt::format(
      "<figure class=\"plot\"><h3>{}</h3><div class=\"canvas\"><canvas id=\"{}\" role=\"img\" "
      "aria-label=\"{}\"></canvas></div><figcaption>{}</figcaption></figure>\n",
      html::escape(title), id, html::escape(description), html::escape(caption));
}

std::string path_plot(const FittedModel& model) {
  if (model.path.empty()) return "";
  return plot(
      "plot-path", "Cross-validation",
      "Error on what was held out, for every lambda, with one standard error on either side. "
      "The dashed line is the lambda that was chosen.",
      fmt::format("Held-out error against lambda for {} values; the chosen lambda is {}",
                  model.path.size(), figure(model.lambda, 4)));
}

void add_path(const FittedModel& model, const std::string& unit, nlohmann::json& data) {
  if (model.path.empty()) return;
  const auto path = path_by_lambda(model);
  data["lambda"] = model.lambda;
  data["unit"] = unit;
  data["path"] = {{"lambda", column(path, &PathPoint::lambda)},
                  {"size", column(path, &PathPoint::size)},
                  {"error", column(path, &PathPoint::validation_error)},
                  {"standard_error", column(path, &PathPoint::validation_standard_error)}};
}

nlohmann::json plot_data(const FittedModel& model, const Vector& strengths,
                         const std::string& unit) {
  Json data;
  data["tolerance"] = model.tolerance;
  data["lambda"] = model.lambda;
  if (!model.trace.empty()) {
    data["trace"] = {{"iteration", column(model.trace, &OuterIteration::iteration)},
                     {"seconds", column(model.trace, &OuterIteration::seconds)},
                     {"size", column(model.trace, &OuterIteration::size)},
                     {"objective", column(model.trace, &OuterIteration::objective)},
                     {"lower_bound", column(model.trace, &OuterIteration::lower_bound)},
                     {"relative_gap", column(model.trace, &OuterIteration::relative_gap)}};
  }
  if (strengths.size() > 0)
    data["strengths"] = std::vector<double>(strengths.begin(), strengths.end());
  add_path(model, unit, data);
  return data;
}

std::string plot_section(const FittedModel& model, const Vector& strengths,
                         const std::string& caption) {
  const std::string plots =
      path_plot(model) + spectrum_plot(model, strengths, caption) + convergence_plots(model);
  if (plots.empty()) return "";
  return "<section><h2>How it was found</h2>\n<p>The fit's own record. Only its end can be checked "
         "against the certificate, and <code>hadal verify</code> does so.</p>\n"
         "<div class=\"plots\">\n" +
         plots + "</div>\n<noscript><p>The plots need JavaScript.</p></noscript></section>\n";
}

}  // namespace hadal
