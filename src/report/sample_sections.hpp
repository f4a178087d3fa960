#pragma once

#include <string>

#include "hadal/data/samples.hpp"
#include "hadal/model/sample_model.hpp"

/// What the reports of all networks show of samples.
namespace hadal {

/// Throws ModelError for data of another number of inputs than the model's.
void require_same_inputs(const SampleModel& model, const SampleData& data);

/// Whether there is a confusion to show.
bool tells_classes(const SampleModel& model, const SampleData* data);
/// How often a sample of one class was taken for another. probability: of every sample and class.
std::string confusion_section(const SampleModel& model, const SampleData& data,
                              const Factor& probability);

/// Weights as a picture, as a data: address: grey for 0, white and black for the largest size.
/// planes: height x (channels times width), 1 or 3 channels side by side.
std::string weight_picture(const Factor& planes, Index channels);

}  // namespace hadal
