#pragma once

#include "hadal/data/entries.hpp"
#include "hadal/model/matrix_model.hpp"

namespace hadal {

/// Mean offsets of the observed entries (weighted where the entries are):
/// global: the mean; rows: the global mean and the mean of each row's remainder; columns likewise;
/// both: the least-squares fit of global + row + column effects. Rows and columns without entries
/// get 0. Precondition: at least one entry.
Offset mean_offset(const Entries& entries, OffsetTerms terms);

/// p_i^(-1/2) and r_j^(-1/2) for p_i = max(1, observed entries of row i)^alpha, r_j likewise; empty
/// for alpha = 0.
NormWeights count_weights(const Entries& entries, double alpha);

}  // namespace hadal
