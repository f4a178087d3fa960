#pragma once

#include "hadal/model/certificate.hpp"
#include "hadal/model/trace.hpp"

/// Problems are solved with data, and weights, divided by powers of two; results are stated in the
/// data's units.
namespace hadal {

/// The power of 4 that brings `size` into [1, 4): its square root is a power of two. 1 for 0.
double power_of_four(double size);

/// Throws DataError where the squares of `entries` values up to `value` would overflow or vanish.
void check_range(double value, double weight, Index entries);

/// `ratio` of lambda_max, or where that is 0 the smallest lambda that is > 0 in both units.
double lambda_of(double ratio, double lambda_max, double lambda_unit);

/// What objectives and polars are multiplied by; lambda_unit: a power of two.
Certificate in_data_units(Certificate certificate, double objective_unit, double lambda_unit);
OuterIteration in_data_units(OuterIteration outer, double objective_unit, double lambda_unit);

}  // namespace hadal
