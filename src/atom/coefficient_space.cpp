#include "hadal/atom/coefficient_space.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "hadal/error.hpp"
#include "hadal/kernel/products.hpp"
#include "hadal/kernel/tall.hpp"

namespace hadal {
namespace {

void check_rows(const Dictionary& dictionary, Index rows, const char* factor, const char* side) {
  if (!dictionary.given() || dictionary.rows() == rows) return;
  throw ArgumentError(fmt::format(
      "a dictionary of {} rows was given for the factor {}; expected {}, one for each {} of the "
      "data",
      dictionary.rows(), factor, rows, side));
}

/// A^T X, a few columns of A at a time, so that the result does not depend on the number of
/// threads.
Factor transposed_product(const Factor& a, const Factor& x) {
  constexpr Index width = 16;
  Factor out(a.cols(), x.cols());
  const Index blocks = (a.cols() + width - 1) / width;
#pragma omp parallel for schedule(static) if (blocks > 1)
  for (Index k = 0; k < blocks; ++k) {
    const Index begin = k * width, count = std::min(width, a.cols() - begin);
    out.middleRows(begin, count).noalias() = a.middleCols(begin, count).transpose() * x;
  }
  return out;
}

void lift(const Dictionary& dictionary, Factor& x) {
  if (!dictionary.given()) return;
  Factor out = Factor::Zero(dictionary.rows(), x.cols());
  add_tall_product(dictionary.matrix(), x, 1.0, out);
  x = std::move(out);
}

void adjoint(const Dictionary& dictionary, Factor& g) {
  if (dictionary.given()) g = transposed_product(dictionary.matrix(), g);
}

/// Bounds the entries of a dictionary and, of a basis, six units of rounding of it bound their own
/// errors, see Dictionary::matrix: no entry of a basis is exact relative to itself.
Factor magnitude(const Dictionary& dictionary) {
  Factor size = dictionary.matrix().cwiseAbs();
  if (dictionary.built_in()) size.array() += size.maxCoeff();
  return size;
}

}  // namespace

CoefficientSpace::CoefficientSpace(const ObservedPattern& data, Dictionary a, Dictionary b)
    : data_(&data), a_(std::move(a)), b_(std::move(b)) {
  if (plain()) return;
  check_rows(a_, data.rows(), "u", "row");
  check_rows(b_, data.columns(), "v", "column");
  const Index p = a_.given() ? a_.elements() : data.rows();
  const Index q = b_.given() ? b_.elements() : data.columns();
  if (static_cast<double>(p) * static_cast<double>(q) > size_max) {
    throw ArgumentError(fmt::format(
        "coefficients of {} x {} were asked for; expected at most {:g} in all: fewer elements of a "
        "dictionary, or one for the other factor as well",
        p, q, size_max));
  }
  own_.emplace(p, q);
}

void CoefficientSpace::lift_rows(Factor& u) const { lift(a_, u); }
void CoefficientSpace::lift_columns(Factor& v) const { lift(b_, v); }
void CoefficientSpace::pull_rows(Factor& g) const { adjoint(a_, g); }
void CoefficientSpace::pull_columns(Factor& g) const { adjoint(b_, g); }

/// a or b null: the identity.
Factor CoefficientSpace::pulled(const Vector& q, const Factor* a, const Factor* b) const {
  Factor out;
  if (!b) {
    apply_transpose(*data_, q, *a, out);
    return out.transpose();
  }
  apply(*data_, q, *b, out);
  return a ? transposed_product(*a, out) : out;
}

Vector CoefficientSpace::pull(const Vector& q) const {
  if (plain()) return q;
  const Factor g =
      pulled(q, a_.given() ? &a_.matrix() : nullptr, b_.given() ? &b_.matrix() : nullptr);
  return Eigen::Map<const Vector>(g.data(), g.size());
}

/// Every entry of G is two sums in a row, of at most `rows` and `columns` products, so that |error|
/// <= gamma_(rows + columns) |A|^T |Q| |B| entry by entry; 12 units more are for the entries of
/// bases.
double CoefficientSpace::pull_error(const Vector& q) const {
  if (plain()) return 0;
  const Factor size_a = a_.given() ? magnitude(a_) : Factor();
  const Factor size_b = b_.given() ? magnitude(b_) : Factor();
  const Factor size =
      pulled(q.cwiseAbs(), a_.given() ? &size_a : nullptr, b_.given() ? &size_b : nullptr);
  const double operations = static_cast<double>(data_->rows() + data_->columns()) + 16;
  const double relative = operations * std::numeric_limits<double>::epsilon();  // > gamma, twice u
  return 1.01 * relative * size.norm() + 1e-290;
}

}  // namespace hadal
