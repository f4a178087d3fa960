#include "reading.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>

#include "arguments.hpp"

namespace hadal::cli {
namespace {

constexpr const char* reading_group = "How the data file is read";

const Words<char> delimiter_words = {
    {"tab", '\t'}, {"\\t", '\t'}, {"space", ' '}, {"comma", ','}, {"semicolon", ';'}};

std::optional<char> parse_delimiter(const std::string& text) {
  for (const auto& [word, delimiter] : delimiter_words) {
    if (word == text) return delimiter;
  }
  if (text.size() == 1) return text[0];
  return std::nullopt;
}

/// "255,0,128", "#ff0080" or "ff0080".
std::optional<std::array<int, 3>> parse_color(const std::string& text) {
  std::array<int, 3> color{};
  int used = 0;
  const int size = static_cast<int>(text.size());
  if (std::sscanf(text.c_str(), "%d,%d,%d%n", &color[0], &color[1], &color[2], &used) == 3 &&
      used == size) {
    for (const int sample : color) {
      if (sample < 0 || sample > 65535) return std::nullopt;
    }
    return color;
  }
  const std::string digits = text.substr(text.rfind('#', 0) == 0 ? 1 : 0);
  if (digits.size() != 6 || digits.find_first_not_of("0123456789abcdefABCDEF") != digits.npos) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < 3; ++i) color[i] = std::stoi(digits.substr(2 * i, 2), nullptr, 16);
  return color;
}

}  // namespace

void ReadingArguments::add_field_options(CLI::App& app, bool long_field_names) {
  const std::string suffix = long_field_names ? "-field" : "";
  const auto field = [&](const std::string& name, std::string ReadOptions::*member,
                         const std::string& description) {
    app.add_option_function<std::string>(
           name,
           [this, member](const std::string& text) {
             change([=](ReadOptions& options) { options.*member = text; });
           },
           description)
        ->type_name("FIELD")
        ->group(reading_group);
  };
  field("--row" + suffix, &ReadOptions::row_field,
        "Field with the row identifiers: its name in the header, or its position from 1");
  field("--column" + suffix, &ReadOptions::column_field, "Field with the column identifiers");
  field("--value" + suffix, &ReadOptions::value_field, "Field with the values");
  field("--weight-column", &ReadOptions::weight_field, "Field with a weight > 0 for every entry");
}

void ReadingArguments::add_mask_options(CLI::App& app) {
  app.add_option_function<std::string>(
         "--mask",
         [this](const std::string& text) { change([=](ReadOptions& o) { o.mask = text; }); },
         "Picture or array of the data's shape: 0 (black) marks a missing entry")
      ->type_name("IMAGE")
      ->group(reading_group);
  app.add_option_function<std::string>(
         "--mask-color",
         [this](const std::string& text) {
           change([=](ReadOptions& o) { o.mask_color = parse_color(text); });
         },
         "Pixels of this colour are missing: r,g,b or '#rrggbb'")
      ->type_name("COLOR")
      ->group(reading_group)
      ->check(CLI::Validator(
          [](std::string& text) {
            return parse_color(text) ? std::string()
                                     : fmt::format("expected r,g,b or #rrggbb, got '{}'", text);
          },
          ""));
}

void ReadingArguments::add_to(CLI::App& app, bool long_field_names) {
  add_choice<FileFormat>(
      app, "--format",
      {{"auto", FileFormat::automatic},
       {"triplets", FileFormat::triplets},
       {"dense_csv", FileFormat::dense_csv},
       {"matrix_market", FileFormat::matrix_market},
       {"npy", FileFormat::npy},
       {"npz", FileFormat::npz},
       {"png", FileFormat::png},
       {"tiff", FileFormat::tiff}},
      [this](FileFormat f) { change([=](ReadOptions& o) { o.format = f; }); },
      "File format [auto: from the content]")
      ->group(reading_group);
  add_choice<Header>(
      app, "--header", {{"auto", Header::automatic}, {"yes", Header::yes}, {"no", Header::no}},
      [this](Header h) { change([=](ReadOptions& o) { o.header = h; }); },
      "Whether the first line names the fields [auto]")
      ->group(reading_group);
  app.add_option_function<std::string>(
         "--delimiter",
         [this](const std::string& text) {
           change([=](ReadOptions& o) { o.delimiter = *parse_delimiter(text); });
         },
         "One character, or comma, semicolon, tab or space [found from the first line]")
      ->type_name("CHAR")
      ->group(reading_group)
      ->check(CLI::Validator(
          [](std::string& text) {
            return parse_delimiter(text)
                       ? std::string()
                       : fmt::format(
                             "expected one character, or comma, semicolon, tab or space, "
                             "got '{}'",
                             text);
          },
          ""));
  add_field_options(app, long_field_names);
  app.add_option_function<std::string>(
         "--array",
         [this](const std::string& text) { change([=](ReadOptions& o) { o.array_name = text; }); },
         "Name of the array in an NPZ archive")
      ->type_name("NAME")
      ->group(reading_group);
  add_choice<Duplicates>(
      app, "--duplicates", {{"error", Duplicates::error}, {"mean", Duplicates::mean}},
      [this](Duplicates d) { change([=](ReadOptions& o) { o.duplicates = d; }); },
      "What to do with an entry given more than once [error]")
      ->group(reading_group);
  add_mask_options(app);
}

ReadOptions ReadingArguments::over(ReadOptions base) const {
  for (const auto& apply : changes_) apply(base);
  return base;
}

}  // namespace hadal::cli
