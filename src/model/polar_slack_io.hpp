#pragma once

#include "hadal/model/polar_slack.hpp"
#include "hdf5_reader.hpp"
#include "hdf5_writer.hpp"

namespace hadal {

/// Writes a slack as the members of a group. Precondition: the tree's lists are empty or hold
/// matrices of one shape.
void write_slack(const hdf5::Writer& group, const PolarSlack& slack);

/// Reads what write_slack wrote; throws ModelError for what it cannot have written. Whether the
/// slack fits the matrix and the norms is not checked here: that is verify's work.
PolarSlack read_slack(const hdf5::Reader& group);

}  // namespace hadal
