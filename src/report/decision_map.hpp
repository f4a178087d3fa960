#pragma once

#include <string>

#include "hadal/data/samples.hpp"
#include "hadal/model/network_model.hpp"

namespace hadal {

/// A picture of what a model of two inputs predicts where, with the samples where data are given,
/// as a section of the report. Empty for any other number of inputs, and for several outputs of a
/// regression.
std::string decision_map_section(const NetworkModel& model, const SampleData* data);

}  // namespace hadal
