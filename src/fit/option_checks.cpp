#include "option_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "hadal/error.hpp"
#include "hadal/model/categories.hpp"

namespace hadal {
namespace {

void check_norms(const MatrixFitOptions& o) {
  for (const FactorNorm* norm : {&o.norm_u, &o.norm_v}) {
    const auto weight = [&](const char* name, double value) {
      require_option(FactorNorm::usable(value), name, value, "0, or a number from 1e-30 to 1e30");
    };
    weight("weight of l1", norm->l1);
    weight("weight of l2", norm->l2);
    weight("weight of total variation", norm->tv);
    require_option(norm->l1 + norm->l2 > 0, "weight of l1 and l2 together", norm->l1 + norm->l2,
                   "> 0");
  }
  if (o.norm_u.plain() && o.norm_v.plain()) {
    for (const FactorNorm* norm : {&o.norm_u, &o.norm_v})
      require_option(norm->l2 == 1, "weight of a plain l2 norm", norm->l2,
                     "1: where both norms are plain, lambda says the same");
    return;
  }
  const auto refuse = [](const std::string& what) {
    throw ArgumentError(what + " with structured norms of the factors; expected plain l2 norms");
  };
  if (o.norm_alpha > 0) refuse("weights by counts were given");
}

void check_dictionaries(const MatrixFitOptions& o) {
  if (o.norm_alpha > 0 && (o.dictionary_u.given() || o.dictionary_v.given()))
    throw ArgumentError(
        "weights by counts were given with a dictionary; expected none: coefficients have no "
        "counts");
}

/// What only some losses have.
void check_loss(const MatrixFitOptions& o) {
  const auto refuse = [&](const std::string& given, const std::string& expected) {
    throw ArgumentError(
        fmt::format("{} with the {} loss; expected {}", given, to_string(o.loss), expected));
  };
  const bool offset = o.offset_terms() != OffsetTerms::none;
  if (o.loss == LossKind::multinomial && o.offset_policy == OffsetPolicy::free)
    refuse("free offsets were given", "none: there is a score for each category");
  if (o.loss == LossKind::multinomial && offset)
    refuse("an offset was given", "none: there is a score for each category");
  if (!predicts_in_data_units(o.loss) && offset && o.offset_policy == OffsetPolicy::mean)
    refuse("an offset was given",
           "free ones or none: means of the data are not on the scale of its link");
  if (o.loss == LossKind::squared) return;
  if (o.refit != RefitChoice::none)
    refuse("a refit was asked for", "none: only the squared loss has one");
}

/// Every column of the data has a score for each category: what speaks of columns does not fit
/// them.
void check_multinomial(const MatrixFitOptions& o) {
  if (o.loss != LossKind::multinomial) return;
  const auto refuse = [](const std::string& given, const std::string& expected) {
    throw ArgumentError(given + " with the multinomial loss; expected " + expected);
  };
  const std::string reason = ": v holds a score of every column and category";
  if (o.dictionary_v.given())
    refuse("a dictionary of the columns was given", "one of the rows, or none" + reason);
  if (o.norm_v.tv > 0)
    refuse("total variation over the columns was given", "l1 and l2 for v" + reason);
}

}  // namespace

void check_categories(LossKind loss, const std::vector<std::int64_t>& categories) {
  if (categories.empty()) return;
  const auto refuse = [&](const std::string& given, const std::string& expected) {
    throw ArgumentError(
        fmt::format("{} with the {} loss; expected {}", given, to_string(loss), expected));
  };
  if (loss != LossKind::multinomial) refuse("categories were given", "the multinomial loss");
  const auto count = static_cast<Index>(categories.size());
  const bool increasing = std::adjacent_find(categories.begin(), categories.end(),
                                             std::greater_equal<>()) == categories.end();
  // Beyond 2^53 not every whole number is a double, as the values of data are.
  constexpr auto most = std::int64_t{1} << 53;
  const bool whole = categories.front() >= -most && categories.back() <= most;
  if (count < categories_min || count > categories_max || !increasing || !whole)
    refuse(fmt::format("{} categories were given", count),
           fmt::format("{} to {} up to 2^53, increasing", categories_min, categories_max));
}

void require_option(bool holds, const std::string& name, double given,
                    const std::string& expected) {
  if (!holds)
    throw ArgumentError(fmt::format("{} = {:g} was given; expected {}", name, given, expected));
}

void check_fit_options(const FitOptions& o) {
  using Kind = LambdaChoice::Kind;
  const double value = o.lambda.value;
  if (o.lambda.kind == Kind::absolute) {
    require_option(value > 0 && std::isfinite(value), "lambda", value, "a finite number > 0");
  } else if (o.lambda.kind == Kind::ratio) {
    require_option(value > 0 && value <= 1, "lambda ratio", value, "a number in (0, 1]");
  } else {
    require_option(o.lambda.folds >= 2 && o.lambda.folds <= 100, "folds", o.lambda.folds,
                   "2 to 100");
  }
  // The objective itself is a sum of doubles: below this a gap would be made of its rounding.
  require_option(o.tolerance >= 1e-12, "tolerance", o.tolerance, "a number >= 1e-12");
  require_option(o.failure_probability > 0 && o.failure_probability < 1, "failure probability",
                 o.failure_probability, "a number in (0, 1)");
  require_option(o.iteration_max > 0, "iteration limit", o.iteration_max, "at least 1");
  require_option(o.size_max >= 0, "size limit", static_cast<double>(o.size_max),
                 "at least 0 (no limit)");
  require_option(o.time_limit >= 0, "time limit", o.time_limit, "seconds >= 0 (0: no limit)");
  require_option(o.threads >= 0, "threads", o.threads, "at least 0 (all cores)");
  require_option(o.huber_threshold >= 0 && std::isfinite(o.huber_threshold), "Huber threshold",
                 o.huber_threshold, "a finite number > 0, or 0 for one derived from the data");
  if (o.huber_threshold > 0 && o.loss != LossKind::huber)
    throw ArgumentError(
        fmt::format("a Huber threshold was given with the {} loss; expected the huber loss",
                    to_string(o.loss)));
}

void check_options(const MatrixFitOptions& o) {
  check_fit_options(o);
  require_option(o.norm_alpha >= 0 && o.norm_alpha <= 1, "power of the counts", o.norm_alpha,
                 "a number in [0, 1]");
  require_option(o.offset_policy == OffsetPolicy::mean || o.offset_ridge > 0, "offset ridge",
                 o.offset_ridge, "a number > 0");
  check_norms(o);
  check_dictionaries(o);
  check_loss(o);
  check_multinomial(o);
  check_categories(o.loss, o.categories);
}

void check_path_options(const std::vector<double>& ratios, const MatrixFitOptions& options) {
  MatrixFitOptions single = options;
  single.lambda = {LambdaChoice::Kind::ratio, 1, 0, false};
  if (ratios.empty()) throw ArgumentError("a path without ratios was given; expected at least one");
  for (const double ratio : ratios) {
    single.lambda.value = ratio;
    check_options(single);
  }
  if (options.refit != RefitChoice::none || !options.checkpoint.empty() || !options.resume.empty())
    throw ArgumentError("refit, checkpoint and resume are options of a single fit, not of a path");
}

}  // namespace hadal
