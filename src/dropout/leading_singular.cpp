#include "hadal/dropout/leading_singular.hpp"

#include <algorithm>
#include <random>

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
    back_ = back;
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
  }
  const Vector& values() const { return values_; }

  SingularTriplets leading(Index count) const {
    SingularTriplets result;
    result.values = values_.head(count);
    result.right = basis_.leftCols(size_) * coordinates_.leftCols(count);
    result.left = image_.leftCols(size_) * coordinates_.leftCols(count);
    for (Index k = 0; k < count; ++k)
      if (values_[k] > 0) result.left.col(k) /= values_[k];
    result.passes = passes_;
    return result;
  }

  /// The largest || A^T A v - s^2 v || / s of the first `count`: all of A^T A v lies in the space
  /// but for the part that the last block adds.
  double residual(Index count) const {
    const Index width = back_.cols();
    Matrix outside = back_;
    outside.noalias() -= basis_.leftCols(size_) * (basis_.leftCols(size_).transpose() * back_);
    const Matrix part = outside * coordinates_.middleRows(size_ - width, width).leftCols(count);
    double most = 0;
    for (Index k = 0; k < count; ++k)
      if (values_[k] > 0) most = std::max(most, part.col(k).norm() / values_[k]);
    return most;
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

  void reserve(Index columns) {
    if (columns <= basis_.cols()) return;
    const Index more = std::min(a_.cols(), std::max(columns, 2 * basis_.cols()));
    basis_.conservativeResize(Eigen::NoChange, more);
    image_.conservativeResize(Eigen::NoChange, more);
  }

  const Matrix& a_;
  std::mt19937_64 random_;
  Matrix basis_, image_, gram_, next_, back_;
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
  // Projections cost (size)^3: they are made when the space has grown by a fifth.
  for (Index projected = 0; lanczos.size() < a.cols();) {
    lanczos.step();
    if (lanczos.size() * 5 < projected * 6 && lanczos.size() < a.cols()) continue;
    projected = lanczos.size();
    lanczos.project();
    const Index count = wanted(lanczos.values());
    if (count < lanczos.size() && lanczos.residual(count) <= accuracy * lanczos.values()[0])
      return lanczos.leading(count);
  }
  return lanczos.leading(std::min(wanted(lanczos.values()), lanczos.size()));
}

}  // namespace hadal::dropout
