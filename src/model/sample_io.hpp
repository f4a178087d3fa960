#pragma once

#include "hadal/model/sample_model.hpp"
#include "hdf5_reader.hpp"
#include "hdf5_writer.hpp"

/// What the files of all networks have: groups inputs and outputs, and figures in record.
namespace hadal {

void write_samples(const hdf5::Writer& root, const SampleModel& model);
void read_samples(const hdf5::Reader& root, SampleModel& model);

void write_accuracy(const hdf5::Writer& record, const SampleModel& model);
void read_accuracy(const hdf5::Reader& record, SampleModel& model);

}  // namespace hadal
