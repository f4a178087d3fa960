#pragma once

#include <string>
#include <vector>

namespace hadal {

/// What to call the files in the command that checks the model again.
struct ReportFiles {
  std::string model;
  std::vector<std::string> data;  ///< the data file, and options that go with it
};

}  // namespace hadal
