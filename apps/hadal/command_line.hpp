#pragma once

#include <string>

#include "arguments.hpp"

namespace hadal::cli {

/// The program's command line: parses it and runs the command it calls.
class CommandLine {
 public:
  CommandLine();

  /// Returns the exit code. Throws ArgumentError for a command line that cannot be understood, and
  /// whatever the command throws.
  int run(int argc, const char* const* argv);

  /// The command that was called as far as it was understood, e.g. "hadal fit matrix".
  std::string command() const;

 private:
  const CLI::App& called() const;
  std::string explain(const CLI::ParseError& error) const;

  CLI::App app_;
  Action action_;
};

}  // namespace hadal::cli
