#pragma once

#include "hadal/model/linear_network.hpp"

namespace hadal::dropout {

/// P diag(x) Q^T, with P (outputs x d) and Q (samples x d) orthonormal and x >= 0.
struct Spectrum {
  Vector values;
  Matrix left, right;
};

/// An orthogonal matrix R (width x width) for which every diagonal element of R^T diag(x, 0) R is
/// the mean of them all: width - 1 plane rotations, each of which makes one element equal to it
/// (constructive Schur-Horn theorem; Chan and Li 1983). Precondition: width >= size of x.
Matrix equalising_rotation(const Vector& x, Index width);

/// Factors U (outputs x width) and V^T (width x samples) of U V^T = P diag(x) Q^T with ||u_i||^2 =
/// ||v_i||^2 = sum(x) / width for every i: the factorisation whose dropout penalty is smallest
/// (Cavazza et al. 2018; Mianjy, Arora and Vidal 2018). Precondition: width >= size of x.
LinearNetwork equalised(const Spectrum& spectrum, Index width);

/// The network of x sigma q^T (rank one) through hidden layers of the given widths whose penalty is
/// smallest: every path carries the same (Mianjy and Arora 2019).
LinearNetwork equalised_rank_one(const Spectrum& spectrum, const std::vector<Index>& widths);

/// ||u_i|| ||v_i^T X|| of every unit of a network with one hidden layer; `input`: X, or empty for
/// the identity.
Vector unit_products(const LinearNetwork& network, const Matrix& input);

/// Singular values of a network's product on an input (or on the identity), those above 1e-12 of
/// the largest: through the triangular factors of its two outer parts.
Vector product_values(const LinearNetwork& network, const Matrix& input);

}  // namespace hadal::dropout
