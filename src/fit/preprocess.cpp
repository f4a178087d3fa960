#include "hadal/fit/preprocess.hpp"

#include <algorithm>
#include <cmath>

namespace hadal {
namespace {

double weight_of(const Entries& entries, Index k) {
  return entries.weight.empty() ? 1.0 : entries.weight[k];
}

/// Weighted mean of what the offset leaves, per group; groups without entries get 0.
Vector group_means(const Entries& entries, const Offset& offset,
                   const std::vector<std::int32_t>& group, Index groups) {
  Vector sum = Vector::Zero(groups), weight = Vector::Zero(groups);
  for (Index k = 0; k < entries.size(); ++k) {
    const double w = weight_of(entries, k);
    sum[group[k]] += w * (entries.value[k] - offset.at(entries.row[k], entries.column[k]));
    weight[group[k]] += w;
  }
  for (Index g = 0; g < groups; ++g) sum[g] = weight[g] > 0 ? sum[g] / weight[g] : 0;
  return sum;
}

double weighted_mean(const Entries& entries) {
  long double sum = 0, weight = 0;
  for (Index k = 0; k < entries.size(); ++k) {
    sum += static_cast<long double>(weight_of(entries, k)) * entries.value[k];
    weight += weight_of(entries, k);
  }
  return static_cast<double>(sum / weight);
}

/// Least-squares row and column effects by conjugate gradients on the row effects, the column
/// effects being eliminated: b_col = mean of the remainder, which makes the Schur complement of the
/// (singular, consistent) normal equations. The global mean stays where it is.
void fit_both(const Entries& entries, Offset& offset) {
  offset.row = Vector::Zero(entries.rows);
  offset.column = group_means(entries, offset, entries.column, entries.columns);
  Vector weight = Vector::Zero(entries.rows);
  for (Index k = 0; k < entries.size(); ++k) weight[entries.row[k]] += weight_of(entries, k);

  // Applies the Schur complement: the weighted row sums of B_row x once column means are removed.
  const auto schur = [&](const Vector& x) {
    Vector sum = Vector::Zero(entries.columns), total = Vector::Zero(entries.columns);
    for (Index k = 0; k < entries.size(); ++k) {
      sum[entries.column[k]] += weight_of(entries, k) * x[entries.row[k]];
      total[entries.column[k]] += weight_of(entries, k);
    }
    Vector out = Vector::Zero(entries.rows);
    for (Index k = 0; k < entries.size(); ++k) {
      const Index i = entries.row[k], j = entries.column[k];
      out[i] += weight_of(entries, k) * (x[i] - sum[j] / total[j]);
    }
    return out;
  };
  const Vector diagonal = weight.cwiseMax(1e-300);
  // The second round removes what the rounding of the first has left.
  for (int round = 0; round < 2; ++round) {
    Vector g = group_means(entries, offset, entries.row, entries.rows).cwiseProduct(weight);
    // No sum can be had more exactly than to the last place of the values and to 1e-14 of what is
    // left of them.
    double left = 0, all = 0;
    for (Index k = 0; k < entries.size(); ++k) {
      const double rest = entries.value[k] - offset.at(entries.row[k], entries.column[k]);
      left += weight_of(entries, k) * std::abs(rest);
      all += weight_of(entries, k) * std::abs(entries.value[k]);
    }
    const double least = std::max(1e-14 * left, 0x1p-53 * all);
    const double target = least * least / static_cast<double>(entries.rows);
    Vector z = g.cwiseQuotient(diagonal), p = z;
    double gz = g.dot(z);
    for (Index step = 0; step < 4 * entries.rows + 50 && g.squaredNorm() > target; ++step) {
      const Vector hp = schur(p);
      const double curvature = p.dot(hp);
      if (!(curvature > 0)) break;
      offset.row += gz / curvature * p;
      g -= gz / curvature * hp;
      z = g.cwiseQuotient(diagonal);
      const double next = g.dot(z);
      p = z + next / gz * p;
      gz = next;
    }
    offset.column.setZero();
    offset.column = group_means(entries, offset, entries.column, entries.columns);
  }
}

}  // namespace

Offset mean_offset(const Entries& entries, OffsetTerms terms) {
  Offset offset;
  offset.terms = terms;
  if (terms == OffsetTerms::none) return offset;
  offset.global = weighted_mean(entries);
  if (terms == OffsetTerms::rows) {
    offset.row = group_means(entries, offset, entries.row, entries.rows);
  } else if (terms == OffsetTerms::columns) {
    offset.column = group_means(entries, offset, entries.column, entries.columns);
  } else if (terms == OffsetTerms::both) {
    fit_both(entries, offset);
  }
  return offset;
}

NormWeights count_weights(const Entries& entries, double alpha) {
  NormWeights norm;
  norm.alpha = alpha;
  if (alpha == 0) return norm;
  norm.row_scale = Vector::Zero(entries.rows);
  norm.column_scale = Vector::Zero(entries.columns);
  for (Index k = 0; k < entries.size(); ++k) {
    norm.row_scale[entries.row[k]] += 1;
    norm.column_scale[entries.column[k]] += 1;
  }
  const auto scale = [&](double count) { return std::pow(std::max(1.0, count), -alpha / 2); };
  norm.row_scale = norm.row_scale.unaryExpr(scale);
  norm.column_scale = norm.column_scale.unaryExpr(scale);
  return norm;
}

}  // namespace hadal
