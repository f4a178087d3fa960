#pragma once

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "hadal/error.hpp"

namespace hadal {

/// The words that stand for the values of an enumeration in files and messages.
template <class Enum, std::size_t n>
struct Words {
  std::string_view what;  ///< of the enumeration, for messages
  std::array<std::pair<Enum, std::string_view>, n> words;

  constexpr std::string_view text(Enum value) const {
    for (const auto& [known, word] : words)
      if (known == value) return word;
    throw ArgumentError(
        fmt::format("{} has no value number {}", what, static_cast<long long>(value)));
  }

  /// Throws ArgumentError naming the text and the accepted words.
  Enum value(std::string_view text) const {
    std::string accepted;
    for (const auto& [known, word] : words) {
      if (word == text) return known;
      if (!accepted.empty()) accepted += ", ";
      accepted += word;
    }
    throw ArgumentError(fmt::format("unknown {} '{}': expected one of {}", what, text, accepted));
  }
};

}  // namespace hadal
