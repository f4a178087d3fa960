#pragma once

#include <cmath>
#include <functional>
#include <optional>
#include <vector>

#include "dictionary.hpp"
#include "hadal/data/entries.hpp"
#include "hadal/model/matrix_model.hpp"
#include "rounding.hpp"

namespace hadal::verify {

/// Powers of two taken out of the data and the weights, so that data of any magnitude are computed
/// with at magnitude one: nothing overflows or vanishes, and the scaling itself is exact. Classes
/// and counts are not scaled.
struct Scaling {
  int data = 0;  ///< even, so that the factors (square roots of data) scale exactly too
  int weight = 0;
  int dictionary = 0;  ///< of both dictionaries' product; even

  double of_data(double x) const { return std::ldexp(x, -data); }
  double of_weight(double x) const { return std::ldexp(x, -weight); }
  double of_factor(double x) const { return std::ldexp(x, (dictionary - data) / 2); }
  double of_lambda(double x) const { return std::ldexp(x, -of_gradient()); }
  long double of_objective(long double x) const { return std::ldexp(x, -2 * data - weight); }

  double to_data(double x) const { return std::ldexp(x, data); }
  double to_lambda(double x) const { return std::ldexp(x, of_gradient()); }
  long double to_objective(long double x) const { return std::ldexp(x, 2 * data + weight); }

  /// The exponent of lambda, and of the gradient with respect to the coefficients.
  int of_gradient() const { return data + weight + dictionary; }
};

/// A penalty that u and v do not show: of a tensor's components, which have more than two factors.
struct GivenPenalty {
  Real value = 0;         ///< in scaled units, as computed
  double operations = 0;  ///< rounded ones that a term takes at the most, all of one sign
};

/// The data and the model in scaled units, entries by rows. Of the multinomial loss the entries are
/// the scores, `categories` columns for each of the data: y is 1 at the category that was observed.
struct Problem {
  Scaling scaling;
  Index rows = 0, columns = 0;
  std::vector<Index> row_start;  ///< rows + 1
  std::vector<std::int32_t> column;
  std::vector<double> y, weight;  ///< weight is empty when all are one
  LossKind loss = LossKind::squared;
  double threshold = 0;               ///< of the Huber loss
  Index categories = 1;               ///< of the multinomial loss
  std::optional<double> unfit_value;  ///< the first one that the loss has no meaning for
  double lambda = 0;
  NormWeights norm;
  FactorNorm norm_u, norm_v;
  bool structured = false;
  ScaledDictionary dictionary_u, dictionary_v;
  Offset offset;
  Factor u, v;  ///< coefficients, where there are dictionaries
  std::optional<GivenPenalty> penalty;
  /// How many times an element of u or v was rounded before it got here, and what underflow may
  /// have taken from a prediction.
  double factor_roundings = 0;
  Real factor_loss = 0;

  Index size() const { return static_cast<Index>(y.size()); }
  double w(Index k) const { return weight.empty() ? 1.0 : weight[static_cast<std::size_t>(k)]; }
  bool has_dictionary() const { return dictionary_u.given() || dictionary_v.given(); }
  bool has_global() const { return offset.terms != OffsetTerms::none; }
};

/// The model in units of `of_data` and of its dictionaries, for a matrix whose entries are kept
/// elsewhere.
Problem scaled_model(const MatrixModel& model, Index rows, Index columns, const Scaling& of_data);

/// Sees an entry (i, j) of weight w and value y, in scaled units.
using SeeEntry = std::function<void(Index i, Index j, double w, double y)>;
/// Shows all entries, row by row.
using EachEntry = std::function<void(const SeeEntry& see)>;

/// Shows the entries of a problem that keeps them. The problem must outlive the result.
EachEntry each_entry_of(const Problem& problem);

/// What brings values (where a loss has their units) and weights to magnitude one.
Scaling scaling_of(LossKind loss, const std::vector<double>& values,
                   const std::vector<double>& weights);
/// Puts the entries into a problem of their size whose loss and scaling are known. Of the
/// multinomial loss they are the scores.
void take_entries(const Entries& entries, Problem& problem);

/// Precondition: the entries keep their invariants and have the model's shape.
Problem scaled_problem(const MatrixModel& model, const Entries& entries);

/// Whether offsets that are means explain every value to 16 units in the last place of the largest:
/// the problem is then defined as that of data that are zero (docs/verification.md).
bool leaves_only_rounding(const Problem& problem, const EachEntry& each);
/// Makes it so. The offsets go with the data.
void remove_data(Problem& problem);

}  // namespace hadal::verify
