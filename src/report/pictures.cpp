#include "pictures.hpp"

#include <fmt/format.h>

#include <array>

#include "hadal/data/write.hpp"
#include "hadal/model/predict.hpp"
#include "html.hpp"

namespace hadal {
namespace {

/// Colour of missing pixels, as fractions of the largest value: orange, rare in grey and in photos.
constexpr std::array<double, 3> missing_color = {0.91, 0.35, 0.05};

/// The observed pixels as a colour picture, the missing ones in `missing_color`.
std::vector<unsigned char> observed_png(const Entries& entries, const PictureShape& shape) {
  const PictureShape color{shape.height, shape.width, 3, shape.bit_depth};
  const double white = static_cast<double>((1 << shape.bit_depth) - 1);
  Factor dense(shape.height, 3 * shape.width);
  for (std::size_t c = 0; c < 3; ++c) {
    dense.middleCols(static_cast<Index>(c) * shape.width, shape.width)
        .setConstant(missing_color[c] * white);
  }
  for (std::size_t k = 0; k < entries.value.size(); ++k) {
    const Index y = entries.row[k], x = entries.column[k];
    if (shape.channels == 3) {
      dense(y, x) = entries.value[k];
    } else {
      for (Index c = 0; c < 3; ++c) dense(y, c * shape.width + x) = entries.value[k];
    }
  }
  return encode_png(dense, color);
}

std::string figure_element(const std::vector<unsigned char>& png, const std::string& alt,
                           const std::string& caption) {
  return fmt::format(
      "<figure class=\"picture\"><img src=\"{}\" alt=\"{}\"><figcaption>{}</figcaption></figure>\n",
      html::png_address(png), html::escape(alt), html::escape(caption));
}

}  // namespace

std::string picture_section(const MatrixModel& model, const MatrixData* data) {
  if (!model.picture) return "";
  const PictureShape& shape = *model.picture;
  const std::string size = fmt::format("{} x {} pixels", shape.width, shape.height);
  std::string section = "<section><h2>The picture</h2>\n<div class=\"pictures\">\n";
  if (data) {
    const Index samples = shape.height * shape.width * shape.channels;
    const double missing =
        100.0 * static_cast<double>(samples - data->entries.size()) / static_cast<double>(samples);
    section += figure_element(observed_png(data->entries, shape),
                              "The picture before, missing pixels in orange, " + size,
                              fmt::format("Before: {:.1f} % of the samples are missing{}", missing,
                                          missing > 0 ? ", shown in orange" : ""));
  }
  section +=
      figure_element(encode_png(predict_all(model), shape), "The picture after completion, " + size,
                     fmt::format("After: the model's prediction of every pixel{}",
                                 model.refit ? ", from the refit" : ""));
  return section + "</div></section>\n";
}

}  // namespace hadal
