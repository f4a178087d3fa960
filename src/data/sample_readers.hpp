#pragma once

#include <filesystem>
#include <string_view>

#include "hadal/data/read_samples.hpp"
#include "source.hpp"

/// One reader of samples per format. `like` says what new data are read for, and is null where
/// samples are read to fit a model. Each throws DataError for bad content and ArgumentError for
/// options that do not fit it; all memory is checked before it is allocated.
namespace hadal::io {

SampleData read_sample_table(const Source& source, const SampleReadOptions& options,
                             const SampleData* like);

/// NPY arrays; `targets` is null where there are none.
SampleData read_sample_arrays(const Source& inputs, const Source* targets,
                              const SampleReadOptions& options, const SampleData* like);

/// IDX arrays, plain or gzipped; `labels` is null where there are none.
SampleData read_sample_idx(const Source& pictures, const Source* labels,
                           const SampleReadOptions& options, const SampleData* like);

/// A folder with a folder of PNG pictures for every class, or for `like` with pictures alone.
SampleData read_sample_pictures(const std::filesystem::path& folder,
                                const SampleReadOptions& options, const SampleData* like);

/// The word for a format in models and messages, e.g. "table".
std::string_view format_name(SampleFormat format);

}  // namespace hadal::io
