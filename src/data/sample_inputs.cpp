#include "sample_inputs.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace hadal::io {
namespace {

constexpr double no_fill = std::numeric_limits<double>::quiet_NaN();

std::string input_name(Index input, const std::optional<SamplePicture>& picture) {
  if (!picture) return fmt::format("input {}", input + 1);
  const Index pixel = input / picture->channels;
  std::string name = fmt::format("pixel {} {}", pixel / picture->width, pixel % picture->width);
  if (picture->channels > 1) name += fmt::format(" {}", input % picture->channels);
  return name;
}

double mean_of_present(const Factor& inputs, Index input) {
  long double sum = 0;  // whose range the numbers cannot exceed
  Index count = 0;
  for (Index sample = 0; sample < inputs.rows(); ++sample) {
    if (std::isnan(inputs(sample, input))) continue;
    sum += inputs(sample, input);
    ++count;
  }
  return count == 0 ? no_fill : static_cast<double>(sum / static_cast<long double>(count));
}

InputEncoding plain_encoding(const SampleData& data, const Source& source, Missing missing) {
  InputEncoding encoding;
  encoding.columns.reserve(static_cast<std::size_t>(data.inputs.cols()));
  for (Index input = 0; input < data.inputs.cols(); ++input) {
    const double fill = missing == Missing::mean ? mean_of_present(data.inputs, input) : no_fill;
    encoding.columns.push_back({input_name(input, data.picture), {}, fill});
    if (missing == Missing::mean && std::isnan(fill)) {
      refuse(source, fmt::format("{} is missing in all samples: expected a value in one at least",
                                 encoding.columns.back().name));
    }
  }
  return encoding;
}

/// What a missing value of every input becomes. An array says nothing of single categories.
std::vector<double> fills_of(const InputEncoding& encoding) {
  std::vector<double> fills;
  for (const InputColumn& column : encoding.columns) {
    fills.insert(fills.end(), static_cast<std::size_t>(column.inputs()),
                 column.categories.empty() ? column.fill : no_fill);
  }
  return fills;
}

}  // namespace

void require_samples(const Source& source, std::uint64_t samples, std::uint64_t inputs) {
  constexpr std::uint64_t most = std::numeric_limits<std::int32_t>::max();
  if (samples == 0 || inputs == 0 || samples > most || inputs > most) {
    refuse(source,
           fmt::format("{} samples of {} inputs: expected 1 to {} of each", samples, inputs, most));
  }
  // Names and means of the inputs count as well where pictures are few and large.
  const std::uint64_t encoding = inputs * sizeof(InputColumn);
  require_memory(source, samples * inputs * sizeof(double) + encoding);
}

std::string shown(const SamplePicture& picture) {
  return fmt::format("{} x {} pixels of {} channel{}", picture.height, picture.width,
                     picture.channels, picture.channels == 1 ? "" : "s");
}

void require_same_inputs(const Source& source, Index inputs,
                         const std::optional<SamplePicture>& picture, const SampleData& like) {
  if (inputs != like.encoding.inputs()) {
    refuse(source, fmt::format("samples of {} inputs: expected {}, as the model has", inputs,
                               like.encoding.inputs()));
  }
  if (!picture || !like.picture) return;
  if (picture->width != like.picture->width || picture->height != like.picture->height ||
      picture->channels != like.picture->channels) {
    refuse(source,
           fmt::format("{}: expected {}, as the model has", shown(*picture), shown(*like.picture)));
  }
}

void encode_inputs(SampleData& data, const Source& source, Missing missing, const SampleData* like,
                   const std::function<void(Index, Index)>& refuse_missing) {
  data.encoding = like != nullptr ? like->encoding : plain_encoding(data, source, missing);
  if (like != nullptr) data.picture = like->picture;
  const std::vector<double> fills = fills_of(data.encoding);
  for (Index sample = 0; sample < data.inputs.rows(); ++sample) {
    for (Index input = 0; input < data.inputs.cols(); ++input) {
      double& value = data.inputs(sample, input);
      if (!std::isnan(value)) continue;
      value = fills[static_cast<std::size_t>(input)];
      if (std::isnan(value)) refuse_missing(sample, input);
    }
  }
}

}  // namespace hadal::io
