#pragma once

#include <string>
#include <vector>

#include "figures.hpp"
#include "hadal/verify/verify.hpp"
#include "problem.hpp"

namespace hadal::verify {

/// Collects checks; a comparison with NaN on either side fails.
class Checks {
 public:
  void add(std::string name, double claimed, double found, bool passed, std::string remark);
  /// |claimed - found| <= slack
  void equal(std::string name, double claimed, double found, double slack, std::string remark);

  /// Nothing that can fail, but something to know.
  void note(std::string name, std::string remark);

  bool all_passed() const;
  std::vector<Check> take() { return std::move(checks_); }

 private:
  std::vector<Check> checks_;
};

/// The model is what the documentation says a model is: lambda >= 0, weights of the norm derived
/// from the counts, offsets of policy `mean` equal to the means of the data, factors finite,
/// balanced and sorted, refit and validation figures finite.
void check_model(const MatrixModel& model, const Problem& problem, const EachEntry& each,
                 const Options& options, Checks& checks);

/// Lambda, the threshold of the loss, and the values that it takes.
void check_loss(const FittedModel& model, const Problem& problem, Checks& checks);
/// Categories of the multinomial loss: increasing.
void check_categories(const std::vector<std::int64_t>& categories, Checks& checks);
/// A validation error: a number >= 0, or NaN.
void check_validation_error(const char* name, double value, Checks& checks);

/// The offsets alone (policy `mean`; scaled units inside, data units in the report).
void check_mean_offsets(const Problem& problem, const EachEntry& each, const Options& options,
                        Checks& checks);

/// The claim agrees with itself: gap = F - D, relative gap, status, failure probability, dual scale
/// within min(1, lambda / polar bound).
void check_record(const FittedModel& model, Checks& checks);

/// lambda_max = sigma_1 of Q at X = 0, with the offsets of the problem at X = 0.
void check_lambda_max(const MatrixModel& model, const Problem& problem, Checks& checks);

/// The history, if there is one, ends with the claim about a model of so many atoms.
void check_end_of_history(const FittedModel& model, Index size, Checks& checks);

}  // namespace hadal::verify
