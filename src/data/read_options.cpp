#include "read_options.hpp"

#include <array>

#include "options_json.hpp"

namespace hadal {
namespace {

using nlohmann::json;

using io::read_text;
using io::read_word;
using io::refuse_option;
using io::Word;
using io::word_for;

constexpr std::array<Word<FileFormat>, 8> formats = {{{FileFormat::automatic, "automatic"},
                                                      {FileFormat::triplets, "triplets"},
                                                      {FileFormat::dense_csv, "dense_csv"},
                                                      {FileFormat::matrix_market, "matrix_market"},
                                                      {FileFormat::npy, "npy"},
                                                      {FileFormat::npz, "npz"},
                                                      {FileFormat::png, "png"},
                                                      {FileFormat::tiff, "tiff"}}};

std::optional<std::array<int, 3>> read_color(const json& value) {
  if (value.is_null()) return std::nullopt;
  const auto is_component = [](const json& item) {
    return item.is_number_integer() && item >= 0 && item <= 65535;
  };
  if (!value.is_array() || value.size() != 3 || !is_component(value[0]) ||
      !is_component(value[1]) || !is_component(value[2])) {
    refuse_option("mask_color", value, "null or three whole numbers from 0 to 65535");
  }
  return value.get<std::array<int, 3>>();
}

void read_option(ReadOptions& options, const std::string& key, const json& value) {
  if (key == "format") {
    read_word(formats, key, value, options.format);
  } else if (key == "header") {
    read_word(io::header_words, key, value, options.header);
  } else if (key == "duplicates") {
    read_word(io::duplicate_words, key, value, options.duplicates);
  } else if (key == "delimiter") {
    options.delimiter = io::read_delimiter(value);
  } else if (key == "row_field") {
    options.row_field = read_text(key, value);
  } else if (key == "column_field") {
    options.column_field = read_text(key, value);
  } else if (key == "value_field") {
    options.value_field = read_text(key, value);
  } else if (key == "weight_field") {
    options.weight_field = read_text(key, value);
  } else if (key == "array_name") {
    options.array_name = read_text(key, value);
  } else if (key == "mask") {
    options.mask = read_text(key, value);
  } else if (key == "mask_color") {
    options.mask_color = read_color(value);
  } else {
    io::refuse_unknown_option(key);
  }
}

}  // namespace

std::string_view io::format_name(FileFormat format) { return word_for(formats, format); }

std::string to_json(const ReadOptions& options) {
  const json object = {
      {"format", word_for(formats, options.format)},
      {"header", word_for(io::header_words, options.header)},
      {"delimiter", io::delimiter_text(options.delimiter)},
      {"row_field", options.row_field},
      {"column_field", options.column_field},
      {"value_field", options.value_field},
      {"weight_field", options.weight_field},
      {"array_name", options.array_name},
      {"duplicates", word_for(io::duplicate_words, options.duplicates)},
      {"mask", options.mask.string()},
      {"mask_color", options.mask_color ? json(*options.mask_color) : json(nullptr)}};
  return io::dump_options(object);
}

ReadOptions read_options_from_json(const std::string& text) {
  const json object = io::parse_options(text);
  ReadOptions options;
  for (const auto& [key, value] : object.items()) read_option(options, key, value);
  return options;
}

}  // namespace hadal
