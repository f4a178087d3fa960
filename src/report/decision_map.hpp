#pragma once

#include <functional>
#include <string>

#include "hadal/data/samples.hpp"
#include "hadal/model/sample_model.hpp"

namespace hadal {

/// The predictions of the model at inputs: samples x outputs.
using Predict = std::function<Factor(const Factor& inputs)>;

/// A picture of what a model of two inputs predicts where, with the samples where data are given,
/// as a section of the report. Empty for any other number of inputs, and for several outputs of a
/// regression.
std::string decision_map_section(const SampleModel& model, const Predict& predict,
                                 const SampleData* data);

}  // namespace hadal
