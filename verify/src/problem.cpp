#include "problem.hpp"

#include <algorithm>

namespace hadal::verify {
namespace {

/// The smallest e with |x| <= 2^e for all x; 0 when all are zero.
template <class Values>
int exponent_of(const Values& values) {
  double largest = 0;
  for (const double x : values) largest = std::max(largest, std::abs(x));
  int exponent = 0;
  if (largest > 0) std::frexp(largest, &exponent);
  return exponent;
}

template <class Values>
std::vector<double> scaled(const Values& values, int exponent) {
  std::vector<double> result;
  result.reserve(values.size());
  for (const double x : values) result.push_back(std::ldexp(x, -exponent));
  return result;
}

/// Classes of either coding as -1 and 1. Returns the first value that is neither, if any.
std::optional<double> code_classes(std::vector<double>& values) {
  const bool negative = std::find(values.begin(), values.end(), -1.0) != values.end();
  std::optional<double> unfit;
  for (double& value : values) {
    const bool fits = value == 1 || value == (negative ? -1.0 : 0.0);
    if (!fits && !unfit) unfit = value;
    value = value > 0 ? 1 : -1;
  }
  return unfit;
}

/// The first value that is no count (up to 2^50), if any.
std::optional<double> find_no_count(const std::vector<double>& values) {
  const auto at =
      std::find_if(values.begin(), values.end(), [](double y) { return !(y >= 0 && y <= 0x1p50); });
  return at == values.end() ? std::nullopt : std::optional(*at);
}

/// Every entry as one for each category, of value 1 where it is that one. `unfit`: the first value
/// that is no category, if any; it is taken for the first category then.
Entries by_category(const Entries& entries, const std::vector<std::int64_t>& categories,
                    std::optional<double>& unfit) {
  const auto count = static_cast<Index>(categories.size());
  Entries each;
  each.rows = entries.rows;
  each.columns = entries.columns * count;
  for (std::size_t k = 0; k < entries.value.size(); ++k) {
    const double value = entries.value[k];
    Index chosen = -1;
    for (Index c = 0; c < count; ++c)
      if (static_cast<double>(categories[static_cast<std::size_t>(c)]) == value) chosen = c;
    if (chosen < 0 && !unfit) unfit = value;
    for (Index c = 0; c < count; ++c) {
      each.row.push_back(entries.row[k]);
      each.column.push_back(static_cast<std::int32_t>(entries.column[k] * count + c));
      each.value.push_back(c == std::max<Index>(chosen, 0) ? 1 : 0);
      if (!entries.weight.empty()) each.weight.push_back(entries.weight[k]);
    }
  }
  return each;
}

/// Values and weights as they are, in scaled units.
void place_entries(const Entries& entries, Problem& problem) {
  problem.row_start.assign(static_cast<std::size_t>(entries.rows) + 1, 0);
  for (const std::int32_t row : entries.row) ++problem.row_start[static_cast<std::size_t>(row) + 1];
  for (std::size_t i = 1; i < problem.row_start.size(); ++i)
    problem.row_start[i] += problem.row_start[i - 1];
  problem.column = entries.column;
  problem.y = scaled(entries.value, problem.scaling.data);
  problem.weight = scaled(entries.weight, problem.scaling.weight);
}

}  // namespace

Scaling scaling_of(LossKind loss, const std::vector<double>& values,
                   const std::vector<double>& weights) {
  Scaling scaling;
  if (predicts_in_data_units(loss)) scaling.data = exponent_of(values);
  scaling.data += scaling.data & 1;
  scaling.weight = exponent_of(weights);
  return scaling;
}

void take_entries(const Entries& entries, Problem& problem) {
  place_entries(entries, problem);
  if (problem.loss == LossKind::logistic) problem.unfit_value = code_classes(problem.y);
  if (problem.loss == LossKind::poisson) problem.unfit_value = find_no_count(problem.y);
}

Problem scaled_model(const MatrixModel& model, Index rows, Index columns, const Scaling& of_data) {
  Problem problem;
  Scaling& scaling = problem.scaling;
  scaling = of_data;
  problem.rows = rows;
  problem.columns = columns;
  int exponent_u = 0, exponent_v = 0;
  problem.dictionary_u = scaled_dictionary(model.dictionary_u, exponent_u);
  problem.dictionary_v = scaled_dictionary(model.dictionary_v, exponent_v);
  scaling.dictionary = exponent_u + exponent_v;
  const auto to_data = [&](double x) { return scaling.of_data(x); };
  const auto to_factor = [&](double x) { return scaling.of_factor(x); };
  problem.loss = model.loss;
  problem.threshold = scaling.of_data(model.huber_threshold);
  problem.categories = model.scores();
  problem.lambda = scaling.of_lambda(model.lambda);
  problem.norm = model.norm;
  problem.norm_u = model.norm_u;
  problem.norm_v = model.norm_v;
  problem.structured = model.structured();
  problem.offset = model.offset;
  problem.offset.ridge = scaling.of_weight(model.offset.ridge);
  problem.offset.global = to_data(model.offset.global);
  problem.offset.row = model.offset.row.unaryExpr(to_data);
  problem.offset.column = model.offset.column.unaryExpr(to_data);
  problem.u = model.u.unaryExpr(to_factor);
  problem.v = model.v.unaryExpr(to_factor);
  return problem;
}

Problem scaled_problem(const MatrixModel& model, const Entries& entries) {
  const Scaling scaling = scaling_of(model.loss, entries.value, entries.weight);
  if (model.loss == LossKind::multinomial) {
    std::optional<double> unfit;
    const Entries scores = by_category(entries, model.categories, unfit);
    Problem problem = scaled_model(model, scores.rows, scores.columns, scaling);
    place_entries(scores, problem);
    problem.unfit_value = unfit;
    return problem;
  }
  Problem problem = scaled_model(model, entries.rows, entries.columns, scaling);
  take_entries(entries, problem);
  return problem;
}

EachEntry each_entry_of(const Problem& problem) {
  return [&problem](const SeeEntry& see) {
    for (Index i = 0; i < problem.rows; ++i)
      for (Index k = problem.row_start[static_cast<std::size_t>(i)];
           k < problem.row_start[static_cast<std::size_t>(i) + 1]; ++k)
        see(i, problem.column[static_cast<std::size_t>(k)], problem.w(k),
            problem.y[static_cast<std::size_t>(k)]);
  };
}

bool leaves_only_rounding(const Problem& problem, const EachEntry& each) {
  const Offset& offset = problem.offset;
  if (offset.policy != OffsetPolicy::mean || offset.terms == OffsetTerms::none) return false;
  double largest = 0, left = 0;
  each([&](Index i, Index j, double, double y) {
    largest = std::max(largest, std::abs(y));
    left = std::max(left, std::abs(y - offset.at(i, j)));
  });
  return left <= 0x1p-48 * largest;
}

void remove_data(Problem& problem) {
  std::fill(problem.y.begin(), problem.y.end(), 0.0);
  problem.offset.global = 0;
  problem.offset.row.setZero();
  problem.offset.column.setZero();
}

}  // namespace hadal::verify
