#include "hadal/model/predict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "hadal/error.hpp"
#include "hadal/model/categories.hpp"

namespace hadal {
namespace {

struct Factors {
  const Factor& u;
  const Factor& v;
};

Factors chosen(const MatrixModel& model, PredictWith with) {
  if (with == PredictWith::refit && !model.refit)
    throw ArgumentError("the model has no refit to predict with");
  if (with != PredictWith::penalised && model.refit) return {model.refit->u, model.refit->v};
  return {model.u, model.v};
}

void require_index(const char* what, Index index, Index size) {
  if (index < 0 || index >= size)
    throw ArgumentError(fmt::format("{} is {}, expected 0 .. {}", what, index, size - 1));
}

/// Row i of A u, or of u itself without a dictionary.
Eigen::RowVectorXd factor_row(const Dictionary& dictionary, const Factor& u, Index i) {
  if (!dictionary.given()) return u.row(i);
  return dictionary.matrix().row(i) * u;
}

double predicted(const MatrixModel& model, Index row, Index column, const Eigen::RowVectorXd& u,
                 const Eigen::RowVectorXd& v) {
  return inverse_link(model.loss,
                      model.offset.at(row, column) + model.norm.at(row, column) * u.dot(v));
}

double most_probable(const MatrixModel& model, const Vector& scores) {
  Index top = 0;
  scores.maxCoeff(&top);
  return static_cast<double>(model.categories[static_cast<std::size_t>(top)]);
}

}  // namespace

Vector scores_at(const MatrixModel& model, Index row, Index column, const Eigen::RowVectorXd& left,
                 const Factor& right) {
  Vector scores(model.scores());
  for (Index c = 0; c < scores.size(); ++c) {
    const Index at = column * model.scores() + c;
    scores[c] = model.norm.at(row, at) * left.dot(right.row(at));
  }
  return scores;
}

Vector category_probabilities(const MatrixModel& model, Index row, Index column, PredictWith with) {
  if (model.loss != LossKind::multinomial)
    throw ArgumentError(fmt::format(
        "probabilities of categories were asked of a model with the {} loss; expected one with the "
        "multinomial loss",
        to_string(model.loss)));
  require_index("row", row, model.rows());
  require_index("column", column, model.columns());
  const Factors factors = chosen(model, with);
  return softmax(
      scores_at(model, row, column, factor_row(model.dictionary_u, factors.u, row), factors.v));
}

double predict_entry(const MatrixModel& model, Index row, Index column, PredictWith with) {
  require_index("row", row, model.rows());
  require_index("column", column, model.columns());
  const Factors factors = chosen(model, with);
  if (model.loss == LossKind::multinomial)
    return most_probable(
        model,
        scores_at(model, row, column, factor_row(model.dictionary_u, factors.u, row), factors.v));
  return predicted(model, row, column, factor_row(model.dictionary_u, factors.u, row),
                   factor_row(model.dictionary_v, factors.v, column));
}

Vector predict_row(const MatrixModel& model, Index row, PredictWith with) {
  require_index("row", row, model.rows());
  const Factors factors = chosen(model, with);
  const Eigen::RowVectorXd u = factor_row(model.dictionary_u, factors.u, row);
  if (model.loss == LossKind::multinomial)
    return Vector::NullaryExpr(model.columns(), [&](Index column) {
      return most_probable(model, scores_at(model, row, column, u, factors.v));
    });
  Vector all = model.dictionary_v.times(Factor(factors.v * u.transpose()));
  if (model.norm.row_scale.size())
    all = model.norm.row_scale[row] * all.cwiseProduct(model.norm.column_scale);
  all.array() += model.offset.global;
  if (model.offset.row.size()) all.array() += model.offset.row[row];
  if (model.offset.column.size()) all += model.offset.column;
  if (!predicts_in_data_units(model.loss))
    all = all.unaryExpr([&](double z) { return inverse_link(model.loss, z); });
  return all;
}

Factor predict_all(const MatrixModel& model, PredictWith with, std::size_t limit_bytes) {
  const Factors factors = chosen(model, with);
  const auto columns = static_cast<std::size_t>(model.columns());
  if (static_cast<std::size_t>(model.rows()) > limit_bytes / sizeof(double) / columns)
    throw ArgumentError(fmt::format("all {} x {} predictions exceed the limit of {} bytes",
                                    model.rows(), model.columns(), limit_bytes));
  Factor all(model.rows(), model.columns());
  if (model.loss == LossKind::multinomial) {
    for (Index row = 0; row < all.rows(); ++row) all.row(row) = predict_row(model, row, with);
    return all;
  }
  all.noalias() =
      model.dictionary_u.times(factors.u) * model.dictionary_v.times(factors.v).transpose();
  if (model.norm.row_scale.size())
    all = model.norm.row_scale.asDiagonal() * all * model.norm.column_scale.asDiagonal();
  all.array() += model.offset.global;
  if (model.offset.row.size()) all.colwise() += model.offset.row;
  if (model.offset.column.size()) all.rowwise() += model.offset.column.transpose();
  if (!predicts_in_data_units(model.loss))
    all = all.unaryExpr([&](double z) { return inverse_link(model.loss, z); });
  return all;
}

std::vector<Recommendation> top_columns(const MatrixModel& model, Index row, std::size_t n,
                                        const std::vector<Index>& seen, PredictWith with) {
  if (model.loss == LossKind::multinomial)
    throw ArgumentError(
        "the columns with the largest predictions were asked of a model with the multinomial loss; "
        "expected pairs or all entries: categories have no order");
  require_index("row", row, model.rows());
  const Factors factors = chosen(model, with);
  const Eigen::RowVectorXd u = factor_row(model.dictionary_u, factors.u, row);
  const Factor right = model.dictionary_v.times(factors.v);
  std::vector<Recommendation> all;
  for (Index column = 0; column < model.columns(); ++column)
    if (!std::ranges::binary_search(seen, column))
      all.push_back({column, predicted(model, row, column, u, right.row(column))});
  const auto better = [](const Recommendation& a, const Recommendation& b) {
    return a.value != b.value ? a.value > b.value : a.column < b.column;
  };
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(n, all.size()));
  std::partial_sort(all.begin(), end, all.end(), better);
  all.erase(end, all.end());
  return all;
}

std::vector<GrossError> gross_errors(const MatrixModel& model, const Entries& entries) {
  if (model.loss != LossKind::huber)
    throw ArgumentError(fmt::format(
        "gross errors were asked of a model with the {} loss; expected one with the huber loss",
        to_string(model.loss)));
  std::vector<GrossError> errors;
  for (Index k = 0; k < entries.size(); ++k) {
    const double prediction =
        predict_entry(model, entries.row[k], entries.column[k], PredictWith::penalised);
    const double rest = entries.value[k] - prediction;
    const double beyond = std::abs(rest) - model.huber_threshold;
    if (beyond > 0) errors.push_back({k, prediction, std::copysign(beyond, rest)});
  }
  return errors;
}

}  // namespace hadal
