#include "cone_relaxation.hpp"

#include <cmath>
#include <limits>

#include "hadal/algebra/decompositions.hpp"

namespace hadal {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Newton's method for  weight s - log det H - sum log N - sum log M,  H = s G - A^T A - M, over
/// the vector of s, N by columns, and the lower triangle of M by columns.
class Barrier {
 public:
  Barrier(const Matrix& q, const Matrix& rays, ConePoint& point)
      : p_(q * rays), g_(rays.transpose() * rays), point_(point), k_(rays.cols()) {
    covers_ = point.cover.size();
    size_ = 1 + covers_ + k_ * (k_ + 1) / 2;
  }

  double parameter() const { return static_cast<double>(size_ + k_ + p_.rows()); }

  /// One damped Newton step; the decrement, or a negative number if none can be made.
  double step(double weight) {
    Vector gradient;
    Matrix hessian;
    if (!derivatives(point_, weight, gradient, hessian)) return -1;
    const Eigen::LLT<Matrix> factor(hessian);
    if (factor.info() != Eigen::Success) return -1;
    const Vector direction = -factor.solve(gradient);
    const double slope = gradient.dot(direction);
    if (!(slope < 0)) return slope == 0 ? 0 : -1;
    const double here = value(point_, weight);
    for (double length = 1; length > 1e-10; length /= 2) {
      const ConePoint next = moved(direction, length);
      if (value(next, weight) <= here + 0.1 * length * slope) {
        point_ = next;
        return std::sqrt(-slope);
      }
    }
    return -1;
  }

 private:
  Matrix a_of(const ConePoint& x) const { return covers_ > 0 ? Matrix(p_ + x.cover) : p_; }

  Matrix h_of(const ConePoint& x, const Matrix& a) const {
    return x.square * g_ - a.transpose() * a - x.gram_cover;
  }

  double value(const ConePoint& x, double weight) const {
    if (covers_ > 0 && !(x.cover.minCoeff() > 0)) return infinity;
    if (!(x.gram_cover.minCoeff() > 0)) return infinity;
    const Eigen::LLT<Matrix> h(h_of(x, a_of(x)));
    if (h.info() != Eigen::Success) return infinity;
    double logs = 2 * h.matrixLLT().diagonal().array().log().sum();
    if (covers_ > 0) logs += x.cover.array().log().sum();
    for (Index j = 0; j < k_; ++j) logs += x.gram_cover.col(j).tail(k_ - j).array().log().sum();
    const double result = weight * x.square - logs;
    return std::isfinite(result) ? result : infinity;
  }

  /// d^2 (-log det H) = tr(W dH W dH) + 2 tr(dA W dA^T) with W = H^(-1).
  bool derivatives(const ConePoint& x, double weight, Vector& gradient, Matrix& hessian) const {
    const Matrix a = a_of(x);
    const Eigen::LLT<Matrix> h(h_of(x, a));
    if (h.info() != Eigen::Success) return false;
    const Matrix w = h.solve(Matrix::Identity(k_, k_));
    const Matrix root = h.matrixL().solve(Matrix::Identity(k_, k_));  // W = root^T root
    gradient = Vector::Zero(size_);
    // Column e: root dH_e root^T, with the sign such that dH is that of s.
    Matrix changes(k_ * k_, size_);
    const auto put = [&](Index e, const Matrix& change) {
      changes.col(e) = Eigen::Map<const Vector>(change.data(), change.size());
    };
    put(0, root * g_ * root.transpose());
    gradient[0] = weight - (w.cwiseProduct(g_)).sum();
    Index e = 1;
    const Matrix ra = root * a.transpose(), aw = a * w;  // root A^T: k x p
    if (covers_ > 0) {
      for (Index j = 0; j < k_; ++j) {
        for (Index i = 0; i < p_.rows(); ++i, ++e) {
          // dA = e_i e_j^T: dH = -(e_j a_i^T + a_i e_j^T).
          const Matrix outer = root.col(j) * ra.col(i).transpose();
          put(e, -(outer + outer.transpose()));
          gradient[e] = 2 * aw(i, j) - 1 / x.cover(i, j);
        }
      }
    }
    for (Index j = 0; j < k_; ++j) {
      for (Index i = j; i < k_; ++i, ++e) {
        const Matrix outer = root.col(i) * root.col(j).transpose();
        put(e, i == j ? Matrix(-outer) : Matrix(-(outer + outer.transpose())));
        gradient[e] = (i == j ? 1 : 2) * w(i, j) - 1 / x.gram_cover(i, j);
      }
    }
    hessian = changes.transpose() * changes;
    if (covers_ > 0) {
      const Index p = p_.rows();
      for (Index j = 0; j < k_; ++j)
        for (Index l = 0; l < k_; ++l)
          hessian.block(1 + j * p, 1 + l * p, p, p).diagonal().array() += 2 * w(j, l);
      hessian.diagonal().segment(1, covers_).array() +=
          Eigen::Map<const Vector>(x.cover.data(), covers_).array().square().inverse();
    }
    e = 1 + covers_;
    for (Index j = 0; j < k_; ++j)
      for (Index i = j; i < k_; ++i, ++e)
        hessian(e, e) += 1 / (x.gram_cover(i, j) * x.gram_cover(i, j));
    return true;
  }

  ConePoint moved(const Vector& direction, double length) const {
    ConePoint next = point_;
    next.square += length * direction[0];
    if (covers_ > 0) {
      next.cover += length * Eigen::Map<const Matrix>(direction.data() + 1, p_.rows(), k_);
    }
    Index e = 1 + covers_;
    for (Index j = 0; j < k_; ++j) {
      for (Index i = j; i < k_; ++i, ++e) {
        next.gram_cover(i, j) += length * direction[e];
        next.gram_cover(j, i) = next.gram_cover(i, j);
      }
    }
    return next;
  }

  Matrix p_, g_;
  ConePoint& point_;
  Index k_, covers_ = 0, size_ = 0;
};

}  // namespace

ConePoint ConePoint::inside(const Matrix& s) const {
  ConePoint point;
  if (cover.size() > 0) point.cover = cover * s;
  point.gram_cover = s.transpose() * gram_cover * s;
  point.square = square;
  return point;
}

ConePoint cone_start(const Matrix& q, const Matrix& rays, bool u_nonnegative) {
  const Matrix p = q * rays, g = rays.transpose() * rays;
  const double size = std::max(1e-100, p.cwiseAbs().maxCoeff());
  ConePoint point;
  if (u_nonnegative) point.cover = ((-p).cwiseMax(0).array() + 0.1 * size).matrix();
  const Matrix a = u_nonnegative ? Matrix(p + point.cover) : p;
  point.gram_cover = Matrix::Constant(g.rows(), g.cols(), 0.1 * size * size);
  const Matrix k = a.transpose() * a + point.gram_cover;
  const Eigen::GeneralizedSelfAdjointEigenSolver<Matrix> eigen(k, g, Eigen::EigenvaluesOnly);
  point.square = 1.5 * eigen.eigenvalues().maxCoeff();
  return point;
}

void improve(const Matrix& q, const Matrix& rays, double target, ConePoint& point) {
  constexpr int steps_max = 300;
  constexpr double growth = 8, centred = 0.5, accuracy = 1e-8;
  Barrier barrier(q, rays, point);
  double weight = barrier.parameter() / point.square;
  for (int k = 0; k < steps_max && point.square > target; ++k) {
    const double decrement = barrier.step(weight);
    if (decrement < 0) return;
    if (decrement > centred) continue;
    // At the centre, s exceeds the minimum by at most parameter / weight; twice that nearby.
    const double gap = 2 * barrier.parameter() / weight;
    if (point.square - gap > target || gap < accuracy * point.square) return;
    weight *= growth;
  }
}

}  // namespace hadal
