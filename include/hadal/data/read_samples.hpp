#pragma once

#include <filesystem>
#include <string>

#include "hadal/data/read.hpp"
#include "hadal/data/samples.hpp"

namespace hadal {

enum class SampleFormat { automatic, table, npy, idx, pictures };
enum class TaskChoice { automatic, regression, classification };
enum class Missing { error, mean };

/// How a file of samples is read. Everything here but the paths is stored in the model (as JSON).
struct SampleReadOptions {
  SampleFormat format = SampleFormat::automatic;
  Header header = Header::automatic;
  char delimiter = '\0';  ///< of a table; '\0': found from the first line
  /// Of a table: the column with the targets, by its header name or its position from 1 (several
  /// outputs: separated by commas); empty: the last one.
  std::string target_field;
  std::string weight_field;  ///< of a table; empty: all weights are one
  /// Of NPY inputs (samples x inputs, or samples x height x width [x channels]): NPY with the
  /// targets (samples, or samples x outputs). Of IDX images: IDX with the labels.
  std::filesystem::path target_file;
  /// automatic: classification for texts, for integer labels of IDX and folders of pictures, and
  /// for integers with at most 20 different values of which every one occurs twice or more.
  TaskChoice task = TaskChoice::automatic;
  Missing missing = Missing::error;  ///< empty fields, NA, NaN
};

/// Reads samples from a table (CSV, TSV; columns of texts become one input for each category),
/// from an NPY pair, an IDX pair, or a folder with one folder of PNG pictures for each class.
/// Throws DataError (file, line or offset, what was found, what was expected) or ArgumentError
/// (options that do not fit the format).
SampleData read_samples(const std::filesystem::path& path, const SampleReadOptions& options = {});

/// Reads samples for a model: the columns of `encoding` by name where the table has a header, by
/// position else; other columns are ignored, a missing one is an error, as is a category that the
/// model does not know. Targets are read where there are any: labels not in `classes` become -1.
SampleData read_samples(const std::filesystem::path& path, const SampleReadOptions& options,
                        const SampleData& like);

/// Two-way conversion for storage in models, without the paths. `from_json` throws ModelError on
/// unknown or bad keys.
std::string to_json(const SampleReadOptions& options);
SampleReadOptions sample_read_options_from_json(const std::string& json);

}  // namespace hadal
