#pragma once

#include <string>

#include "hadal/model/dropout_model.hpp"
#include "hadal/report/report_files.hpp"

namespace hadal {

/// One self-contained HTML page about a linear network with dropout: what was found and proved, of
/// a training the objective as drawn beside its expectation, singular values before and after, and
/// how evenly the units share the work.
std::string dropout_report(const DropoutModel& model, const ReportFiles& files);

}  // namespace hadal
