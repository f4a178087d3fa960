#pragma once

#include <vector>

#include "hadal/kernel/tensor_pattern.hpp"
#include "hadal/types.hpp"

/// The kernels of sums of rank-one tensors. A model of r atoms is a factor for each mode, shape[m]
/// x r; with W_m those factors, its value at (i_0, .., i_K-1) is sum_c prod_m W_m(i_m, c) (Kolda
/// and Bader 2009, section 3).
namespace hadal {

/// z_k = the model's value at every observed entry. One pass over the entries.
void tensor_values(const TensorPattern& pattern, const std::vector<Factor>& factors, Vector& z);

/// The matricised tensor times the Khatri-Rao product of all factors but one:
///   out(i, c) = sum over the entries k with i_mode = i of q_k prod_{m != mode} W_m(i_m, c).
/// factors[mode] is not read, but for its number of columns. One pass over the entries; all columns
/// share it. Of a dense tensor, blocks of rows of the Khatri-Rao product are made as they are used.
/// The result depends on the number of threads by rounding only.
void mttkrp(const TensorPattern& pattern, const Vector& q, const std::vector<Factor>& factors,
            Index mode, Factor& out);

}  // namespace hadal
