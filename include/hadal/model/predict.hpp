#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hadal/data/matrix_data.hpp"
#include "hadal/model/matrix_model.hpp"

namespace hadal {

/// Which factors predict: the penalised ones, or the refit where the model has one.
enum class PredictWith { penalised, refit, best };

/// offset(i, j) + scale(i, j) <u_i, v_j> (of factors A u and B v with dictionaries), through the
/// inverse of the loss's link: a probability of the class 1 for the logistic loss, a mean for the
/// Poisson loss. For the multinomial loss, the most probable category. Precondition: indices in
/// range (ArgumentError otherwise).
double predict_entry(const MatrixModel& model, Index row, Index column,
                     PredictWith with = PredictWith::best);

/// The scores of the categories of entry (i, j). left: row i of the lifted factor u; right: all
/// rows of the lifted v. Precondition: a model with the multinomial loss.
Vector scores_at(const MatrixModel& model, Index row, Index column, const Eigen::RowVectorXd& left,
                 const Factor& right);

/// The probabilities of the model's categories, in their order. Throws ArgumentError for a loss
/// other than the multinomial one and for an index out of range.
Vector category_probabilities(const MatrixModel& model, Index row, Index column,
                              PredictWith with = PredictWith::best);

/// All entries of one row, as predict_entry.
Vector predict_row(const MatrixModel& model, Index row, PredictWith with = PredictWith::best);

/// All entries, rows x columns. Throws ArgumentError when the result would exceed `limit_bytes`.
Factor predict_all(const MatrixModel& model, PredictWith with = PredictWith::best,
                   std::size_t limit_bytes = std::size_t{8} << 30);

/// An entry that a Huber model takes for a gross error.
struct GrossError {
  Index entry = 0;        ///< its position among the entries
  double prediction = 0;  ///< of the entry
  double error = 0;       ///< e shrunk by the threshold, e = value - prediction
};

/// The entries farther from their prediction than the threshold d. The Huber loss is the minimum
/// over s of (e - s)^2 / 2 + d |s|, attained at s = sign(e) max(0, |e| - d): these errors are the
/// sparse part S of robust principal components, min ||Y - Z - S||^2 / 2 + d ||S||_1 + lambda
/// ||Z||_*. Throws ArgumentError for another loss. Precondition: entries aligned to the model.
std::vector<GrossError> gross_errors(const MatrixModel& model, const Entries& entries);

struct Recommendation {
  Index column = 0;
  double value = 0;
};

/// The n columns of `row` with the largest predictions among those not in `seen` (sorted column
/// indices), best first; ties by the smaller column index. Throws ArgumentError for the multinomial
/// loss, whose categories have no order.
std::vector<Recommendation> top_columns(const MatrixModel& model, Index row, std::size_t n,
                                        const std::vector<Index>& seen,
                                        PredictWith with = PredictWith::best);

/// Position of a label (or, in a model without labels, of a number counted from 0).
/// Throws DataError naming the label when the model has no such row or column.
Index find_row(const MatrixModel& model, const std::string& label);
Index find_column(const MatrixModel& model, const std::string& label);

/// Re-indexes `data` (its labels) to the model's rows and columns; entries whose row or column the
/// model does not know are an error (DataError naming the first), or dropped and counted.
MatrixData align_to_model(const MatrixModel& model, const MatrixData& data, bool drop_unknown,
                          Index* dropped = nullptr);

}  // namespace hadal
