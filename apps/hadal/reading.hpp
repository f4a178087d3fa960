#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <utility>
#include <vector>

#include "hadal/data/read.hpp"

namespace hadal::cli {

/// The options that say how a data file is read.
class ReadingArguments {
 public:
  ReadingArguments() = default;
  ReadingArguments(const ReadingArguments&) = delete;  // the options hold its address
  ReadingArguments& operator=(const ReadingArguments&) = delete;

  /// Adds them to `app`. The options that choose fields are called --row, --column and --value, or
  /// --row-field and so on where those names mean something else.
  void add_to(CLI::App& app, bool long_field_names = false);

  /// `base`, with what was given on the command line in its place.
  ReadOptions over(ReadOptions base) const;
  bool given() const { return !changes_.empty(); }

 private:
  using Change = std::function<void(ReadOptions&)>;
  void change(Change what) { changes_.push_back(std::move(what)); }
  void add_field_options(CLI::App& app, bool long_field_names);
  void add_mask_options(CLI::App& app);

  std::vector<Change> changes_;
};

}  // namespace hadal::cli
