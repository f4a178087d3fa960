#include "hadal/certify/structured_bound.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gram_cover.hpp"
#include "hadal/kernel/tall.hpp"
#include "splitting.hpp"

namespace hadal {
namespace {

constexpr int evaluation_interval = 10, progress_interval = 50;

SingleFactor transposed(const SingleFactor& x) { return x.transpose(); }

/// The slack of Q^T.
PolarSlack transposed(PolarSlack slack) {
  slack.cover = transposed(slack.cover);
  for (SlackPiece& piece : slack.pieces) {
    std::swap(piece.row, piece.column);
    piece.values = transposed(piece.values);
  }
  slack.gram_on_rows = !slack.gram_on_rows;
  return slack;
}

PolarSlack slack_of(const Splitting& splitting, int exponent) {
  PolarSlack slack;
  slack.exponent = exponent;
  const auto& parts = splitting.parts();
  for (std::size_t k = 0; k + 1 < parts.size(); ++k) {
    const SplitPart& part = parts[k];
    if (part.kind == SplitPart::Kind::cover) {
      slack.cover = (-part.x).cast<float>();
    } else {
      slack.pieces.push_back({part.dual.row, part.dual.column, part.x.cast<float>()});
    }
  }
  return slack;
}

/// Starts from an earlier slack: its parts, and what they leave of Q.
void start_from(const PolarSlack& warm, const Factor& q, const FactorNorm& u, const FactorNorm& v,
                int exponent, Splitting& splitting) {
  const auto scaled = [&](const SingleFactor& values) {
    return Factor(values.cast<double>() * std::ldexp(1.0, warm.exponent - exponent));
  };
  Factor rest = q;
  auto& parts = splitting.state();
  std::size_t piece = 0;
  for (std::size_t k = 0; k + 1 < parts.size(); ++k) {
    SplitPart& part = parts[k];
    if (part.kind == SplitPart::Kind::cover) {
      if (warm.cover.rows() == q.rows() && warm.cover.cols() == q.cols())
        part.z = -scaled(warm.cover);
    } else if (piece < warm.pieces.size()) {
      const SlackPiece& from = warm.pieces[piece++];
      const bool fits = from.row == part.dual.row && from.column == part.dual.column &&
                        from.values.rows() == part.z.rows() && from.values.cols() == part.z.cols();
      if (fits) part.z = scaled(from.values);
    }
    add_part(part.dual.row, part.dual.column, part.z, u.graph, v.graph, -1, rest);
  }
  parts.back().z = rest;
}

/// Iterates until an end that `options` names.
class Minimisation {
 public:
  Minimisation(const Factor& q, const FactorNorm& u, const FactorNorm& v,
               const StructuredBoundOptions& options, int exponent)
      : q_(q), u_(u), v_(v), options_(options), exponent_(exponent) {}

  StructuredBound run(const PolarSlack& warm) {
    const double target = std::ldexp(options_.target, -exponent_);
    Splitting splitting(q_, u_, v_);
    start_from(warm, q_, u_, v_, exponent_, splitting);
    for (SplitPart& part : splitting.state()) part.x = part.z;
    keep_if_better(splitting);
    if (best_ <= target * (1 - 1e-7)) return std::move(result_);
    double before = std::numeric_limits<double>::infinity();
    // A single part is the remainder: there is nothing to choose.
    const int most = splitting.parts().size() > 1 ? std::max(1, options_.iteration_max) : 1;
    for (int k = 1; k <= most; ++k) {
      splitting.iterate();
      result_.iterations = k;
      const bool cancelled = options_.cancelled && options_.cancelled();
      const bool last = k == most || cancelled;
      if (k % evaluation_interval != 0 && !last) continue;
      keep_if_better(splitting);
      if (last || best_ <= target * (1 - 1e-7)) break;
      if (k % progress_interval != 0) continue;
      if (!(best_ < before * (1 - options_.progress))) break;
      before = best_;
    }
    return std::move(result_);
  }

 private:
  void keep_if_better(const Splitting& splitting) {
    const double value = splitting.value();
    if (!(value < best_)) return;
    best_ = value;
    result_.slack = slack_of(splitting, exponent_);
  }

  const Factor& q_;
  const FactorNorm &u_, &v_;
  const StructuredBoundOptions& options_;
  int exponent_;
  double best_ = std::numeric_limits<double>::infinity();
  StructuredBound result_;
};

/// Where one factor alone is >= 0: a cover of the remainder's Gram matrix on its side.
void cover_gram(const Factor& q, const FactorNorm& u, const FactorNorm& v,
                const StructuredBoundOptions& options, const PolarSlack& warm, PolarSlack& slack) {
  const bool rows = u.nonnegative;
  if (u.nonnegative == v.nonnegative || u.l2 == 0 || v.l2 == 0) return;
  if ((rows ? q.rows() : q.cols()) > gram_cover_order) return;
  Factor rest = q;
  for (const SlackPiece& piece : slack.pieces)
    add_part(piece.row, piece.column, piece.values.cast<double>(), u.graph, v.graph, -1, rest);
  const Matrix gram = rows ? Matrix(rest * rest.transpose()) : Matrix(tall_inner(rest, rest));
  const double target = std::ldexp(options.target, -slack.exponent) * u.l2 * v.l2;
  const Matrix start =
      warm.gram_cover.cast<double>() * std::ldexp(1.0, 2 * (warm.exponent - slack.exponent));
  slack.gram_on_rows = rows;
  slack.gram_cover = gram_cover(
      gram, start,
      {target * target * (1 - 2e-7), options.iteration_max, options.progress, options.cancelled});
}

int exponent_of(const Factor& q) {
  int exponent = 0;
  const double largest = q.size() > 0 ? q.cwiseAbs().maxCoeff() : 0.0;
  if (largest > 0) std::frexp(largest, &exponent);
  return exponent;
}

}  // namespace

StructuredBound structured_bound(const Factor& q, const FactorNorm& u, const FactorNorm& v,
                                 const StructuredBoundOptions& options, const PolarSlack& warm) {
  if (q.rows() < q.cols()) {
    StructuredBound result =
        structured_bound(Factor(q.transpose()), v, u, options, transposed(warm));
    result.slack = transposed(std::move(result.slack));
    return result;
  }
  const int exponent = exponent_of(q);
  const Factor scaled = q.unaryExpr([&](double x) { return std::ldexp(x, -exponent); });
  // A slack of quite another scale is none to start from.
  const bool similar = std::abs(warm.exponent - exponent) <= 30;
  const PolarSlack start = similar ? warm : PolarSlack{};
  StructuredBound result = Minimisation(scaled, u, v, options, exponent).run(start);
  cover_gram(scaled, u, v, options, start, result.slack);
  result.bound = slack_bound(q, u, v, result.slack);
  return result;
}

}  // namespace hadal
