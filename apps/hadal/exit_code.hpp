#pragma once

namespace hadal::cli {

/// What the program tells the shell; documented in docs/command-line.md.
enum ExitCode : int {
  exit_done = 0,
  exit_not_confirmed = 1,  ///< `verify` did not confirm what the model claims
  exit_bad_arguments = 2,
  exit_bad_data = 3,  ///< an input file is missing, unreadable or invalid
  exit_limit = 4,     ///< a fit ended before its tolerance was reached
  exit_internal = 5
};

}  // namespace hadal::cli
