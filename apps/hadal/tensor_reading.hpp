#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <vector>

#include "hadal/data/read_tensor.hpp"

namespace hadal::cli {

/// The options that say how a tensor's file is read.
class TensorReadingArguments {
 public:
  TensorReadingArguments() = default;
  TensorReadingArguments(const TensorReadingArguments&) = delete;  // the options hold its address
  TensorReadingArguments& operator=(const TensorReadingArguments&) = delete;

  void add_to(CLI::App& app);
  TensorReadOptions options() const { return options_; }

 private:
  TensorReadOptions options_;
};

/// "10x20x30" as sizes; throws ArgumentError naming `option` where it is none of 3 to 8 modes.
std::vector<Index> parse_sizes(const std::string& text, const std::string& option);

}  // namespace hadal::cli
