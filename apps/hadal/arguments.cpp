#include "arguments.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace hadal::cli {
namespace {

template <class Number>
bool parse(const std::string& text, Number& value) {
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  return result.ec == std::errc() && result.ptr == end;
}

}  // namespace

CLI::Validator number(const std::string& expected, const std::function<bool(double)>& accept) {
  return CLI::Validator(
      [expected, accept](std::string& text) {
        double value = 0;
        if (parse(text, value) && std::isfinite(value) && accept(value)) return std::string();
        return fmt::format("expected {}, got '{}'", expected, text);
      },
      "");
}

CLI::Validator positive_number() {
  return number("a number > 0", [](double value) { return value > 0; });
}

CLI::Validator fraction() {
  return number("a number between 0 and 1", [](double value) { return value > 0 && value < 1; });
}

CLI::Validator whole_number(long long low, long long high) {
  return CLI::Validator(
      [low, high](std::string& text) {
        long long value = 0;
        if (parse(text, value) && value >= low && value <= high) return std::string();
        return fmt::format("expected a whole number from {} to {}, got '{}'", low, high, text);
      },
      "");
}

CLI::Validator not_empty() {
  return CLI::Validator(
      [](std::string& text) {
        return text.empty() ? std::string("expected a file name, got an empty text")
                            : std::string();
      },
      "");
}

void require_at_most_one(const std::vector<CLI::Option*>& options) {
  std::vector<std::string> names, given;
  for (const CLI::Option* option : options) {
    names.push_back(option->get_name());
    if (option->count() > 0) given.push_back(option->get_name());
  }
  if (given.size() < 2) return;
  throw ArgumentError(fmt::format("{} were given together: expected one of {}",
                                  CLI::detail::join(given, " and "),
                                  CLI::detail::join(names, ", ")));
}

}  // namespace hadal::cli
