#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "hadal/data/matrix_data.hpp"
#include "hadal/model/loss_kind.hpp"
#include "hadal/types.hpp"

namespace hadal {

/// What entry k is called in a message: where it is.
using EntryName = std::function<std::string(Index k)>;

/// Throws DataError naming the first entry whose value the loss has no meaning for: logistic takes
/// two classes, -1 and 1 or 0 and 1; Poisson takes numbers from 0 to 2^50, beyond which a double
/// has no digits left for a deviance.
void require_values_of(LossKind loss, const std::vector<double>& values, const EntryName& name);
void require_values_of(LossKind loss, const MatrixData& data);

/// The categories of a multinomial fit, increasing: those that are given, or where none are the
/// distinct values of the data. Throws DataError naming the first entry whose value is no whole
/// number up to 2^53 or none of the given ones, and for fewer than 2 or more than 100 values.
std::vector<std::int64_t> categories_of(const std::vector<double>& values,
                                        const std::vector<std::int64_t>& given,
                                        const EntryName& name);
std::vector<std::int64_t> categories_of(const MatrixData& data,
                                        const std::vector<std::int64_t>& given);

/// -1 and 1 for classes of either coding. Precondition: as above.
Vector signs_of(const Vector& classes);

/// The threshold of a Huber loss that takes a normal error for what it is: 1.345 times its standard
/// deviation keeps 95 % of the efficiency of least squares (Huber 1981), and 1.4826 times the
/// median of |y - median(y)| estimates that of the data, gross errors among them or not. Where more
/// than half of the data are alike the mean of |y - median(y)| stands in; 1 where all are.
double default_huber_threshold(Vector y);

/// The threshold that is given, or where 0 is the default one. Throws ArgumentError where it
/// vanishes beside the data: scaled like them it must keep all its digits.
double usable_huber_threshold(double given, const Vector& y);

}  // namespace hadal
