#include <array>

#include "options_json.hpp"
#include "sample_readers.hpp"

namespace hadal {
namespace {

using io::Word;
using nlohmann::json;

constexpr std::array<Word<SampleFormat>, 5> formats = {{{SampleFormat::automatic, "automatic"},
                                                        {SampleFormat::table, "table"},
                                                        {SampleFormat::npy, "npy"},
                                                        {SampleFormat::idx, "idx"},
                                                        {SampleFormat::pictures, "pictures"}}};
constexpr std::array<Word<TaskChoice>, 3> tasks = {
    {{TaskChoice::automatic, "automatic"},
     {TaskChoice::regression, "regression"},
     {TaskChoice::classification, "classification"}}};
constexpr std::array<Word<Missing>, 2> missing_words = {
    {{Missing::error, "error"}, {Missing::mean, "mean"}}};

void read_option(SampleReadOptions& options, const std::string& key, const json& value) {
  if (key == "format") {
    io::read_word(formats, key, value, options.format);
  } else if (key == "header") {
    io::read_word(io::header_words, key, value, options.header);
  } else if (key == "delimiter") {
    options.delimiter = io::read_delimiter(value);
  } else if (key == "target_field") {
    options.target_field = io::read_text(key, value);
  } else if (key == "weight_field") {
    options.weight_field = io::read_text(key, value);
  } else if (key == "task") {
    io::read_word(tasks, key, value, options.task);
  } else if (key == "missing") {
    io::read_word(missing_words, key, value, options.missing);
  } else {
    io::refuse_unknown_option(key);
  }
}

}  // namespace

std::string_view io::format_name(SampleFormat format) { return word_for(formats, format); }

std::string to_json(const SampleReadOptions& options) {
  const json object = {{"format", io::word_for(formats, options.format)},
                       {"header", io::word_for(io::header_words, options.header)},
                       {"delimiter", io::delimiter_text(options.delimiter)},
                       {"target_field", options.target_field},
                       {"weight_field", options.weight_field},
                       {"task", io::word_for(tasks, options.task)},
                       {"missing", io::word_for(missing_words, options.missing)}};
  return io::dump_options(object);
}

SampleReadOptions sample_read_options_from_json(const std::string& text) {
  const json object = io::parse_options(text);
  SampleReadOptions options;
  for (const auto& [key, value] : object.items()) read_option(options, key, value);
  return options;
}

}  // namespace hadal
