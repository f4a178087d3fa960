#include "sample_sections.hpp"

#include <fmt/format.h>

#include "hadal/data/write.hpp"
#include "hadal/error.hpp"
#include "html.hpp"

namespace hadal {

void require_same_inputs(const SampleModel& model, const SampleData& data) {
  if (data.inputs.cols() == model.inputs()) return;
  throw ModelError(fmt::format("data of {} inputs: the model has {}, expected the data of its fit",
                               data.inputs.cols(), model.inputs()));
}

bool tells_classes(const SampleModel& model, const SampleData* data) {
  return data && data->has_targets && model.task == Task::classification;
}

std::string confusion_section(const SampleModel& model, const SampleData& data,
                              const Factor& probability) {
  const auto classes = static_cast<Index>(model.classes.size());
  const std::vector<int> best = most_probable(probability);
  Eigen::MatrixXi count = Eigen::MatrixXi::Zero(classes, classes);
  for (std::size_t i = 0; i < best.size(); ++i)
    if (data.labels[i] >= 0) ++count(data.labels[i], best[i]);
  std::string text =
      "<section><h2>What was taken for what</h2>\n<p>Samples of the data given, by their class "
      "(rows) and the class predicted (columns).</p>\n<table class=\"confusion\"><tr><th></th>";
  for (const std::string& name : model.classes)
    text += fmt::format("<th>{}</th>", html::escape(name));
  text += "</tr>\n";
  for (Index a = 0; a < classes; ++a) {
    text +=
        fmt::format("<tr><th>{}</th>", html::escape(model.classes[static_cast<std::size_t>(a)]));
    for (Index b = 0; b < classes; ++b)
      text += fmt::format("<td{}>{}</td>",
                          a == b        ? " class=\"right\""
                          : count(a, b) ? " class=\"wrong\""
                                        : "",
                          count(a, b));
    text += "</tr>\n";
  }
  return text + "</table></section>\n";
}

std::string weight_picture(const Factor& planes, Index channels) {
  const double size = planes.cwiseAbs().maxCoeff();
  const Factor picture = size > 0 ? Factor(127.5 * (1 + planes.array() / size))
                                  : Factor(Factor::Constant(planes.rows(), planes.cols(), 127.5));
  return html::png_address(encode_png(
      picture, {planes.rows(), planes.cols() / channels, static_cast<int>(channels), 8}));
}

}  // namespace hadal
