#pragma once

#include <string>

#include "hadal/model/checkpoint_state.hpp"
#include "hdf5_reader.hpp"
#include "hdf5_writer.hpp"

/// The part of a checkpoint's file that is the same for all families.
namespace hadal {

/// What a file can hold at most: no fit writes more.
inline constexpr std::int64_t checkpoint_folds_max = 100, checkpoint_starts_max = 16;

void write_state(const hdf5::Writer& root, const CheckpointState& state);
void read_state(const hdf5::Reader& root, CheckpointState& state);

/// Fails at the first figure that no loop can have had. `choosing`: there are folds, which are to
/// choose lambda.
void check_state(const hdf5::Reader& root, const CheckpointState& state, bool choosing);

/// The attribute `name` of a group, a count from 0 to `most`.
std::size_t count_of(const hdf5::Reader& group, const char* name, std::int64_t most);

/// "fold3".
std::string numbered(const char* name, std::size_t k);

}  // namespace hadal
