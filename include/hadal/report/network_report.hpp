#pragma once

#include <string>

#include "hadal/data/samples.hpp"
#include "hadal/model/network_model.hpp"
#include "hadal/report/report_files.hpp"

namespace hadal {

/// One self-contained HTML page about the fit of a network, as matrix_report: width and objective
/// against time, penalties of the units; first-layer filters as pictures where samples are
/// pictures; of two inputs a map of what is predicted where. `data` may be null; given, it must
/// have the model's inputs (ModelError otherwise), and adds a confusion matrix and its samples to
/// the map.
std::string network_report(const NetworkModel& model, const SampleData* data,
                           const ReportFiles& files);

}  // namespace hadal
