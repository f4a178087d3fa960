#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "gzip.hpp"
#include "hadal/error.hpp"
#include "sample_inputs.hpp"
#include "sample_readers.hpp"
#include "sample_targets.hpp"

namespace hadal::io {
namespace {

std::uint32_t big_endian(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

/// An IDX file of unsigned bytes: a magic number that says how many sizes follow, then the bytes.
class IdxFile {
 public:
  IdxFile(const Source& source, std::size_t dimensions, std::string_view what) : source_(source) {
    const std::size_t header_size = 4 + 4 * dimensions;
    std::string unpacked;
    std::string_view header = source.bytes;
    if (is_gzip(source)) header = unpacked = gunzip_first(source, header_size);
    read_header(header, dimensions, what);
    std::uint64_t size = header_size;
    for (const std::uint32_t length : sizes_) {
      if (length == 0) refuse(source, fmt::format("{}: expected sizes of 1 or more", shape()));
    }
    std::uint64_t count = 1;
    for (const std::uint32_t length : sizes_) {
      if (__builtin_mul_overflow(count, std::uint64_t{length}, &count))
        refuse(source, fmt::format("{}: too many for any memory", shape()));
    }
    if (__builtin_add_overflow(size, count, &size))
      refuse(source, fmt::format("{}: too many for any memory", shape()));
    if (is_gzip(source)) {
      unpacked_ = gunzip(source, size);
      elements_ = unpacked_;
    } else {
      elements_ = source.bytes;
    }
    elements_.remove_prefix(header_size);
    if (elements_.size() == count) return;
    refuse_byte(
        source, header_size,
        fmt::format("{} bytes of elements: expected {} for {}", elements_.size(), count, shape()));
  }
  IdxFile(const IdxFile&) = delete;
  IdxFile& operator=(const IdxFile&) = delete;

  std::uint32_t size(std::size_t dimension) const { return sizes_[dimension]; }
  std::uint64_t elements() const { return elements_.size(); }
  double element(std::size_t at) const { return static_cast<unsigned char>(elements_[at]); }

 private:
  std::string shape() const { return fmt::format("sizes {}", fmt::join(sizes_, " x ")); }

  void read_header(std::string_view header, std::size_t dimensions, std::string_view what) {
    if (header.size() < 4 + 4 * dimensions) {
      refuse(source_, fmt::format("ends after {} bytes, inside the header: expected at least {}",
                                  header.size(), 4 + 4 * dimensions));
    }
    const std::uint32_t magic = big_endian(header, 0);
    const std::uint32_t expected = 0x800 + static_cast<std::uint32_t>(dimensions);
    if (magic != expected) {
      refuse_byte(source_, 0,
                  fmt::format("the magic number 0x{:08x}: expected 0x{:08x}, IDX with "
                              "{} as bytes",
                              magic, expected, what));
    }
    for (std::size_t k = 0; k < dimensions; ++k) sizes_.push_back(big_endian(header, 4 + 4 * k));
  }

  Source source_;
  std::vector<std::uint32_t> sizes_;
  std::string unpacked_;
  std::string_view elements_;
};

Factor read_labels(const Source& source, std::uint32_t samples) {
  const IdxFile file(source, 1, "labels");
  if (file.size(0) != samples) {
    refuse(source,
           fmt::format("{} labels: expected {}, as there are pictures", file.size(0), samples));
  }
  Factor labels(static_cast<Index>(samples), 1);
  for (std::size_t k = 0; k < samples; ++k) labels(static_cast<Index>(k), 0) = file.element(k);
  return labels;
}

}  // namespace

SampleData read_sample_idx(const Source& pictures, const Source* labels,
                           const SampleReadOptions& options, const SampleData* like) {
  constexpr double most = 255;
  const IdxFile file(pictures, 3, "pictures");
  const std::uint64_t samples = file.size(0), inputs = file.elements() / samples;
  SampleData data;
  data.picture = SamplePicture{file.size(2), file.size(1), 1};
  require_samples(pictures, samples, inputs);
  if (like != nullptr)
    require_same_inputs(pictures, static_cast<Index>(inputs), data.picture, *like);
  data.inputs.resize(static_cast<Index>(samples), static_cast<Index>(inputs));
  for (std::size_t k = 0; k < file.elements(); ++k) data.inputs.data()[k] = file.element(k) / most;
  encode_inputs(data, pictures, options.missing, like, [](Index, Index) {});
  if (labels != nullptr) {
    if (like == nullptr) data.target_names = {"class"};
    const TaskChoice task =
        options.task == TaskChoice::automatic ? TaskChoice::classification : options.task;
    set_targets(data, *labels, read_labels(*labels, file.size(0)), task, like);
  } else if (like != nullptr) {
    set_no_targets(data, *like);
  } else {
    throw ArgumentError(
        fmt::format("{} holds pictures: expected an IDX file with their labels as the target file",
                    pictures.name));
  }
  return data;
}

}  // namespace hadal::io
