#pragma once

#include "hadal/fit/network_problem.hpp"

/// What the fits of all networks make of samples.
namespace hadal {

/// Throws DataError for no samples, no targets, or a sample without a class.
void require_samples(const SampleData& data);

/// How many outputs the targets call for: one of two classes, else one for each.
Index outputs_of(const SampleData& data);

/// y of every sample and output: 0 and 1 for classes.
Factor targets_of(const SampleData& data, Index outputs);

/// Weighted means of the columns.
Vector weighted_means(const Factor& values, const Vector& weight);
/// sqrt(sum_i w_i (x_ij - mean_j)^2 / sum_i w_i) of every column, without overflow or underflow.
Vector weighted_deviations(const Factor& values, const Vector& mean, const Vector& weight);

/// How well z, samples x outputs on the scale of the link, predicts samples, these weighted or not.
NetworkError error_of(const SampleModel& model, const Factor& z, const SampleData& data,
                      bool weighted);

}  // namespace hadal
