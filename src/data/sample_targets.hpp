#pragma once

#include <string>
#include <vector>

#include "hadal/data/read_samples.hpp"
#include "source.hpp"

/// From what a file says of the targets to classes and labels, or to numbers to predict.
namespace hadal::io {

/// Numbers (finite; samples x outputs) as targets or as labels: as `like` has them, or as `task`
/// says, by the rule in `SampleReadOptions` where it is automatic. Sets the task and what goes with
/// it; names the targets where that is not done yet. Throws DataError or ArgumentError.
void set_targets(SampleData& data, const Source& source, Factor numbers, TaskChoice task,
                 const SampleData* like);

/// Labels of the samples, as texts. Throws DataError unless there are 2 to 100 classes.
void set_labels(SampleData& data, const Source& source, const std::vector<std::string>& labels,
                const SampleData* like);

/// The task and the classes of new data without targets.
void set_no_targets(SampleData& data, const SampleData& like);

}  // namespace hadal::io
