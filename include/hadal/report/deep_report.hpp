#pragma once

#include <string>

#include "hadal/data/samples.hpp"
#include "hadal/model/deep_model.hpp"
#include "hadal/report/report_files.hpp"

namespace hadal {

/// One self-contained HTML page about the fit of parallel deep subnetworks, as matrix_report:
/// objective and width against time, the layers with their degrees and norms, filters of the first
/// layer as pictures where it is a convolution of 1 or 3 channels. `data` may be null; given, it
/// must have the model's inputs (ModelError otherwise), and adds a confusion matrix.
std::string deep_report(const DeepModel& model, const SampleData* data, const ReportFiles& files);

}  // namespace hadal
