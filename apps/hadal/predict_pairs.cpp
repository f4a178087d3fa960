#include "predict_pairs.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "csv.hpp"
#include "hadal/error.hpp"
#include "hadal/model/categories.hpp"

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

/// Predicts categories, and compares them with values that are categories of the model.
class CategoryPredictions {
 public:
  CategoryPredictions(const MatrixModel& model, PredictWith with) : model_(model), with_(with) {}

  /// value: of the pair, NaN where there is none.
  void add(Index row, Index column, double value, PairPredictions& predictions) {
    const Vector p = category_probabilities(model_, row, column, with_);
    Index top = 0;
    p.maxCoeff(&top);
    predictions.prediction.push_back(
        static_cast<double>(model_.categories[static_cast<std::size_t>(top)]));
    predictions.probability.push_back(p[top]);
    if (std::isnan(value)) return;
    const Index given = find_category(model_.categories, value);
    if (given < 0) {
      ++others_;
      return;
    }
    ++predictions.compared;
    loss_ -= std::log(p[given]);
    right_ += given == top;
  }

  std::string errors(Index compared) const {
    const auto count = static_cast<double>(compared);
    return fmt::format(
        "log loss {:.6g}  accuracy {:.6g}{}", loss_ / count, static_cast<double>(right_) / count,
        others_ > 0 ? fmt::format("  left out: {} of no category of the model", others_) : "");
  }

 private:
  const MatrixModel& model_;
  PredictWith with_;
  double loss_ = 0;
  Index right_ = 0, others_ = 0;
};

std::string number_or_blank(double value) {
  return std::isnan(value) ? "" : fmt::format("{}", value);
}

}  // namespace

PairPredictions predict_pairs(const MatrixModel& model, const Pairs& pairs, PredictWith with) {
  Positions rows(model, find_row), columns(model, find_column);
  const bool multinomial = model.loss == LossKind::multinomial;
  CategoryPredictions categories(model, with);
  PairPredictions predictions;
  predictions.prediction.reserve(pairs.row.size());
  for (std::size_t k = 0; k < pairs.row.size(); ++k) {
    const Index row = rows.of(pairs.row[k]), column = columns.of(pairs.column[k]);
    const bool known = row >= 0 && column >= 0;
    predictions.unknown += !known;
    if (!known) {
      predictions.prediction.push_back(missing);
      if (multinomial) predictions.probability.push_back(missing);
    } else if (multinomial) {
      categories.add(row, column, pairs.value.empty() ? missing : pairs.value[k], predictions);
    } else {
      predictions.prediction.push_back(predict_entry(model, row, column, with));
    }
  }
  if (multinomial)
    predictions.errors = categories.errors(predictions.compared);
  else
    compare(model.loss, pairs, predictions);
  return predictions;
}

std::string pairs_csv(const Pairs& pairs, const PairPredictions& predictions) {
  const bool with_value = !pairs.value.empty(), with_probability = !predictions.probability.empty();
  std::string text = csv_field(pairs.row_name) + "," + csv_field(pairs.column_name) + "," +
                     (with_value ? csv_field(pairs.value_name) + "," : "") + "prediction" +
                     (with_probability ? ",probability\n" : "\n");
  for (std::size_t k = 0; k < pairs.row.size(); ++k) {
    text += csv_field(pairs.row[k]) + "," + csv_field(pairs.column[k]) + ",";
    if (with_value) text += number_or_blank(pairs.value[k]) + ",";
    text += number_or_blank(predictions.prediction[k]);
    if (with_probability) text += fmt::format(",{}", number_or_blank(predictions.probability[k]));
    text += "\n";
  }
  return text;
}

}  // namespace hadal::cli
