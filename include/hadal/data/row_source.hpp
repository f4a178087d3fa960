#pragma once

#include <algorithm>
#include <filesystem>
#include <memory>

#include "hadal/data/matrix_data.hpp"

namespace hadal {

/// A matrix that is read some rows at a time, because it need not fit into memory. To be used by
/// one thread at a time; it may use several threads itself.
class RowSource {
 public:
  virtual ~RowSource() = default;
  virtual Index rows() const = 0;
  virtual Index columns() const = 0;
  /// Rows first .. first + count - 1, one after the other, into count * columns() values: as
  /// stored, NaN where missing. Throws ArgumentError for rows that there are not, and DataError
  /// where the source turns out to be damaged.
  virtual void read(Index first, Index count, double* values) = 0;
};

/// The frames of a movie (see MovieReader) as rows, decoded by all threads, each its own frames.
/// What has been read of a mapped file is given back, so that memory holds the caller's rows only.
/// Throws DataError as MovieReader does.
class MovieRows : public RowSource {
 public:
  explicit MovieRows(const std::filesystem::path& path);
  ~MovieRows() override;

  MovieShape shape() const;
  Index rows() const override;
  Index columns() const override { return shape().pixels(); }
  void read(Index first, Index count, double* values) override;

 private:
  struct Open;
  std::unique_ptr<Open> open_;
};

/// How many rows are read at once: enough for products to cost more than reading, in a block that
/// stays in the caches where rows are short, of 128 MiB at the most unless one row is larger.
inline Index rows_at_once(const RowSource& source) {
  constexpr Index most_values = Index{1} << 24, few_values = Index{1} << 20, enough = 64;
  const Index columns = std::max<Index>(1, source.columns());
  const Index wanted = std::min(most_values / columns, std::max(enough, few_values / columns));
  return std::clamp<Index>(wanted, 1, source.rows());
}

/// Calls visit(first, block) for the rows from `begin` to `end` in order, `rows_at_once` at a time;
/// the block, rows x columns, may be changed by `visit`.
template <class Visit>
void for_row_blocks(RowSource& source, Index begin, Index end, const Visit& visit) {
  const Index most = std::min(rows_at_once(source), end - begin);
  Factor block;
  for (Index first = begin; first < end; first += most) {
    block.resize(std::min(most, end - first), source.columns());
    source.read(first, block.rows(), block.data());
    visit(first, block);
  }
}

}  // namespace hadal
