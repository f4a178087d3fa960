#pragma once

#include <string>

#include "hadal/data/tensor_entries.hpp"
#include "hadal/model/scaled_components.hpp"
#include "hadal/report/report_files.hpp"

namespace hadal {

/// One self-contained HTML page about the fit of a tensor, as matrix_report, with a plot for each
/// mode of each component: those of the refit where the model has one. `data` may be null; given,
/// it must be the data of the fit (ModelError when its shape differs). `scale`: of the plots.
std::string tensor_report(const TensorModel& model, const TensorData* data,
                          const ReportFiles& files, ComponentScale scale = ComponentScale::unit);

}  // namespace hadal
