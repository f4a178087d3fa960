#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "hadal/data/matrix_data.hpp"
#include "hadal/data/row_source.hpp"
#include "hadal/dictionary/dictionary.hpp"
#include "hadal/fit/fit_options.hpp"
#include "hadal/model/matrix_model.hpp"
#include "hadal/norm/factor_norm.hpp"

namespace hadal {

/// Options of a matrix fit; every default is what `hadal fit matrix` uses.
struct MatrixFitOptions : FitOptions {
  /// Of the multinomial loss: the values that the data may take, increasing, 2 to 100 of them.
  /// Empty: those that they take.
  std::vector<std::int64_t> categories;
  /// Not given: the overall mean where predictions are in units of the data and not a sum of parts,
  /// or a free constant; nothing otherwise (a mean of classes or counts is not on the scale of the
  /// link).
  std::optional<OffsetTerms> offset;
  OffsetTerms offset_terms() const {
    const bool parts = norm_u.nonnegative && norm_v.nonnegative;
    const bool mean = predicts_in_data_units(loss) && !parts;
    return offset.value_or(mean || offset_policy == OffsetPolicy::free ? OffsetTerms::global
                                                                       : OffsetTerms::none);
  }
  OffsetPolicy offset_policy = OffsetPolicy::mean;
  double offset_ridge = 1e-3;  ///< > 0; of free offsets
  double norm_alpha = 0;       ///< 0 .. 1: power of the counts in the weighted nuclear norm
  /// Norms of the factors; other than two plain l2 norms they need norm_alpha = 0. The graphs of
  /// total variations cover the rows (columns).
  FactorNorm norm_u, norm_v;
  /// A and B of X = sum (A u)(B v)^T: the norms, and the graphs, then are those of the
  /// coefficients. As many rows as the data have rows (columns); not with norm_alpha > 0.
  Dictionary dictionary_u, dictionary_v;
  RefitChoice refit = RefitChoice::none;
};

/// Fits X minimising MatrixModel's objective over all sizes, to the requested relative gap. Entries
/// that are moved in are released as soon as they are no longer needed, 16 bytes each.
/// Throws ArgumentError for an option out of range or one that the loss does not have (offsets
/// that are means on the scale of a link; free offsets of categories; refits of any loss but the
/// squared one; pictures, movies, and what speaks of columns alone, a dictionary or total variation
/// on v, with the multinomial loss), and DataError for data without a usable entry, with a value
/// that the loss does not take, or with more rows and columns than the free memory can hold factors
/// of.
MatrixModel fit_matrix(MatrixData data, const MatrixFitOptions& options,
                       const FitObserver& observer = {});

/// From this many entries on no convex relaxation of a structured polar is tried, so that a matrix
/// in memory has no better proof than one that is streamed.
inline constexpr Index streamed_from = 20'000'001;

/// What of these options a streamed fit does not have, in words; empty where it has all.
std::string not_streamed(const MatrixFitOptions& options);

/// Fits a matrix that need not fit into memory: it is read from `source`, a block of rows at a
/// time, in every pass over the data, and nothing of its size is kept. All entries must be
/// observed. Iterations are those of fit_matrix to rounding; the polar is bounded as
/// StreamedFamily says. `names`: what rows and columns are called, and the movie's shape; its
/// entries are not looked at. Progress is also told of the stage "Gram matrix".
/// Throws as fit_matrix, ArgumentError for options that are not_streamed, and DataError for a
/// missing entry.
MatrixModel fit_streamed_matrix(RowSource& source, const MatrixData& names,
                                const MatrixFitOptions& options, const FitObserver& observer = {});

/// fit_matrix at every ratio of lambda_max, largest first, each fit started from the one before:
/// the path of solutions, every point with its own certificate. options.lambda is ignored; the time
/// limit is one on the whole path, which ends early when it is reached or the observer says so.
/// Throws as fit_matrix, and ArgumentError without ratios, for one outside (0, 1], and for options
/// of a single fit: refit, checkpoint and resume.
std::vector<MatrixModel> fit_matrix_path(MatrixData data, const std::vector<double>& ratios,
                                         const MatrixFitOptions& options,
                                         const FitObserver& observer = {});

}  // namespace hadal
