#include "page.hpp"

#include <fmt/format.h>

#include "embedded.hpp"
#include "hadal/report/words.hpp"
#include "hadal/version.hpp"
#include "html.hpp"

namespace hadal {

std::string report_page(const std::string& title, const std::string& body,
                        const nlohmann::json& plots) {
  return std::string("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n") +
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n" +
         fmt::format("<title>hadal: {}</title>\n", html::escape(title)) + "<style>\n" +
         embedded::report_css + "</style>\n</head>\n<body>\n<main>\n" + body +
         fmt::format("<footer>Written by hadal {}. Plots: Chart.js, MIT licence.</footer>\n",
                     version) +
         "</main>\n" +
         fmt::format("<script type=\"application/json\" id=\"plot-data\">{}</script>\n",
                     html::escape_json(plots.dump())) +
         "<script>" + embedded::chart_js + "</script>\n<script>" + embedded::report_js +
         "</script>\n</body>\n</html>\n";
}

std::string report_header(const std::string& title, const FittedModel& model,
                          const std::string& lead) {
  return fmt::format(
      "<header>\n<p class=\"brand\">hadal report</p>\n<h1>{}</h1>\n<p class=\"badge "
      "{}\">{}</p>\n<p class=\"lead\">{}</p>\n</header>\n",
      html::escape(title), to_string(model.status), html::escape(headline(model)),
      html::escape(lead));
}

std::string card(const std::string& label, const std::string& value) {
  return fmt::format("<div class=\"card\"><dt>{}</dt><dd>{}</dd></div>\n", html::escape(label),
                     html::escape(value));
}

std::string certificate_section(const FittedModel& model, const std::string& objective_unit,
                                bool refit, const ReportFiles& files, const std::string& among) {
  const Certificate& certificate = model.certificate;
  std::string text = "<section class=\"certificate\"><h2>The certificate</h2>\n";
  text += fmt::format("<p class=\"claim\">{}</p>\n", html::escape(claim(certificate, among)));
  text += fmt::format(
      "<p>The objective of this model is {}; the {} lower bound on every model's objective is "
      "{} ({}). Proof: {}.</p>\n",
      figure(certificate.objective, 12), certificate.proof == Proof::none ? "estimated" : "proved",
      figure(certificate.lower_bound, 12), html::escape(objective_unit),
      html::escape(proof_in_words(certificate)));
  if (refit) {
    text +=
        "<p>Predictions come from a refit without shrinkage; the certificate belongs to the "
        "penalised model.</p>\n";
  }
  text += fmt::format(
      "<p>To check it again, independently of the fit:</p>\n<pre>{}</pre>\n</section>\n",
      html::escape(verify_command(files)));
  return text;
}

Rows fit_settings(const FittedModel& model) {
  const Certificate& certificate = model.certificate;
  return {{"Lambda", lambda_in_words(model)},
          {"Objective", figure(certificate.objective, 12)},
          {"Lower bound", figure(certificate.lower_bound, 12)},
          {"Gap", fmt::format("{}, relative {} (tolerance {})", figure(certificate.gap, 3),
                              figure(certificate.relative_gap, 3), figure(model.tolerance, 3))},
          {"Bound on the polar", figure(certificate.polar_bound, 10)},
          {"Ended because", stop_in_words(model.stop)},
          {"Iterations", std::to_string(model.iterations)},
          {"Seed", std::to_string(model.seed)},
          {"Fitted by", "hadal " + model.version}};
}

std::string settings_section(const Rows& rows) {
  std::string text = "<section><h2>Problem and settings</h2>\n<table>\n<tbody>\n";
  for (const auto& [name, value] : rows) {
    text += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", html::escape(name),
                        html::escape(value));
  }
  return text + "</tbody>\n</table></section>\n";
}

}  // namespace hadal
