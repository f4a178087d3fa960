#pragma once

#include "canonical.hpp"
#include "hadal/data/edges.hpp"
#include "hadal/data/pairs.hpp"
#include "hadal/data/read.hpp"
#include "source.hpp"

/// One reader per format, on bytes in memory. Each throws DataError for bad content and
/// ArgumentError for options that do not fit it; all memory is checked before it is allocated.
namespace hadal::io {

MatrixData read_triplets(const Source& source, const ReadOptions& options);
MatrixData read_dense_csv(const Source& source, const ReadOptions& options);
MatrixData read_matrix_market(const Source& source, const ReadOptions& options);
MatrixData read_npy(const Source& source, const ReadOptions& options);
MatrixData read_npz(const Source& source, const ReadOptions& options);
MatrixData read_png(const Source& source, const ReadOptions& options);
MatrixData read_tiff(const Source& source);

/// `hadal::read_pairs` of bytes in memory.
Pairs read_pairs(const Source& source, const ReadOptions& options, const PairNames& names);

/// `hadal::read_edges` of bytes in memory.
std::vector<Edge> read_edges(const Source& source, Index vertices);

/// The format of `source`: by its magic bytes, else by a file name that ends in .npy, .npz, .png,
/// .tif, .tiff, .mtx or .mm, else by `find_text_format`.
FileFormat find_format(const Source& source, const ReadOptions& options);

/// `triplets` or `dense_csv`, by the rule in docs/data-formats.md; throws DataError naming the
/// option to set where the rule does not decide.
FileFormat find_text_format(const Source& source, const ReadOptions& options);

/// Removes the entries that the picture or array `mask` holds as 0. A mask for a picture has the
/// picture's height and width; for an array, its rows and columns.
void apply_mask(MatrixData& data, const Source& mask);

/// Reads `source` in the format that `options` names, or that is found.
MatrixData read_source(const Source& source, const ReadOptions& options);

}  // namespace hadal::io
