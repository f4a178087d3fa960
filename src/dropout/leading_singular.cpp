#include "hadal/dropout/leading_singular.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include "hadal/algebra/decompositions.hpp"

namespace hadal::dropout {
namespace {

constexpr Index whole_max = 300;  ///< smaller side up to which a whole decomposition is cheaper
constexpr Index block_size = 24;

SingularTriplets whole(const Matrix& a, const Wanted& wanted) {
  const Eigen::BDCSVD<Matrix> svd(a, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Vector& values = svd.singularValues();
  const Index count = std::min(wanted(values), values.size());
  return {values.head(count), svd.matrixU().leftCols(count), svd.matrixV().leftCols(count), 1};
}

/// Orthonormal columns of the same span; what depends on the rest is replaced by random directions.
Matrix orthonormal(Matrix block) {
  Eigen::HouseholderQR<Matrix> qr(block);
  return qr.householderQ() * Matrix::Identity(block.rows(), block.cols());
}

class BlockLanczos {
 public:
  BlockLanczos(const Matrix& a, std::uint64_t seed) : a_(a), random_(seed) {
    const Index steps = 8;
    basis_.resize(a.cols(), steps * block_size);
    image_.resize(a.rows(), steps * block_size);
    next_ = orthonormal(random_block());
  }

  Index size() const { return size_; }
  double passes() const { return passes_; }

  void step() {
    const Index width = std::min(block_size, a_.cols() - size_);
    reserve(size_ + width);
    basis_.middleCols(size_, width) = next_.leftCols(width);
    image_.middleCols(size_, width).noalias() = a_ * next_.leftCols(width);
    Matrix back = a_.transpose() * image_.middleCols(size_, width);
    passes_ += 2;
    gram_.conservativeResize(size_ + width, size_ + width);
    gram_.rightCols(width).noalias() =
        image_.leftCols(size_ + width).transpose() * image_.middleCols(size_, width);
    gram_.bottomLeftCorner(width, size_) = gram_.topRightCorner(size_, width).transpose();
    size_ += width;
    ends_.back() = {back, size_ - width};
    for (int twice = 0; twice < 2; ++twice) remove_basis(back);
    next_ = orthonormal(std::move(back));
    remove_basis(next_);
    next_ = orthonormal(std::move(next_));
  }

  /// Largest singular values of A on the space so far.
  void project() {
    const Eigen::SelfAdjointEigenSolver<Matrix> eigen(gram_);
    values_ = eigen.eigenvalues().reverse().cwiseMax(0).cwiseSqrt();
    coordinates_ = eigen.eigenvectors().rowwise().reverse();
    refine_small_values();
  }
  const Vector& values() const { return values_; }

  SingularTriplets leading(Index count) const {
    const Matrix image = image_.leftCols(size_) * coordinates_.leftCols(count);
    const Vector values = image.colwise().norm();
    std::vector<Index> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), Index{0});
    std::ranges::stable_sort(order, [&](Index a, Index b) { return values[a] > values[b]; });
    SingularTriplets result;
    result.values = values(order);
    result.right = basis_.leftCols(size_) * coordinates_(Eigen::all, order);
    result.left = image(Eigen::all, order);
    for (Index k = 0; k < count; ++k)
      if (result.values[k] > 0) result.left.col(k) /= result.values[k];
    result.passes = passes_;
    return result;
  }

  /// The largest || A^T A v - s^2 v || / s of the first `count`: all of A^T A v lies in the space
  /// but for what the last block since every start adds.
  double residual(Index count) const {
    Matrix left_out = Matrix::Zero(a_.cols(), count);
    for (const End& end : ends_) {
      Matrix outside = end.back;
      outside.noalias() -= basis_.leftCols(size_) * (basis_.leftCols(size_).transpose() * end.back);
      left_out += outside * coordinates_.middleRows(end.begin, end.back.cols()).leftCols(count);
    }
    double most = 0;
    for (Index k = 0; k < count; ++k)
      if (values_[k] > 0) most = std::max(most, left_out.col(k).norm() / values_[k]);
    return most;
  }

  /// Goes on from a random block, orthogonal to the space so far.
  void start_afresh() {
    ends_.emplace_back();
    next_ = random_block();
    for (int twice = 0; twice < 2; ++twice) {
      remove_basis(next_);
      next_ = orthonormal(std::move(next_));
    }
  }

 private:
  Matrix random_block() {
    std::normal_distribution<double> normal;
    return Matrix::NullaryExpr(a_.cols(), std::min(block_size, a_.cols()),
                               [&] { return normal(random_); });
  }

  void remove_basis(Matrix& block) const {
    block.noalias() -= basis_.leftCols(size_) * (basis_.leftCols(size_).transpose() * block);
  }

  /// Roots of eigenvalues of A^T A know nothing below 1e-8 of the largest; ||A v|| does.
  void refine_small_values() {
    constexpr double small = 1e-6;
    const Index first = (values_.array() >= small * values_[0]).count();
    const Matrix image = image_.leftCols(size_) * coordinates_.rightCols(size_ - first);
    for (Index k = first; k < size_; ++k)
      values_[k] = std::min(image.col(k - first).norm(), k > 0 ? values_[k - 1] : values_[k]);
  }

  void reserve(Index columns) {
    if (columns <= basis_.cols()) return;
    const Index more = std::min(a_.cols(), std::max(columns, 2 * basis_.cols()));
    basis_.conservativeResize(Eigen::NoChange, more);
    image_.conservativeResize(Eigen::NoChange, more);
  }

  const Matrix& a_;
  std::mt19937_64 random_;
  /// A^T A times the last block since a start, which begins at this column of the basis.
  struct End {
    Matrix back;
    Index begin = 0;
  };

  Matrix basis_, image_, gram_, next_;
  std::vector<End> ends_{1};
  Index size_ = 0;
  double passes_ = 0;
  Vector values_;
  Matrix coordinates_;
};

SingularTriplets transposed(SingularTriplets triplets) {
  std::swap(triplets.left, triplets.right);
  return triplets;
}

}  // namespace

Vector singular_values(const Matrix& a) {
  return a.size() ? Vector(Eigen::BDCSVD<Matrix>(a).singularValues()) : Vector();
}

SingularTriplets leading_singular(const Matrix& a, const Wanted& wanted, double accuracy,
                                  std::uint64_t seed) {
  if (std::min(a.rows(), a.cols()) <= whole_max) return whole(a, wanted);
  if (a.rows() < a.cols())
    return transposed(leading_singular(a.transpose(), wanted, accuracy, seed));
  BlockLanczos lanczos(a, seed);
  constexpr Index fresh_steps = 3;
  Index confirmed = -1;  // how many were wanted when the space last grew from a fresh block
  // Projections cost (size)^3: they are made when the space has grown by a fifth.
  for (Index next = 0; lanczos.size() < a.cols();) {
    lanczos.step();
    if (lanczos.size() < next && lanczos.size() < a.cols()) continue;
    lanczos.project();
    const Index count = wanted(lanczos.values());
    next = lanczos.size() + lanczos.size() / 5;
    if (count >= lanczos.size() || lanczos.residual(count) > accuracy * lanczos.values()[0])
      continue;
    if (count == confirmed) return lanczos.leading(count);
    confirmed = count;
    lanczos.start_afresh();
    next = lanczos.size() + fresh_steps * block_size;
  }
  return lanczos.leading(std::min(wanted(lanczos.values()), lanczos.size()));
}

}  // namespace hadal::dropout
