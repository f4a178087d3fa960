#pragma once

#include "hadal/data/read_samples.hpp"
#include "support.hpp"

namespace hadal::test {

/// Reads `text` as a file called `name`.
inline SampleData samples(const std::string& text, const SampleReadOptions& options = {},
                          const std::string& name = "s.csv") {
  return read_samples(write_file(name, text), options);
}

inline SampleData samples_like(const SampleData& like, const std::string& text,
                               const SampleReadOptions& options = {}) {
  return read_samples(write_file("new.csv", text), options, like);
}

/// The message with which reading `text` is refused.
inline std::string sample_refusal(const std::string& text, const SampleReadOptions& options = {}) {
  return message_of<DataError>([&] { samples(text, options); });
}

/// The message with which options are refused for `text`.
inline std::string sample_argument(const std::string& text, const SampleReadOptions& options) {
  return message_of<ArgumentError>([&] { samples(text, options); });
}

inline SampleReadOptions with_target(const std::string& field) {
  SampleReadOptions options;
  options.target_field = field;
  return options;
}

inline SampleReadOptions with_weight(const std::string& field) {
  SampleReadOptions options;
  options.weight_field = field;
  return options;
}

inline SampleReadOptions with_header(Header header) {
  SampleReadOptions options;
  options.header = header;
  return options;
}

inline SampleReadOptions for_task(TaskChoice task) {
  SampleReadOptions options;
  options.task = task;
  return options;
}

inline SampleReadOptions with_means() {
  SampleReadOptions options;
  options.missing = Missing::mean;
  return options;
}

inline SampleReadOptions with_target_file(const std::filesystem::path& path) {
  SampleReadOptions options;
  options.target_file = path;
  return options;
}

inline Factor column(std::initializer_list<double> values) {
  Factor result(static_cast<Index>(values.size()), 1);
  Index i = 0;
  for (const double value : values) result(i++, 0) = value;
  return result;
}

/// The inputs' names.
inline std::vector<std::string> names(const SampleData& data) { return data.encoding.names(); }

}  // namespace hadal::test
