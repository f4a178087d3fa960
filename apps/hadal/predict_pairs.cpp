#include "predict_pairs.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "csv.hpp"
#include "hadal/error.hpp"

namespace hadal::cli {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// Positions of labels, each looked up once; -1 where the model does not know the label.
class Positions {
 public:
  Positions(const MatrixModel& model, Index (*find)(const MatrixModel&, const std::string&))
      : model_(model), find_(find) {}

  Index of(const std::string& label) {
    const auto [entry, is_new] = known_.try_emplace(label, -1);
    if (is_new) entry->second = look_up(label);
    return entry->second;
  }

 private:
  Index look_up(const std::string& label) const {
    try {
      return find_(model_, label);
    } catch (const DataError&) {
      return -1;
    }
  }

  const MatrixModel& model_;
  Index (*find_)(const MatrixModel&, const std::string&);
  std::unordered_map<std::string, Index> known_;
};

/// Of probabilities of the class 1, whichever the coding of the classes.
std::string class_errors(const std::vector<std::pair<double, double>>& compared) {
  double loss = 0, right = 0;
  for (const auto& [value, prediction] : compared) {
    loss -= std::log(value > 0 ? prediction : 1 - prediction);
    right += (value > 0) == (prediction > 0.5);
  }
  const auto count = static_cast<double>(compared.size());
  return fmt::format("log loss {:.6g}  accuracy {:.6g}", loss / count, right / count);
}

std::string number_errors(const std::vector<std::pair<double, double>>& compared) {
  double squared = 0, absolute = 0;
  for (const auto& [value, prediction] : compared) {
    squared += (prediction - value) * (prediction - value);
    absolute += std::abs(prediction - value);
  }
  const auto count = static_cast<double>(compared.size());
  return fmt::format("RMSE {:.6g}  MAE {:.6g}", std::sqrt(squared / count), absolute / count);
}

void compare(LossKind loss, const Pairs& pairs, PairPredictions& predictions) {
  std::vector<std::pair<double, double>> compared;
  for (std::size_t k = 0; k < pairs.value.size(); ++k) {
    if (std::isnan(predictions.prediction[k]) || std::isnan(pairs.value[k])) continue;
    compared.emplace_back(pairs.value[k], predictions.prediction[k]);
  }
  predictions.compared = static_cast<Index>(compared.size());
  predictions.errors =
      loss == LossKind::logistic ? class_errors(compared) : number_errors(compared);
}

std::string number_or_blank(double value) {
  return std::isnan(value) ? "" : fmt::format("{}", value);
}

}  // namespace

PairPredictions predict_pairs(const MatrixModel& model, const Pairs& pairs, PredictWith with) {
  Positions rows(model, find_row), columns(model, find_column);
  PairPredictions predictions;
  predictions.prediction.reserve(pairs.row.size());
  for (std::size_t k = 0; k < pairs.row.size(); ++k) {
    const Index row = rows.of(pairs.row[k]), column = columns.of(pairs.column[k]);
    const bool known = row >= 0 && column >= 0;
    predictions.unknown += !known;
    predictions.prediction.push_back(known ? predict_entry(model, row, column, with) : missing);
  }
  compare(model.loss, pairs, predictions);
  return predictions;
}

std::string pairs_csv(const Pairs& pairs, const PairPredictions& predictions) {
  const bool with_value = !pairs.value.empty();
  std::string text = csv_field(pairs.row_name) + "," + csv_field(pairs.column_name) + "," +
                     (with_value ? csv_field(pairs.value_name) + "," : "") + "prediction\n";
  for (std::size_t k = 0; k < pairs.row.size(); ++k) {
    text += csv_field(pairs.row[k]) + "," + csv_field(pairs.column[k]) + ",";
    if (with_value) text += number_or_blank(pairs.value[k]) + ",";
    text += number_or_blank(predictions.prediction[k]) + "\n";
  }
  return text;
}

}  // namespace hadal::cli
