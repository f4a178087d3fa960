#pragma once

#include "hadal/norm/factor_norm.hpp"
#include "hdf5_reader.hpp"
#include "hdf5_writer.hpp"

namespace hadal {

/// Writes a norm as the members of a group.
void write_norm(const hdf5::Writer& group, const FactorNorm& norm);

/// Reads what write_norm wrote, the norm of a factor of that many elements. Ranges of the weights
/// are not checked here.
FactorNorm read_norm(const hdf5::Reader& group, Index elements);

}  // namespace hadal
