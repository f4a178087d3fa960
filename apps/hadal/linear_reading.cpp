#include "linear_reading.hpp"

#include <fmt/format.h>

#include "hadal/error.hpp"

namespace hadal::cli {

Matrix read_dense(const std::filesystem::path& path, const ReadOptions& options) {
  const MatrixData data = read_matrix(path, options);
  const Entries& entries = data.entries;
  Matrix dense(entries.rows, entries.columns);
  std::size_t next = 0;
  for (Index i = 0; i < entries.rows; ++i) {
    for (Index j = 0; j < entries.columns; ++j, ++next) {
      if (next >= entries.value.size() || entries.row[next] != i || entries.column[next] != j)
        throw DataError(
            fmt::format("{}: entry ({}, {}) is missing; expected a whole matrix: "
                        "'hadal fit matrix' takes missing entries",
                        path.string(), i, j));
      dense(i, j) = entries.value[next];
    }
  }
  if (!entries.weight.empty())
    throw DataError(fmt::format("{}: entries have weights; expected none", path.string()));
  return dense;
}

dropout::LinearData read_linear_data(const std::filesystem::path& target,
                                     const std::filesystem::path& input,
                                     const ReadOptions& options) {
  dropout::LinearData data{read_dense(target, options), {}};
  if (input.empty()) return data;
  data.input = read_dense(input, options).transpose();
  data.target.transposeInPlace();
  if (data.input.cols() != data.target.cols())
    throw DataError(
        fmt::format("{} has {} rows and {} has {}; expected a sample in every row of "
                    "both",
                    target.string(), data.target.cols(), input.string(), data.input.cols()));
  return data;
}

}  // namespace hadal::cli
