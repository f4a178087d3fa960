#pragma once

#include <string>

#include "hadal/data/matrix_data.hpp"
#include "hadal/model/matrix_model.hpp"
#include "hadal/report/report_files.hpp"

namespace hadal {

/// One self-contained HTML page about a fit: what was found and how surely, how it got there, the
/// singular values, the cross-validation, the problem and its settings. `data` may be null; given,
/// it must be the data of the fit (ModelError when its shape differs) and adds what it counts and,
/// for a picture, how it looked before. The page loads nothing from elsewhere, and everything that
/// comes from data is escaped.
std::string matrix_report(const MatrixModel& model, const MatrixData* data,
                          const ReportFiles& files);

}  // namespace hadal
