#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "options_json.hpp"
#include "tensor_readers.hpp"

namespace hadal {
namespace {

using nlohmann::json;

constexpr std::array<io::Word<TensorFormat>, 5> formats = {{{TensorFormat::automatic, "automatic"},
                                                            {TensorFormat::tns, "tns"},
                                                            {TensorFormat::npy, "npy"},
                                                            {TensorFormat::npz, "npz"},
                                                            {TensorFormat::hdf5, "hdf5"}}};

bool is_whole_number(const json& value, Index least, Index most) {
  return value.is_number_integer() && value >= least && value <= most;
}

std::vector<Index> read_shape(const json& value) {
  constexpr Index most = std::numeric_limits<std::int32_t>::max();
  const auto is_size = [](const json& item) { return is_whole_number(item, 1, most); };
  if (!value.is_array() || !std::all_of(value.begin(), value.end(), is_size)) {
    io::refuse_option("shape", value, fmt::format("whole numbers from 1 to {}", most));
  }
  return value.get<std::vector<Index>>();
}

void read_option(TensorReadOptions& options, const std::string& key, const json& value) {
  if (key == "format") {
    io::read_word(formats, key, value, options.format);
  } else if (key == "index_base") {
    if (!is_whole_number(value, 0, 1)) io::refuse_option(key, value, "0 or 1");
    options.index_base = value.get<Index>();
  } else if (key == "weighted") {
    if (!value.is_boolean()) io::refuse_option(key, value, "true or false");
    options.weighted = value.get<bool>();
  } else if (key == "shape") {
    options.shape = read_shape(value);
  } else if (key == "array_name") {
    options.array_name = io::read_text(key, value);
  } else if (key == "duplicates") {
    io::read_word(io::duplicate_words, key, value, options.duplicates);
  } else if (key == "mask") {
    options.mask = io::read_text(key, value);
  } else if (key == "weights") {
    options.weights = io::read_text(key, value);
  } else {
    io::refuse_unknown_option(key);
  }
}

}  // namespace

std::string_view io::format_name(TensorFormat format) { return word_for(formats, format); }

std::string to_json(const TensorReadOptions& options) {
  const json object = {{"format", io::word_for(formats, options.format)},
                       {"index_base", options.index_base},
                       {"weighted", options.weighted},
                       {"shape", options.shape},
                       {"array_name", options.array_name},
                       {"duplicates", io::word_for(io::duplicate_words, options.duplicates)},
                       {"mask", options.mask.string()},
                       {"weights", options.weights.string()}};
  return io::dump_options(object);
}

TensorReadOptions tensor_read_options_from_json(const std::string& text) {
  const json object = io::parse_options(text);
  TensorReadOptions options;
  for (const auto& [key, value] : object.items()) read_option(options, key, value);
  return options;
}

}  // namespace hadal
