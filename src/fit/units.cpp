#include "units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "hadal/error.hpp"
#include "hadal/model/polar_slack.hpp"

namespace hadal {

double power_of_four(double size) {
  if (!(size > 0)) return 1;
  int exponent = 0;
  std::frexp(size, &exponent);
  return std::ldexp(1.0, 2 * static_cast<int>(std::floor((exponent - 1) / 2.0)));
}

void check_range(double value, double weight, Index entries) {
  const double squares = value * value * weight * static_cast<double>(entries);
  if (!std::isfinite(squares)) {
    throw DataError(
        fmt::format("values up to {:g} were given; the sum of {} squares would overflow a "
                    "double: expected smaller units",
                    value, entries));
  }
  // An objective needs some digits above the smallest double to be stated and checked.
  if (value > 0 && squares < 1e-305) {
    throw DataError(fmt::format(
        "values up to {:g} were given; their squares would vanish in a double: expected larger "
        "units",
        value));
  }
}

double lambda_of(double ratio, double lambda_max, double lambda_unit) {
  return std::max(ratio * lambda_max,
                  std::numeric_limits<double>::min() * std::max(1.0, lambda_unit));
}

Certificate in_data_units(Certificate c, double objective_unit, double lambda_unit) {
  c.objective *= objective_unit;
  c.lower_bound *= objective_unit;
  c.gap = c.objective - c.lower_bound;  // the relative gap is that of the scaled problem
  c.polar_bound *= lambda_unit;
  if (c.slack) {
    PolarSlack slack = *c.slack;
    slack.exponent += std::ilogb(lambda_unit);  // a power of two
    c.slack = std::make_shared<const PolarSlack>(std::move(slack));
  }
  return c;
}

OuterIteration in_data_units(OuterIteration outer, double objective_unit, double lambda_unit) {
  outer.objective *= objective_unit;
  outer.lower_bound *= objective_unit;
  outer.polar *= lambda_unit;
  return outer;
}

}  // namespace hadal
