#include "hadal/kernel/schur_complement.hpp"

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "lanes.hpp"

extern "C" void spotrf_(const char* uplo, const int* n, float* a, const int* lda, int* info);

namespace hadal {
namespace {

template <class Rows>
SingleFactor padded(const Rows& rows) {
  SingleFactor out = SingleFactor::Zero(rows.rows(), lanes::padded(rows.cols()));
  out.leftCols(rows.cols()) = rows.template cast<float>();
  return out;
}

/// Floats that a Cholesky factor of n rows takes: the reciprocals of its diagonal, then what is
/// left of the diagonal row by row, each part padded with zeros.
Index packed_size(Index n) {
  Index size = lanes::padded(n);
  for (Index i = 1; i < n; ++i) size += lanes::padded(i);
  return size;
}

void pack(const Eigen::MatrixXf& lower, float* out) {
  const Index n = lower.rows();
  for (Index i = 0; i < n; ++i) out[i] = 1 / lower(i, i);
  out += lanes::padded(n);
  for (Index i = 1; i < n; out += lanes::padded(i++))
    for (Index c = 0; c < i; ++c) out[c] = lower(i, c);
}

/// x <- (L L^T)^-1 x for a packed L; x is padded, with any finite numbers.
void solve(const float* packed, float* x, Index n) {
  const float *reciprocal = packed, *row = packed + lanes::padded(n);
  if (n > 0) x[0] *= reciprocal[0];
  for (Index i = 1; i < n; row += lanes::padded(i++))
    x[i] = (x[i] - lanes::dot(row, x, lanes::padded(i))) * reciprocal[i];
  for (Index i = n - 1; i >= 0; --i) {
    x[i] *= reciprocal[i];
    row -= lanes::padded(i);
    lanes::add(x, -x[i], row, lanes::padded(i));
  }
}

/// Lower Cholesky factor in place. Rounding may leave a block that is not positive definite; with a
/// larger diagonal the step is Newton's for a larger Hessian, still a descent.
void cholesky(Eigen::MatrixXf& a) {
  const int size = static_cast<int>(a.rows());
  const Eigen::MatrixXf original = a;
  float shift = std::max(1e-6F * original.trace(), std::numeric_limits<float>::min());
  for (int attempt = 0; attempt < 12; ++attempt, shift *= 10) {
    int info = 0;
    spotrf_("L", &size, a.data(), &size, &info);
    if (info == 0) return;
    a = original;
    a.diagonal().array() += shift;
  }
  a.setIdentity();  // not a number, or all zero: anything positive will do
}

}  // namespace

/// The entries of one eliminated row or column, a line.
struct SchurComplement::Line {
  Index index, begin, size;
  const std::int32_t* kept;  ///< the kept index of each entry
};

/// What is computed for one line.
struct SchurComplement::Row {
  explicit Row(Index padded) : t(padded), e(SingleVector::Zero(padded)) {}
  SingleVector t;     ///< H_ek d - g; on the way without the part that goes through the loss
  SingleVector e;     ///< A_j^-1 t
  SingleVector s;     ///< G_j d's change of the prediction, one number an entry
  SingleVector rest;  ///< what is left of s once e is taken away, times the root of the weight

  void make_room(Index entries) {
    if (s.size() >= entries) return;
    s = SingleVector::Zero(lanes::padded(2 * entries));
    rest = s;
  }
};

SchurComplement::Line SchurComplement::line(Index j) const {
  const Index begin = lines_.begin(j);
  return {j, begin, lines_.end(j) - begin, lines_.other() + begin};
}

SchurComplement::SchurComplement(const ObservedPattern& pattern, const Factor& u, const Factor& v,
                                 const Vector& weight, const Vector& residual, double coupling,
                                 const Vector& row_scale, const Vector& column_scale, double lambda)
    : keeps_rows_(keeps_rows(pattern)),
      r_(u.cols()),
      lambda_(static_cast<float>(lambda)),
      kept_scale_((keeps_rows_ ? row_scale : column_scale).cast<float>()),
      line_scale_((keeps_rows_ ? column_scale : row_scale).cast<float>()),
      residual_(pattern.observed()),
      root_weight_(weight.size()),
      lines_(pattern, !keeps_rows_,
             [&](Index at, Index k) {
               residual_[at] = static_cast<float>(coupling * residual[k]);
               if (weight.size()) root_weight_[at] = static_cast<float>(std::sqrt(weight[k]));
             }),
      kept_(padded(keeps_rows_ ? u : v)),
      eliminated_(padded(keeps_rows_ ? v : u)) {
  if (line_scale_.size() == 0) line_scale_ = SingleVector::Ones(lines_.count());
  first_ = shares(omp_get_max_threads());
  factorise();
}

double SchurComplement::bytes(const ObservedPattern& pattern, Index r) {
  double sum = 0;
  const bool rows = keeps_rows(pattern);
  for (Index j = 0; j < (rows ? pattern.columns() : pattern.rows()); ++j) {
    const Index entries = rows ? pattern.column_count(j) : pattern.row_count(j);
    sum += sizeof(float) * static_cast<double>(packed_size(std::min(entries, r)));
  }
  return sum;
}

std::vector<Index> SchurComplement::shares(Index count) const {
  std::vector<double> work(lines_.count() + 1, 0);
  for (Index j = 0; j < lines_.count(); ++j) {
    const Index n = line(j).size, block = std::min(n, r_);
    work[j + 1] = work[j] + static_cast<double>(8 * n * r_ + block * block + 8 * r_);
  }
  std::vector<Index> first(count + 1, lines_.count());
  for (Index k = 0; k < count; ++k) {
    const double until = work.back() * static_cast<double>(k) / static_cast<double>(count);
    first[k] = std::lower_bound(work.begin(), work.end(), until) - work.begin();
  }
  return first;
}

void SchurComplement::factorise() {
  block_start_.resize(lines_.count() + 1, 0);
  for (Index j = 0; j < lines_.count(); ++j)
    block_start_[j + 1] = block_start_[j] + packed_size(std::min(line(j).size, r_));
  blocks_ = SingleVector::Zero(block_start_[lines_.count()]);
#pragma omp parallel for schedule(dynamic, 64)
  for (Index j = 0; j < lines_.count(); ++j) {
    const Line at = line(j);
    if (at.size == 0) continue;
    SingleFactor g(at.size, kept_.cols());
    for (Index k = 0; k < at.size; ++k)
      g.row(k) = line_scale_[j] * root_weight(at.begin + k) * kept_.row(at.kept[k]);
    const Index size = std::min(at.size, r_);
    Eigen::MatrixXf block = lambda_ * Eigen::MatrixXf::Identity(size, size);
    auto lower = block.selfadjointView<Eigen::Lower>();
    at.size < r_ ? lower.rankUpdate(g) : lower.rankUpdate(g.leftCols(r_).transpose());
    cholesky(block);
    pack(block, blocks_.data() + block_start_[j]);
  }
}

/// With t = G^T s - q: e = A^-1 t. Where the line has fewer entries than there are atoms, with
/// M = lambda I + G G^T and b = M^-1 (s + G q / lambda): e = G^T b - q / lambda and s - G e =
/// lambda b, in which nothing cancels.
void SchurComplement::eliminate(const Line& at, const float* block, const SingleFactor& d,
                                Row& row) const {
  const Index width = kept_.cols();
  const float scale = line_scale_[at.index];
  const float* own = eliminated_.data() + at.index * width;
  float *t = row.t.data(), *e = row.e.data();
  row.make_room(at.size);
  for (Index k = 0; k < at.size; ++k) {
    const float* dk = d.data() + at.kept[k] * width;
    row.s[k] = root_weight(at.begin + k) *
               lanes::add_and_dot(t, -scale * residual_[at.begin + k], dk, own, width);
  }
  const auto kept = [&](Index k) { return kept_.data() + at.kept[k] * width; };
  const auto g_scale = [&](Index k) { return scale * root_weight(at.begin + k); };
  if (at.size < r_) {
    for (Index k = 0; k < at.size; ++k)
      row.s[k] -= g_scale(k) / lambda_ * lanes::dot(kept(k), t, width);
    solve(block, row.s.data(), at.size);
    for (Index c = 0; c < width; ++c) e[c] = t[c] / lambda_;
    for (Index k = 0; k < at.size; ++k) {
      lanes::add(e, g_scale(k) * row.s[k], kept(k), width);
      row.rest[k] = root_weight(at.begin + k) * lambda_ * row.s[k];
    }
  } else {
    for (Index k = 0; k < at.size; ++k) lanes::add(t, g_scale(k) * row.s[k], kept(k), width);
    std::copy(t, t + width, e);
    solve(block, e, r_);
    for (Index k = 0; k < at.size; ++k)
      row.rest[k] =
          root_weight(at.begin + k) * (row.s[k] - g_scale(k) * lanes::dot(kept(k), e, width));
  }
}

void SchurComplement::pass(const SingleFactor& d, const SingleFactor* g, SingleFactor* out,
                           SingleFactor* e) const {
  const Index width = kept_.cols();
  std::vector<SingleFactor> parts(first_.size() - 1);
#pragma omp parallel for schedule(static, 1)
  for (std::size_t share = 0; share < parts.size(); ++share) {
    SingleFactor& part = parts[share];
    if (out) part = SingleFactor::Zero(kept_.rows(), width);
    Row row(width);
    for (Index j = first_[share]; j < first_[share + 1]; ++j) {
      const Line at = line(j);
      row.t.setZero();
      if (g) row.t.head(r_) = -g->row(j);
      eliminate(at, blocks_.data() + block_start_[j], d, row);
      if (e) e->row(j) = row.e.head(r_);
      if (!out) continue;
      const float* own = eliminated_.data() + j * width;
      for (Index k = 0; k < at.size; ++k) {
        lanes::add(part.data() + at.kept[k] * width, row.rest[k], own,
                   line_scale_[j] * residual_[at.begin + k], row.e.data(), width);
      }
    }
  }
  if (out) sum(parts, *out);
}

/// out = D_k * (the sum of the parts), of the columns that are not padding.
void SchurComplement::sum(const std::vector<SingleFactor>& parts, SingleFactor& out) const {
  out.resize(kept_.rows(), r_);
#pragma omp parallel for schedule(static)
  for (Index i = 0; i < kept_.rows(); ++i) {
    out.row(i) = parts[0].row(i).head(r_);
    for (std::size_t k = 1; k < parts.size(); ++k) out.row(i) += parts[k].row(i).head(r_);
    if (kept_scale_.size()) out.row(i) *= kept_scale_[i];
  }
}

SingleFactor SchurComplement::scaled(const SingleFactor& d) const {
  SingleFactor out = padded(d);
  if (kept_scale_.size()) out.array().colwise() *= kept_scale_.array();
  return out;
}

void SchurComplement::apply(const SingleFactor& d, SingleFactor& out) const {
  pass(scaled(d), nullptr, &out, nullptr);
  out += lambda_ * d;
}

SingleFactor SchurComplement::reduce(const SingleFactor& g_kept,
                                     const SingleFactor& g_eliminated) const {
  SingleFactor out;
  pass(SingleFactor::Zero(kept_.rows(), kept_.cols()), &g_eliminated, &out, nullptr);
  return g_kept - out;
}

SingleFactor SchurComplement::recover(const SingleFactor& d_kept,
                                      const SingleFactor& g_eliminated) const {
  SingleFactor e(lines_.count(), r_);
  pass(scaled(d_kept), &g_eliminated, nullptr, &e);
  return -e;
}

}  // namespace hadal
