#pragma once

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "hadal/error.hpp"
#include "suggestion.hpp"

/// Option types with messages that name what was given and what is expected.
namespace hadal::cli {

/// A command stores here what is to run once the whole command line is known to be valid.
using Action = std::function<int()>;

/// Accepts a number for which `accept` holds; otherwise "expected EXPECTED, got 'TEXT'".
CLI::Validator number(const std::string& expected, const std::function<bool(double)>& accept);
CLI::Validator positive_number();
CLI::Validator fraction();  ///< strictly between 0 and 1
/// A whole number from `low` to `high`.
CLI::Validator whole_number(long long low, long long high);

/// Refuses the empty text, which an unset shell variable leaves behind.
CLI::Validator not_empty();

/// Words and what they stand for, in the order in which help lists them.
template <class Value>
using Words = std::vector<std::pair<std::string, Value>>;

/// An option that takes one of `words`.
template <class Value>
CLI::Option* add_choice(CLI::App& app, const std::string& name, Words<Value> words,
                        const std::function<void(Value)>& store, const std::string& description) {
  std::vector<std::string> names;
  for (const auto& [word, value] : words) names.push_back(word);
  const std::string listed = CLI::detail::join(names, ", ");
  const auto check = [names, listed](std::string& text) {
    if (std::find(names.begin(), names.end(), text) != names.end()) return std::string();
    return "expected one of " + listed + ", got '" + text + "'" + did_you_mean(text, names);
  };
  return app
      .add_option_function<std::string>(
          name,
          [words, store](const std::string& text) {
            for (const auto& [word, value] : words) {
              if (word == text) store(value);
            }
          },
          description)
      ->type_name(CLI::detail::join(names, "|"))
      ->check(CLI::Validator(check, ""));
}

/// Throws ArgumentError when more than one of `options` was given.
void require_at_most_one(const std::vector<CLI::Option*>& options);

}  // namespace hadal::cli
