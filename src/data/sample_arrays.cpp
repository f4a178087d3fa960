#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <numeric>

#include "hadal/error.hpp"
#include "npy_elements.hpp"
#include "sample_inputs.hpp"
#include "sample_readers.hpp"
#include "sample_targets.hpp"

namespace hadal::io {
namespace {

/// An NPY array as a matrix with a row for each index along the first dimension.
class NpyRows {
 public:
  /// Throws DataError unless the array has `least` to `most` dimensions and is complete.
  NpyRows(const Source& source, std::size_t least, std::size_t most)
      : source_(source), header_(parse_npy_header(source)) {
    const auto& shape = header_.shape;
    if (shape.size() < least || shape.size() > most) {
      refuse(source_, fmt::format("an array of shape ({}): expected {} to {} dimensions",
                                  fmt::join(shape, ", "), least, most));
    }
    for (std::size_t k = 1; k < shape.size(); ++k) {
      if (!__builtin_mul_overflow(columns_, shape[k], &columns_)) continue;
      refuse(source_, fmt::format("an array of shape ({}): too many elements for any memory",
                                  fmt::join(shape, ", ")));
    }
    std::uint64_t count = 0;
    if (__builtin_mul_overflow(rows(), columns_, &count)) {
      refuse(source_, fmt::format("an array of shape ({}): too many elements for any memory",
                                  fmt::join(shape, ", ")));
    }
    require_length(source_, header_, count);
    require_samples(source_, rows(), columns_);
    find_offsets();
  }

  std::uint64_t rows() const { return header_.shape[0]; }
  std::uint64_t columns() const { return columns_; }
  const std::vector<std::uint64_t>& shape() const { return header_.shape; }

  /// NaN where missing.
  Factor read() const {
    Factor values(static_cast<Index>(rows()), static_cast<Index>(columns_));
    with_loader(header_, [&](const auto& load) {
      for (Index i = 0; i < values.rows(); ++i) {
        for (Index j = 0; j < values.cols(); ++j) {
          values(i, j) = load(source_.bytes.data() + offset(i, j));
          if (std::isinf(values(i, j))) {
            refuse_element(i, j, fmt::format("is {}: expected a finite number", values(i, j)));
          }
        }
      }
    });
    return values;
  }

  /// Throws DataError that names an element.
  [[noreturn]] void refuse_element(Index row, Index column, std::string_view message) const {
    std::vector<std::uint64_t> at(header_.shape.size(), static_cast<std::uint64_t>(row));
    auto rest = static_cast<std::uint64_t>(column);
    for (std::size_t k = at.size(); k-- > 1;) {
      at[k] = rest % header_.shape[k];
      rest /= header_.shape[k];
    }
    refuse_byte(source_, offset(row, column),
                fmt::format("element ({}) {}", fmt::join(at, ", "), message));
  }

 private:
  std::size_t offset(Index row, Index column) const {
    return header_.data_offset + static_cast<std::size_t>(row) * row_stride_ +
           offsets_[static_cast<std::size_t>(column)];
  }

  void find_offsets() {
    const auto& shape = header_.shape;
    const std::size_t item = header_.item_size;
    row_stride_ = header_.fortran_order ? item : columns_ * item;
    offsets_.resize(columns_);
    for (std::size_t column = 0; column < columns_; ++column) {
      if (!header_.fortran_order) {
        offsets_[column] = column * item;
        continue;
      }
      std::size_t rest = column, blocks = columns_;  // blocks: of elements before this dimension
      for (std::size_t k = shape.size(); k-- > 1;) {
        blocks /= shape[k];
        offsets_[column] += rest % shape[k] * blocks * shape[0] * item;
        rest /= shape[k];
      }
    }
  }

  Source source_;
  NpyHeader header_;
  std::uint64_t columns_ = 1;
  std::size_t row_stride_ = 0;
  std::vector<std::size_t> offsets_;  ///< of the columns, from the first
};

std::optional<SamplePicture> picture_of(const std::vector<std::uint64_t>& shape) {
  if (shape.size() < 3) return std::nullopt;
  SamplePicture picture;
  picture.height = static_cast<Index>(shape[1]);
  picture.width = static_cast<Index>(shape[2]);
  if (shape.size() == 4) picture.channels = static_cast<Index>(shape[3]);
  return picture;
}

Factor read_targets(const Source& source, std::uint64_t samples) {
  const NpyRows array(source, 1, 2);
  if (array.rows() != samples) {
    refuse(source, fmt::format("targets of {} samples: expected {}, as there are inputs of",
                               array.rows(), samples));
  }
  Factor values = array.read();
  for (Index i = 0; i < values.rows(); ++i) {
    for (Index j = 0; j < values.cols(); ++j) {
      if (std::isnan(values(i, j)))
        array.refuse_element(i, j, "is NaN: expected a finite number, as it is a target");
    }
  }
  return values;
}

}  // namespace

SampleData read_sample_arrays(const Source& inputs, const Source* targets,
                              const SampleReadOptions& options, const SampleData* like) {
  const NpyRows array(inputs, 2, 4);
  SampleData data;
  data.picture = picture_of(array.shape());
  if (like != nullptr)
    require_same_inputs(inputs, static_cast<Index>(array.columns()), data.picture, *like);
  data.inputs = array.read();
  encode_inputs(data, inputs, options.missing, like, [&](Index sample, Index input) {
    array.refuse_element(sample, input, fmt::format("is NaN: {}", missing_advice));
  });
  if (targets != nullptr) {
    set_targets(data, *targets, read_targets(*targets, array.rows()), options.task, like);
  } else if (like != nullptr) {
    set_no_targets(data, *like);
  } else {
    throw ArgumentError(
        fmt::format("{} holds inputs: expected an NPY file with their targets as the target file",
                    inputs.name));
  }
  return data;
}

}  // namespace hadal::io
