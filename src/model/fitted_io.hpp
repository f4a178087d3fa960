#pragma once

#include "hadal/model/fitted_model.hpp"
#include "hadal/model/model_io.hpp"
#include "hdf5_reader.hpp"
#include "hdf5_writer.hpp"

/// What the files of all families of models have; docs/model-file.md describes the layout.
namespace hadal {

void write_format(const hdf5::Writer& root, ModelKind kind);
/// Throws ModelError for a file of any other kind or version.
void require_format(const hdf5::Reader& root, ModelKind kind);

/// The loss and lambda, members of /problem.
void write_loss(const hdf5::Writer& group, const FittedModel& model);
void read_loss(const hdf5::Reader& group, FittedModel& model);

void write_claim(const hdf5::Writer& group, const FittedModel& model);
void read_claim(const hdf5::Reader& group, FittedModel& model);

void write_record(const hdf5::Writer& group, const FittedModel& model);
void read_record(const hdf5::Reader& group, FittedModel& model);

}  // namespace hadal
