#pragma once

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "hadal/data/entries.hpp"
#include "hadal/data/read.hpp"
#include "hadal/error.hpp"

/// What the options of all readers share on their way to JSON and back.
namespace hadal::io {

template <class E>
using Word = std::pair<E, std::string_view>;

inline constexpr std::array<Word<Duplicates>, 2> duplicate_words = {
    {{Duplicates::error, "error"}, {Duplicates::mean, "mean"}}};
inline constexpr std::array<Word<Header>, 3> header_words = {
    {{Header::automatic, "automatic"}, {Header::yes, "yes"}, {Header::no, "no"}}};

template <class E, std::size_t n>
std::string_view word_for(const std::array<Word<E>, n>& words, E value) {
  for (const auto& [candidate, word] : words) {
    if (candidate == value) return word;
  }
  throw ArgumentError(fmt::format("{}: not a value of this enumeration", static_cast<int>(value)));
}

[[noreturn]] inline void refuse_option(std::string_view key, const nlohmann::json& value,
                                       std::string_view expected) {
  constexpr auto replace = nlohmann::json::error_handler_t::replace;
  throw ModelError(fmt::format("read options: {} is {}: expected {}", key,
                               value.dump(-1, ' ', false, replace), expected));
}

template <class E, std::size_t n>
void read_word(const std::array<Word<E>, n>& words, std::string_view key,
               const nlohmann::json& value, E& target) {
  std::string expected;
  for (const auto& [candidate, word] : words) {
    if (value.is_string() && value.get_ref<const std::string&>() == word) {
      target = candidate;
      return;
    }
    expected += fmt::format("{}\"{}\"", expected.empty() ? "" : ", ", word);
  }
  refuse_option(key, value, expected);
}

inline std::string read_text(std::string_view key, const nlohmann::json& value) {
  if (!value.is_string()) refuse_option(key, value, "text");
  return value.get<std::string>();
}

inline char read_delimiter(const nlohmann::json& value) {
  const std::string text = read_text("delimiter", value);
  if (text.size() > 1 || (!text.empty() && text[0] == '\0')) {
    refuse_option("delimiter", value, "one character, or none");
  }
  return text.empty() ? '\0' : text[0];
}

inline std::string delimiter_text(char delimiter) {
  return delimiter == '\0' ? "" : std::string(1, delimiter);
}

[[noreturn]] inline void refuse_unknown_option(std::string_view key) {
  throw ModelError(fmt::format("read options: unknown key \"{}\"", key));
}

/// Throws ArgumentError where the options hold text that JSON cannot.
inline std::string dump_options(const nlohmann::json& object) {
  try {
    return object.dump();
  } catch (const nlohmann::json::type_error&) {
    throw ArgumentError("read options hold text that is not valid UTF-8");
  }
}

/// Throws ModelError unless `text` is a JSON object.
inline nlohmann::json parse_options(const std::string& text) {
  nlohmann::json object = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) throw ModelError("read options: expected a JSON object");
  return object;
}

}  // namespace hadal::io
