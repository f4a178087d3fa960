#include "slack_bound.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include "rounding.hpp"
#include "semidefinite.hpp"

namespace hadal::verify {
namespace {

using Wide = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr double infinity = std::numeric_limits<double>::infinity();
/// More than underflow can take from anything here, beside values of magnitude one.
constexpr double vanished = 1e-150;

struct Refusal {
  std::string reason;
};
[[noreturn]] void refuse(std::string reason) { throw Refusal{std::move(reason)}; }

void require_shape(const char* what, const SingleFactor& x, Index rows, Index columns) {
  if (x.rows() != rows || x.cols() != columns)
    refuse(fmt::format("{} is {} x {}, expected {} x {}", what, x.rows(), x.cols(), rows, columns));
}

void require_finite(const char* what, const SingleFactor& x) {
  if (!x.allFinite()) refuse(fmt::format("{} holds values that are not finite", what));
}

void require_cover(const char* what, const SingleFactor& x) {
  require_finite(what, x);
  if (x.size() > 0 && !(x.minCoeff() >= 0)) refuse(fmt::format("{} holds negative values", what));
}

/// One factor: its norm, and whether u (or its differences over edges) may have either sign.
struct Side {
  const FactorNorm& norm;

  double weight(NormTerm term) const {
    return term == NormTerm::l1 ? norm.l1 : term == NormTerm::l2 ? norm.l2 : norm.tv;
  }
  bool has_signs(NormTerm term) const { return !norm.nonnegative || term == NormTerm::tv; }
  NormTerm strongest() const { return norm.l2 > 0 ? NormTerm::l2 : NormTerm::l1; }
  Index lines(NormTerm term, Index size) const {
    return term == NormTerm::tv ? static_cast<Index>(norm.graph.edges.size()) : size;
  }
};

/// The largest l2 norm of a row. y = the factor that the norm is taken over, with or without signs;
/// `either` where the other factor has signs: then a row counts and so does its negative.
double largest_row(const Wide& x, bool signs, bool either) {
  Real largest = 0;
  for (Index i = 0; i < x.rows(); ++i) {
    Real positive = 0, negative = 0;
    for (Index j = 0; j < x.cols(); ++j) {
      const Real value = x(i, j);
      (value > 0 ? positive : negative) += value * value;
    }
    const Real both = signs    ? positive + negative
                      : either ? std::max(positive, negative)
                               : positive;
    largest = std::max(largest, both);
  }
  return rounded_up(std::sqrt(largest) * (1 + wide_gamma(static_cast<Real>(x.cols()) + 4)));
}

/// >= max <X, u v^T> over ||u||_row ||v||_column <= 1.
double dual(const Wide& x, const Side& u, NormTerm row, const Side& v, NormTerm column) {
  if (x.size() == 0) return 0;
  const bool row_signs = u.has_signs(row), column_signs = v.has_signs(column);
  if (row != NormTerm::l2 && column != NormTerm::l2) {
    const Real largest = row_signs || column_signs ? x.cwiseAbs().maxCoeff() : x.maxCoeff();
    return rounded_up(std::max(Real{0}, largest));
  }
  if (row != NormTerm::l2) return largest_row(x, column_signs, row_signs);
  return largest_row(x.transpose(), row_signs, column_signs);
}

class Derivation {
 public:
  Derivation(const Factor& q, const FactorNorm& u, const FactorNorm& v, const PolarSlack& slack)
      : q_(q), u_{u}, v_{v}, slack_(slack) {}

  double run() {
    if (std::abs(slack_.exponent) > 1100) refuse("the exponent is out of range");
    remainder_ = q_.cast<Real>().unaryExpr([&](Real x) { return std::ldexp(x, -slack_.exponent); });
    size_ = remainder_.cwiseAbs();
    cover();
    for (const SlackPiece& piece : slack_.pieces) take(piece);
    const double rest = bound_remainder();
    // Rounding, E, entry by entry, is charged to ||u||_2 ||v||_2 <= norm_u norm_v / ((l1 + l2)(l1 +
    // l2)), as ||x||_1 >= ||x||_2.
    const Real rounding = wide_gamma(4 * terms_) * size_.norm() * Real{1.01L} + vanished;
    const Real weight = (Real{u_.norm.l1} + u_.norm.l2) * (Real{v_.norm.l1} + v_.norm.l2);
    const Real bound = (std::max(bound_, Real{rest}) + rounding / weight) * (1 + 16 * wide_unit);
    if (!(bound < std::numeric_limits<Real>::infinity())) return infinity;
    return rounded_up(std::ldexp(bound, slack_.exponent));
  }

 private:
  void cover() {
    if (slack_.cover.size() == 0) return;
    if (!u_.norm.nonnegative || !v_.norm.nonnegative)
      refuse("a cover needs both factors to be non-negative");
    require_shape("the cover", slack_.cover, q_.rows(), q_.cols());
    require_cover("the cover", slack_.cover);
    remainder_ += slack_.cover.cast<Real>();
    size_ += slack_.cover.cast<Real>();
  }

  void take(const SlackPiece& piece) {
    const bool row_tv = piece.row == NormTerm::tv, column_tv = piece.column == NormTerm::tv;
    if (row_tv && column_tv) refuse("a piece of two total variations");
    if (piece.row == NormTerm::l2 && piece.column == NormTerm::l2)
      refuse("a piece of two l2 norms, which the remainder is for");
    // The largest share bounds the sum only where each pair of terms is charged once.
    if (!taken_.emplace(piece.row, piece.column).second) refuse("two pieces of the same terms");
    if (piece.row == u_.strongest() && piece.column == v_.strongest())
      refuse("a piece of the terms that the remainder is charged to");
    if ((row_tv && u_.norm.graph.vertices != q_.rows()) ||
        (column_tv && v_.norm.graph.vertices != q_.cols()))
      refuse("a graph has another number of vertices than its factor has elements");
    const Real weight = Real{u_.weight(piece.row)} * v_.weight(piece.column);
    if (!(weight > 0)) refuse("a piece of a term that the norms do not have");
    require_shape("a piece", piece.values, u_.lines(piece.row, q_.rows()),
                  v_.lines(piece.column, q_.cols()));
    require_finite("a piece", piece.values);
    const Wide values = piece.values.cast<Real>();
    bound_ = std::max(bound_, dual(values, u_, piece.row, v_, piece.column) / weight);
    if (row_tv) {
      subtract_differences(values, u_.norm.graph, remainder_, size_);
    } else if (column_tv) {
      Wide remainder = remainder_.transpose(), size = size_.transpose();
      subtract_differences(values.transpose(), v_.norm.graph, remainder, size);
      remainder_ = remainder.transpose();
      size_ = size.transpose();
    } else {
      remainder_ -= values;
      size_ += values.cwiseAbs();
      ++terms_;
    }
  }

  /// X -= D^T P, a row of P for an edge.
  void subtract_differences(const Wide& values, const Graph& graph, Wide& x, Wide& size) {
    for (Index e = 0; e < values.rows(); ++e) {
      const Edge& edge = graph.edges[static_cast<std::size_t>(e)];
      x.row(edge.a) -= values.row(e);
      x.row(edge.b) += values.row(e);
      size.row(edge.a) += values.row(e).cwiseAbs();
      size.row(edge.b) += values.row(e).cwiseAbs();
    }
    terms_ += static_cast<Real>(values.rows());
  }

  double bound_remainder() {
    const NormTerm row = u_.strongest(), column = v_.strongest();
    if (row != NormTerm::l2 || column != NormTerm::l2) {
      if (slack_.gram_cover.size() > 0) refuse("a Gram cover needs l2 norms of both factors");
      const Real weight = Real{u_.weight(row)} * v_.weight(column);
      return rounded_up(dual(remainder_, u_, row, v_, column) / weight * (1 + 4 * wide_unit));
    }
    return rounded_up(spectral() / (Real{u_.norm.l2} * v_.norm.l2) * (1 + 4 * wide_unit));
  }

  /// sqrt of the largest eigenvalue of R^T R (+ M), of the side that has M or else the smaller.
  double spectral() {
    const bool covered = slack_.gram_cover.size() > 0;
    const bool rows = covered ? slack_.gram_on_rows : q_.rows() < q_.cols();
    const Factor remainder = remainder_.cast<double>();
    // Rounded to double once more.
    size_ += remainder.cast<Real>().cwiseAbs() * Real{2 * unit / wide_unit};
    Gram gram = rows ? gram_of(Factor(remainder.transpose())) : gram_of(remainder);
    if (covered) {
      if (!(rows ? u_ : v_).norm.nonnegative)
        refuse("a Gram cover on a factor that may be negative");
      const SingleFactor& m = slack_.gram_cover;
      require_shape("the Gram cover", m, gram.matrix.rows(), gram.matrix.cols());
      require_cover("the Gram cover", m);
      if (m != m.transpose()) refuse("the Gram cover is not symmetric");
      gram.matrix += m.cast<double>();
      gram.error += 2 * unit * gram.matrix.cwiseAbs().rowwise().sum().maxCoeff();
    }
    const double top = std::max(0.0, largest_eigenvalue(gram.matrix));
    return std::sqrt(top + gram.error) * (1 + 8 * unit) + vanished;
  }

  const Factor& q_;
  Side u_, v_;
  const PolarSlack& slack_;
  Wide remainder_, size_;
  Real terms_ = 4;
  Real bound_ = 0;
  std::set<std::pair<NormTerm, NormTerm>> taken_;
};

}  // namespace

SlackBound bound_from_slack(const Factor& q, const FactorNorm& u, const FactorNorm& v,
                            const PolarSlack& slack) {
  try {
    return {Derivation(q, u, v, slack).run(), ""};
  } catch (const Refusal& refusal) {
    return {infinity, refusal.reason};
  }
}

}  // namespace hadal::verify
