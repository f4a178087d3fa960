#include "hadal/data/read_samples.hpp"

#include <fmt/format.h>

#include "gzip.hpp"
#include "hadal/error.hpp"
#include "sample_readers.hpp"

namespace hadal {
namespace {

using io::Source;

SampleFormat find_sample_format(const Source& source) {
  const std::string_view bytes = source.bytes;
  if (bytes.starts_with("\x93NUMPY")) return SampleFormat::npy;
  if (bytes.starts_with(std::string_view("\0\0", 2))) return SampleFormat::idx;
  if (io::is_gzip(source)) {
    // A compressed table is refused by its reader, with what to do.
    return io::gunzip_first(source, 2) == std::string_view("\0\0", 2) ? SampleFormat::idx
                                                                      : SampleFormat::table;
  }
  if (bytes.starts_with("\x89PNG")) {
    io::refuse(source, "is a picture: expected a folder with a folder of pictures for every class");
  }
  return io::lower_extension(source.name) == ".npy" ? SampleFormat::npy : SampleFormat::table;
}

void require(bool fits, std::string_view option, SampleFormat format) {
  if (fits) return;
  throw ArgumentError(fmt::format("the option {} does not apply to the format {}", option,
                                  io::format_name(format)));
}

void check_options(const SampleReadOptions& options, SampleFormat format) {
  const bool table = format == SampleFormat::table;
  const bool pair = format == SampleFormat::npy || format == SampleFormat::idx;
  require(table || options.header == Header::automatic, "header", format);
  require(table || options.delimiter == '\0', "delimiter", format);
  require(table || options.target_field.empty(), "target_field", format);
  require(table || options.weight_field.empty(), "weight_field", format);
  require(pair || options.target_file.empty(), "target_file", format);
}

SampleData read_as(SampleFormat format, const Source& source, const Source* targets,
                   const SampleReadOptions& options, const SampleData* like) {
  switch (format) {
    case SampleFormat::table:
      return io::read_sample_table(source, options, like);
    case SampleFormat::npy:
      return io::read_sample_arrays(source, targets, options, like);
    case SampleFormat::idx:
      return io::read_sample_idx(source, targets, options, like);
    case SampleFormat::pictures:
      io::refuse(source, "is not a folder: expected a folder of pictures for every class");
    case SampleFormat::automatic:
      break;
  }
  throw ArgumentError(fmt::format("format {}: not one of SampleFormat", static_cast<int>(format)));
}

SampleData read(const std::filesystem::path& path, const SampleReadOptions& options,
                const SampleData* like) {
  const bool chooses = options.format != SampleFormat::automatic;
  if (std::filesystem::is_directory(path) &&
      (!chooses || options.format == SampleFormat::pictures)) {
    check_options(options, SampleFormat::pictures);
    return io::read_sample_pictures(path, options, like);
  }
  const io::FileBytes file(path);
  const Source source = file.source();
  if (source.bytes.empty()) io::refuse(source, "is empty: expected samples");
  const SampleFormat format = chooses ? options.format : find_sample_format(source);
  check_options(options, format);
  if (options.target_file.empty()) return read_as(format, source, nullptr, options, like);
  const io::FileBytes target_file(options.target_file);
  const Source targets = target_file.source();
  if (targets.bytes.empty()) io::refuse(targets, "is empty: expected targets");
  return read_as(format, source, &targets, options, like);
}

}  // namespace

SampleData read_samples(const std::filesystem::path& path, const SampleReadOptions& options) {
  return read(path, options, nullptr);
}

SampleData read_samples(const std::filesystem::path& path, const SampleReadOptions& options,
                        const SampleData& like) {
  return read(path, options, &like);
}

}  // namespace hadal
