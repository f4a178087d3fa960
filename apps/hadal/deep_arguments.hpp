#pragma once

#include <CLI/CLI.hpp>

#include "hadal/deep/deep_fit.hpp"
#include "hadal/fit/network_fit.hpp"

namespace hadal::cli {

/// The options of `hadal fit network` that only deep subnetworks have.
class DeepArguments {
 public:
  DeepArguments() = default;
  DeepArguments(const DeepArguments&) = delete;  // the options hold its address
  DeepArguments& operator=(const DeepArguments&) = delete;

  void add_to(CLI::App& app);
  bool given() const { return !architecture_.empty(); }

  /// Throws ArgumentError for options of this kind without --architecture, and with it for options
  /// that only one hidden layer has.
  void check(const CLI::App& app) const;

  /// With what one hidden layer's options say of both; lambda is chosen by folds only if that was
  /// asked for. The architecture's own mistakes are found here: throws ArgumentError. data: gets
  /// the shape that --image says.
  DeepFitOptions options(const CLI::App& app, const NetworkFitOptions& shared,
                         SampleData& data) const;

 private:
  std::string architecture_, image_;
  DeepFitOptions options_;
};

}  // namespace hadal::cli
