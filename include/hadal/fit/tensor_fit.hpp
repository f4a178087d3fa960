#pragma once

#include <cstdint>
#include <vector>

#include "hadal/data/tensor_entries.hpp"
#include "hadal/fit/fit_options.hpp"
#include "hadal/model/tensor_model.hpp"
#include "hadal/norm/factor_norm.hpp"

namespace hadal {

/// What is fitted again without penalty, with the components that were found: their sizes, or all
/// factors (an ordinary CP model).
enum class TensorRefitChoice { none, weights, factors };

/// Options of a tensor fit. A probabilistic proof is one that holds with certainty here.
struct TensorFitOptions : FitOptions {
  /// Little more can be proved as a rule; and among lambdas that predict about as well the largest
  /// one has the components that are certain.
  TensorFitOptions() {
    tolerance = 1e-4;
    lambda.one_standard_error = true;
  }

  /// One norm for each mode of the data, or one for all, or none for plain l2 norms. Weights are 0
  /// or from 1e-4 to 1e4. The graphs of total variations cover the mode's elements.
  std::vector<FactorNorm> norms;
  TensorRefitChoice refit = TensorRefitChoice::none;
  /// Of the multinomial loss: all values that the data can take, increasing; empty: those that they
  /// do take.
  std::vector<std::int64_t> categories;
};

/// Fits the sum of rank-one tensors that minimises TensorModel's objective over all sizes, as far
/// as a search of the polar finds, with a proof of how far from the optimum it can be
/// (docs/tensors.md). With cross-validation entries are held out at random, the same ones whatever
/// the seed, and where a refit is asked for it is the refitted model that is judged.
///
/// Throws ArgumentError for an option out of range or one that the loss does not have
/// (refits of any loss but the squared one; eight modes with the multinomial one, which needs
/// another of categories), and DataError for data without a usable entry or with a value that the
/// loss does not take. A checkpoint to resume from may throw ModelError, or ArgumentError where it
/// is of another problem; the held-out error of a penalised model beside a refit is NaN where the
/// fit was resumed after lambda was chosen.
TensorModel fit_tensor(const TensorData& data, const TensorFitOptions& options,
                       const FitObserver& observer = {});

}  // namespace hadal
