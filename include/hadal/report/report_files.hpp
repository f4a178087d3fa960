#pragma once

#include <string>

namespace hadal {

/// What a report calls the files, in the command that checks the model again.
struct ReportFiles {
  std::string model, data;
};

}  // namespace hadal
