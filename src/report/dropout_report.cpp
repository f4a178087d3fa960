#include "hadal/report/dropout_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "hadal/model/unit_spread.hpp"
#include "hadal/report/words.hpp"
#include "html.hpp"
#include "page.hpp"
#include "plots.hpp"

namespace hadal {
namespace {

std::vector<double> list(const Vector& values) { return {values.begin(), values.end()}; }

std::string spread_in_percent(const Vector& products) {
  return figure(100 * spread(products), 2) + " %";
}

std::string lead(const DropoutModel& model) {
  std::string text = fmt::format(
      "Training a linear network with noise ({}) minimises, on average, the squared error plus a "
      "penalty on what the network computes. ",
      noise_in_words(model));
  if (model.method == "equalise")
    text += "This one computes the data themselves, with the least penalty. ";
  else if (model.method == "sgd")
    text += "This one was trained with the noise itself. ";
  else if (model.status == Status::optimal)
    text += "This is the minimum of that average, found without drawing any noise. ";
  else
    text += "This is the best network that was found, without drawing any noise. ";
  return text + fmt::format(
                    "The network computes a matrix of rank {}; its typical error without "
                    "noise is {}.",
                    model.size(), figure(model.train_error, 3));
}

std::string cards(const DropoutModel& model) {
  std::string text = "<dl class=\"cards\">\n";
  text += card("Rank", std::to_string(model.size()));
  for (const Index width : model.network.widths()) text += card("Width", std::to_string(width));
  text += card("Relative gap", figure(model.certificate.relative_gap, 2));
  text += card("Error without noise", figure(model.train_error, 4));
  if (model.unit_products.size())
    text += card("Spread of the units", spread_in_percent(model.unit_products));
  text += card("Time", duration(model.seconds));
  return text + "</dl>\n";
}

std::string pictures(const DropoutModel& model) {
  std::string plots;
  if (!model.curve.empty()) {
    const CurvePoint& last = model.curve.back();
    plots +=
        plot("plot-training", "Training with noise, and its average",
             "The objective as drawn at random (mean of 24 draws at the same weights, with a 99 "
             "% confidence band) and its expectation in closed form.",
             fmt::format("Stochastic and deterministic objective against epochs; they end at "
                         "{} and {}",
                         figure(last.stochastic, 5), figure(last.deterministic, 5)));
  }
  plots +=
      plot("plot-spectra", "Singular values, before and after",
           "Of the target and of what the network computes: the noise shrinks them, and "
           "removes the small ones.",
           fmt::format("{} singular values of the network, of which the largest is {}",
                       model.size(), model.size() ? figure(model.product_values[0], 4) : "none"));
  if (model.unit_products.size())
    plots +=
        plot("plot-units", "Balance of the units",
             model.noise.block == 1
                 ? "Norm of what goes in times norm of what goes out, of every hidden unit. At "
                   "the optimum all are equal."
                 : "Norm of what goes in times norm of what goes out, of every hidden unit. "
                   "Within a block they may differ.",
             fmt::format("Products of norms of {} units, spread {}", model.unit_products.size(),
                         spread_in_percent(model.unit_products)));
  return "<section><h2>What the noise does</h2>\n<div class=\"plots\">\n" + plots +
         "</div>\n<noscript><p>The plots need JavaScript.</p></noscript></section>\n";
}

Rows settings(const DropoutModel& model) {
  Rows rows = {{"Data", shape_in_words(model)}, {"Noise", noise_in_words(model)}};
  std::string widths;
  for (const Index width : model.network.widths())
    widths += fmt::format("{}{}", widths.empty() ? "" : ", ", width);
  rows.emplace_back("Width", widths + (model.auto_width ? ", chosen by the data" : ""));
  rows.emplace_back("Method", model.method);
  rows.emplace_back("Strength of the penalty", figure(model.lambda));
  for (const auto& [name, value] : fit_settings(model))
    if (name != "Lambda" && name != "Bound on the polar" && name != "Ended because")
      rows.emplace_back(name, value);
  rows.emplace_back("Ended because", stop_in_words(model));
  rows.emplace_back("Bound of the other singular values",
                    figure(model.certificate.polar_bound, 10));
  return rows;
}

}  // namespace

std::string dropout_report(const DropoutModel& model, const ReportFiles& files) {
  nlohmann::json plots = plot_data(model, {}, "");
  if (!model.curve.empty()) {
    nlohmann::json& training = plots["training"];
    for (const CurvePoint& point : model.curve) {
      training["epoch"].push_back(point.epoch);
      training["deterministic"].push_back(point.deterministic);
      training["stochastic"].push_back(point.stochastic);
      training["standard_error"].push_back(point.standard_error);
    }
  }
  plots["spectra"] = {{"target", list(model.target_values)},
                      {"product", list(model.product_values)}};
  if (model.unit_products.size()) plots["units"] = list(model.unit_products);
  plots.erase("trace");  // the curves above say more
  ReportFiles shown = files;
  if (model.with_input) shown.data.insert(shown.data.end(), {"--input", "INPUT"});
  return report_page(files.model,
                     report_header("A linear network with dropout", model, lead(model)) +
                         cards(model) + pictures(model) +
                         certificate_section(model, "squared units of the data", false, shown,
                                             networks_in_words(model)) +
                         settings_section(settings(model)),
                     plots);
}

}  // namespace hadal
