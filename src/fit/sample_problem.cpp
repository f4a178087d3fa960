#include "sample_problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "hadal/error.hpp"

namespace hadal {

void require_samples(const SampleData& data) {
  if (data.samples() == 0 || data.inputs.cols() == 0)
    throw DataError(fmt::format("{} samples of {} inputs were given; expected at least one of each",
                                data.samples(), data.inputs.cols()));
  if (!data.has_targets)
    throw DataError("the data have no column with targets; expected one to fit to");
  if (data.task == Task::classification &&
      std::any_of(data.labels.begin(), data.labels.end(), [](int label) { return label < 0; }))
    throw DataError("a sample has no class; expected one of each to fit to");
}

Index outputs_of(const SampleData& data) {
  if (data.task == Task::regression) return data.targets.cols();
  const auto classes = static_cast<Index>(data.classes.size());
  return classes == 2 ? 1 : classes;
}

Factor targets_of(const SampleData& data, Index outputs) {
  if (data.task == Task::regression) return data.targets;
  Factor y = Factor::Zero(data.samples(), outputs);
  for (Index i = 0; i < data.samples(); ++i) {
    const int label = data.labels[static_cast<std::size_t>(i)];
    if (outputs == 1)
      y(i, 0) = label;
    else
      y(i, label) = 1;
  }
  return y;
}

Vector weighted_means(const Factor& values, const Vector& weight) {
  Vector means = weight.size() == 0 ? Vector(values.colwise().mean())
                                    : Vector(values.transpose() * weight / weight.sum());
  // Of values that are all alike nothing is to be left, not even rounding.
  for (Index j = 0; j < values.cols(); ++j)
    if ((values.col(j).array() == values(0, j)).all()) means[j] = values(0, j);
  return means;
}

Vector weighted_deviations(const Factor& values, const Vector& mean, const Vector& weight) {
  Factor centred = values.rowwise() - mean.transpose();
  Vector unit = Vector::Ones(values.cols());
  for (Index j = 0; j < values.cols(); ++j) {
    const double largest = centred.col(j).cwiseAbs().maxCoeff();
    // No smaller than what has an inverse.
    if (largest > 0) unit[j] = std::ldexp(1.0, std::max(std::ilogb(largest), -1000));
  }
  centred = centred * unit.cwiseInverse().asDiagonal();
  return weighted_means(centred.cwiseAbs2(), weight).cwiseSqrt().cwiseProduct(unit);
}

LossKind loss_of_task(const SampleData& data, LossKind asked) {
  const bool two = data.classes.size() == 2;
  if (data.task == Task::regression) {
    if (asked == LossKind::logistic || asked == LossKind::multinomial)
      throw ArgumentError(
          fmt::format("the {} loss was given for a regression; expected squared, huber or poisson",
                      to_string(asked)));
    return asked;
  }
  const LossKind own = two ? LossKind::logistic : LossKind::multinomial;
  if (asked != LossKind::squared && asked != own)
    throw ArgumentError(fmt::format("the {} loss was given for {} classes; expected {}",
                                    to_string(asked), data.classes.size(), to_string(own)));
  return own;
}

SampleData samples_at(const SampleData& data, const std::vector<Index>& rows) {
  SampleData part = data;
  part.inputs = Factor(data.inputs(rows, Eigen::all));
  if (data.targets.size()) part.targets = Factor(data.targets(rows, Eigen::all));
  if (data.weight.size()) part.weight = Vector(data.weight(rows));
  part.labels.clear();
  if (!data.labels.empty())
    for (const Index row : rows) part.labels.push_back(data.labels[static_cast<std::size_t>(row)]);
  return part;
}

NetworkError error_of(const SampleModel& model, const Factor& z, const SampleData& data,
                      bool weighted) {
  const auto weight = [&](Index i) {
    return weighted && data.weight.size() ? data.weight[i] : 1.0;
  };
  double sum = 0, right = 0, total = 0, entries = 0;
  for (Index i = 0; i < z.rows(); ++i) {
    const double w = weight(i);
    total += w;
    if (model.task == Task::regression) {
      for (Index k = 0; k < z.cols(); ++k)
        sum += w * entry_error(model.loss, data.targets(i, k), z(i, k));
      entries += w * static_cast<double>(z.cols());
      continue;
    }
    const int label = data.labels[static_cast<std::size_t>(i)];
    entries += w;
    if (z.cols() == 1) {
      sum += w * entry_error(LossKind::logistic, label == 1 ? 1 : -1, z(i, 0));
      right += w * ((z(i, 0) > 0) == (label == 1));
      continue;
    }
    Index best = 0;
    const double top = z.row(i).maxCoeff(&best);
    sum += w * (top + std::log((z.row(i).array() - top).exp().sum()) - z(i, label));
    right += w * (best == label);
  }
  const double nan = std::numeric_limits<double>::quiet_NaN();
  if (model.task == Task::classification) return {sum / entries, right / total};
  return {mean_error(model.loss, sum, entries), nan};
}

}  // namespace hadal
