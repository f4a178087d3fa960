#include "splitting.hpp"

#include <algorithm>
#include <cmath>

#include "hadal/kernel/tall.hpp"

extern "C" void dsyevd_(const char* job, const char* uplo, const int* n, double* a, const int* lda,
                        double* w, double* work, const int* lwork, int* iwork, const int* liwork,
                        int* info);

namespace hadal {

bool symmetric_eigen(Matrix& a, Vector& values, bool vectors) {
  const int n = static_cast<int>(a.rows());
  values.resize(n);
  if (n == 0) return true;
  int work_size = -1, integer_size = -1, integer_query = 0, info = 0;
  double work_query = 0;
  const char* job = vectors ? "V" : "N";
  dsyevd_(job, "L", &n, a.data(), &n, values.data(), &work_query, &work_size, &integer_query,
          &integer_size, &info);
  work_size = static_cast<int>(work_query);
  integer_size = integer_query;
  std::vector<double> work(static_cast<std::size_t>(work_size));
  std::vector<int> integers(static_cast<std::size_t>(integer_size));
  dsyevd_(job, "L", &n, a.data(), &n, values.data(), work.data(), &work_size, integers.data(),
          &integer_size, &info);
  return info == 0;
}

Splitting::Splitting(const Factor& q, const FactorNorm& u, const FactorNorm& v)
    : q_(q), u_(u), v_(v) {
  const bool spectral = u.l2 > 0 && v.l2 > 0;
  if (spectral && u.nonnegative && v.nonnegative) {
    SplitPart cover;
    cover.kind = SplitPart::Kind::cover;
    cover.z = Factor::Zero(q.rows(), q.cols());
    parts_.push_back(std::move(cover));
  }
  for (const NormTerm row : {NormTerm::tv, NormTerm::l1, NormTerm::l2}) {
    for (const NormTerm column : {NormTerm::tv, NormTerm::l1, NormTerm::l2}) {
      if (row != NormTerm::tv || column != NormTerm::tv) add_part_of(row, column);
    }
  }
  parts_.back().z = q;
  const double frobenius = q.norm();
  step_ = step_ratio * frobenius * parts_.back().weight;
  level_ = frobenius / parts_.back().weight;
}

/// The strongest pair of terms, l2 before l1, comes last.
void Splitting::add_part_of(NormTerm row, NormTerm column) {
  SplitPart part;
  part.dual = dual_norm(row, column, u_, v_);
  part.weight = weight_of(part.dual, u_, v_);
  if (part.weight == 0) return;
  part.kind = part.dual.spectral() ? SplitPart::Kind::spectral : SplitPart::Kind::grouped;
  const auto edges = [](const Graph& graph) { return static_cast<Index>(graph.edges.size()); };
  part.z = Factor::Zero(row == NormTerm::tv ? edges(u_.graph) : q_.rows(),
                        column == NormTerm::tv ? edges(v_.graph) : q_.cols());
  parts_.push_back(std::move(part));
}

/// residual <- (sum of L_k L_k^T)^(-1) residual by conjugate gradients: the operator is a number of
/// identities and a few Laplacians, whose condition is that of the graphs' degrees.
void Splitting::solve(Factor& residual) const {
  const auto is_tv = [](const SplitPart& p) {
    return p.kind == SplitPart::Kind::grouped &&
           (p.dual.row == NormTerm::tv || p.dual.column == NormTerm::tv);
  };
  const double plain = static_cast<double>(parts_.size() - std::ranges::count_if(parts_, is_tv));
  residual /= plain;
  if (std::ranges::none_of(parts_, is_tv)) return;
  // x = b / plain already; what is left is (I + sum L L^T / plain) x = b.
  const Factor b = residual;
  const auto apply = [&](const Factor& x) {
    Factor out = x, differences;
    for (const SplitPart& part : parts_) {
      if (!is_tv(part)) continue;
      differences.setZero(part.z.rows(), part.z.cols());
      add_differences(part.dual.row, part.dual.column, x, u_.graph, v_.graph, 1, differences);
      add_part(part.dual.row, part.dual.column, differences, u_.graph, v_.graph, 1 / plain, out);
    }
    return out;
  };
  Factor x = b, r = b - apply(b), p = r;
  double square = r.squaredNorm();
  const double enough = 1e-16 * b.squaredNorm();
  for (int k = 0; k < 60 && square > enough; ++k) {
    const Factor ap = apply(p);
    const double length = square / p.cwiseProduct(ap).sum();
    x += length * p;
    r -= length * ap;
    const double next = r.squaredNorm();
    p = r + next / square * p;
    square = next;
  }
  residual = x;
}

/// y <- the nearest to z with sum L y = Q.
void Splitting::keep_sum() {
  Factor residual = q_;
  for (const SplitPart& part : parts_)
    add_part(part.dual.row, part.dual.column, part.z, u_.graph, v_.graph, -1, residual);
  solve(residual);
  for (SplitPart& part : parts_) {
    part.y = part.z;
    add_differences(part.dual.row, part.dual.column, residual, u_.graph, v_.graph, 1, part.y);
  }
}

/// The t with sum_k weight_k sum_i (size_ki - t weight_k)_+ = step, or 0 where it would be
/// negative: Newton's method on a decreasing convex function, which from the left never overshoots.
double Splitting::level() {
  double t = level_;
  for (int k = 0; k < 60; ++k) {
    double value = -step_, slope = 0;
    for (const SplitPart& part : parts_) {
      if (part.kind == SplitPart::Kind::cover) continue;
      const double radius = t * part.weight;
      const auto excess = (part.size.array() - radius).max(0);
      value += part.weight * excess.sum();
      slope +=
          part.weight * part.weight * static_cast<double>((part.size.array() > radius).count());
    }
    if (slope == 0) {
      // To the right of everything: start again at the far left.
      if (t == 0) break;
      t = 0;
      continue;
    }
    const double next = std::max(0.0, t + value / slope);
    if (std::abs(next - t) <= 1e-14 * t || next == t) break;
    t = next;
  }
  return t;
}

void Splitting::approach(SplitPart& part, double radius) const {
  switch (part.kind) {
    case SplitPart::Kind::cover:
      part.x = part.x.cwiseMin(0);
      break;
    case SplitPart::Kind::grouped:
      shrink(part.dual, part.size, radius, part.x);
      break;
    case SplitPart::Kind::spectral: {
      const Index above = (part.size.array() > radius).count();  // ascending
      const auto top = vectors_.rightCols(above);
      const Vector cut = 1 - radius / part.size.tail(above).array();
      const Matrix remove = top * cut.asDiagonal() * top.transpose();
      const Factor before = part.x;
      add_tall_product(before, remove, -1, part.x);
    }
  }
}

void Splitting::iterate() {
  constexpr double relaxation = 1.6;
  keep_sum();
  for (SplitPart& part : parts_) {
    part.x = 2 * part.y - part.z;
    if (part.kind == SplitPart::Kind::grouped) part.size = magnitudes(part.dual, part.x);
    if (part.kind == SplitPart::Kind::spectral) {
      vectors_ = tall_inner(part.x, part.x);
      symmetric_eigen(vectors_, part.size, true);
      part.size = part.size.cwiseMax(0).cwiseSqrt();
    }
  }
  level_ = level();
  for (SplitPart& part : parts_) {
    approach(part, level_ * part.weight);
    part.z += relaxation * (part.x - part.y);
  }
}

double Splitting::value() const {
  Factor rest = q_;
  double value = 0;
  for (std::size_t k = 0; k + 1 < parts_.size(); ++k) {
    const SplitPart& part = parts_[k];
    add_part(part.dual.row, part.dual.column, part.x, u_.graph, v_.graph, -1, rest);
    if (part.kind == SplitPart::Kind::grouped && part.x.size() > 0)
      value = std::max(value, magnitudes(part.dual, part.x).maxCoeff() / part.weight);
  }
  const SplitPart& last = parts_.back();
  if (last.kind == SplitPart::Kind::grouped)
    return std::max(value, magnitudes(last.dual, rest).maxCoeff() / last.weight);
  Matrix gram = tall_inner(rest, rest);
  Vector values;
  symmetric_eigen(gram, values, false);
  return std::max(value, std::sqrt(std::max(0.0, values.maxCoeff())) / last.weight);
}

}  // namespace hadal
