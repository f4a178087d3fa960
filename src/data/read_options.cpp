#include "read_options.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "hadal/error.hpp"

namespace hadal {
namespace {

using nlohmann::json;

template <class E>
using Word = std::pair<E, std::string_view>;

constexpr std::array<Word<FileFormat>, 8> formats = {{{FileFormat::automatic, "automatic"},
                                                      {FileFormat::triplets, "triplets"},
                                                      {FileFormat::dense_csv, "dense_csv"},
                                                      {FileFormat::matrix_market, "matrix_market"},
                                                      {FileFormat::npy, "npy"},
                                                      {FileFormat::npz, "npz"},
                                                      {FileFormat::png, "png"},
                                                      {FileFormat::tiff, "tiff"}}};
constexpr std::array<Word<Header>, 3> headers = {
    {{Header::automatic, "automatic"}, {Header::yes, "yes"}, {Header::no, "no"}}};
constexpr std::array<Word<Duplicates>, 2> policies = {
    {{Duplicates::error, "error"}, {Duplicates::mean, "mean"}}};

template <class E, std::size_t n>
std::string_view word_for(const std::array<Word<E>, n>& words, E value) {
  for (const auto& [candidate, word] : words) {
    if (candidate == value) return word;
  }
  throw ArgumentError(fmt::format("{}: not a value of this enumeration", static_cast<int>(value)));
}

[[noreturn]] void refuse(std::string_view key, const json& value, std::string_view expected) {
  constexpr auto replace = json::error_handler_t::replace;
  throw ModelError(fmt::format("read options: {} is {}: expected {}", key,
                               value.dump(-1, ' ', false, replace), expected));
}

template <class E, std::size_t n>
void read_word(const std::array<Word<E>, n>& words, std::string_view key, const json& value,
               E& target) {
  std::string expected;
  for (const auto& [candidate, word] : words) {
    if (value.is_string() && value.get_ref<const std::string&>() == word) {
      target = candidate;
      return;
    }
    expected += fmt::format("{}\"{}\"", expected.empty() ? "" : ", ", word);
  }
  refuse(key, value, expected);
}

std::string read_text(std::string_view key, const json& value) {
  if (!value.is_string()) refuse(key, value, "text");
  return value.get<std::string>();
}

char read_delimiter(const json& value) {
  const std::string text = read_text("delimiter", value);
  if (text.size() > 1 || (!text.empty() && text[0] == '\0')) {
    refuse("delimiter", value, "one character, or none");
  }
  return text.empty() ? '\0' : text[0];
}

std::optional<std::array<int, 3>> read_color(const json& value) {
  if (value.is_null()) return std::nullopt;
  const auto is_component = [](const json& item) {
    return item.is_number_integer() && item >= 0 && item <= 65535;
  };
  if (!value.is_array() || value.size() != 3 || !is_component(value[0]) ||
      !is_component(value[1]) || !is_component(value[2])) {
    refuse("mask_color", value, "null or three whole numbers from 0 to 65535");
  }
  return value.get<std::array<int, 3>>();
}

void read_option(ReadOptions& options, const std::string& key, const json& value) {
  if (key == "format") {
    read_word(formats, key, value, options.format);
  } else if (key == "header") {
    read_word(headers, key, value, options.header);
  } else if (key == "duplicates") {
    read_word(policies, key, value, options.duplicates);
  } else if (key == "delimiter") {
    options.delimiter = read_delimiter(value);
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
    throw ModelError(fmt::format("read options: unknown key \"{}\"", key));
  }
}

}  // namespace

std::string_view io::format_name(FileFormat format) { return word_for(formats, format); }

std::string to_json(const ReadOptions& options) {
  json object = {{"format", word_for(formats, options.format)},
                 {"header", word_for(headers, options.header)},
                 {"delimiter", options.delimiter == '\0' ? "" : std::string(1, options.delimiter)},
                 {"row_field", options.row_field},
                 {"column_field", options.column_field},
                 {"value_field", options.value_field},
                 {"weight_field", options.weight_field},
                 {"array_name", options.array_name},
                 {"duplicates", word_for(policies, options.duplicates)},
                 {"mask", options.mask.string()},
                 {"mask_color", options.mask_color ? json(*options.mask_color) : json(nullptr)}};
  try {
    return object.dump();
  } catch (const json::type_error&) {
    throw ArgumentError("read options hold text that is not valid UTF-8");
  }
}

ReadOptions read_options_from_json(const std::string& text) {
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) throw ModelError("read options: expected a JSON object");
  ReadOptions options;
  for (const auto& [key, value] : object.items()) read_option(options, key, value);
  return options;
}

}  // namespace hadal
