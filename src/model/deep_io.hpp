#pragma once

#include <string>
#include <vector>

#include "hdf5_reader.hpp"
#include "hdf5_writer.hpp"

namespace hadal {

/// The matrices layer0, layer1, .. of a group.
void write_layers(const hdf5::Writer& group, const std::vector<SingleFactor>& layers);
std::vector<SingleFactor> read_layers(const hdf5::Reader& group, std::size_t count);

}  // namespace hadal
