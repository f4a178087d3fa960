#include "hadal/dropout/equalise.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include "hadal/algebra/decompositions.hpp"
#include "hadal/dropout/leading_singular.hpp"

namespace hadal::dropout {
namespace {

/// A rotation of columns i and j of R after which element i of the diagonal of R^T S R is `wanted`,
/// which lies between the two; `s` is R^T S R, kept up to date.
void rotate(Matrix& s, Matrix& r, Index i, Index j, double wanted) {
  // c^2 a + 2 c t b + t^2 d = wanted with t the sine: a quadratic in tan = t / c.
  const double a = s(i, i) - wanted, b = s(i, j), d = s(j, j) - wanted;
  const double root = std::sqrt(std::max(0.0, b * b - a * d));
  // Of the two roots the smaller, written without cancellation.
  const double tangent = b >= 0 ? -a / (b + root) : a / (root - b);
  if (!std::isfinite(tangent)) return;
  const double cosine = 1 / std::hypot(1.0, tangent), sine = tangent * cosine;
  const auto turn = [&](auto first, auto second) {
    const Vector before = first;
    first = cosine * before + sine * second;
    second = cosine * second - sine * before;
  };
  turn(s.col(i), s.col(j));
  turn(s.row(i).transpose(), s.row(j).transpose());
  turn(r.col(i), r.col(j));
}

}  // namespace

Matrix equalising_rotation(const Vector& x, Index width) {
  Matrix s = Matrix::Zero(width, width), r = Matrix::Identity(width, width);
  s.diagonal().head(x.size()) = x;
  const double mean = x.sum() / static_cast<double>(width);
  std::vector<bool> done(static_cast<std::size_t>(width), false);
  for (Index step = 0; step + 1 < width; ++step) {
    Index high = -1, low = -1;
    for (Index i = 0; i < width; ++i) {
      if (done[static_cast<std::size_t>(i)]) continue;
      if (high < 0 || s(i, i) > s(high, high)) high = i;
      if (low < 0 || s(i, i) <= s(low, low)) low = i;
    }
    if (high != low) rotate(s, r, high, low, mean);
    done[static_cast<std::size_t>(high)] = true;
  }
  return r;
}

LinearNetwork equalised(const Spectrum& spectrum, Index width) {
  const Index d = spectrum.values.size();
  const Matrix rotated = spectrum.values.cwiseSqrt().asDiagonal() *
                         equalising_rotation(spectrum.values, width).topRows(d);
  return {{rotated.transpose() * spectrum.right.transpose(), spectrum.left * rotated}};
}

LinearNetwork equalised_rank_one(const Spectrum& spectrum, const std::vector<Index>& widths) {
  const auto ones = [](Index rows, Index columns) { return Matrix::Ones(rows, columns); };
  LinearNetwork network;
  double paths = 1;
  for (const Index width : widths) paths *= static_cast<double>(width);
  const double each =
      std::pow(spectrum.values[0] / paths, 1.0 / static_cast<double>(widths.size() + 1));
  network.layers.push_back(each * ones(widths.front(), 1) * spectrum.right.col(0).transpose());
  for (std::size_t l = 1; l < widths.size(); ++l)
    network.layers.push_back(each * ones(widths[l], widths[l - 1]));
  network.layers.push_back(each * spectrum.left.col(0) * ones(1, widths.back()));
  return network;
}

Vector unit_products(const LinearNetwork& network, const Matrix& input) {
  const Matrix& first = network.layers.front();
  const Vector below =
      input.size() ? Vector((first * input).rowwise().norm()) : Vector(first.rowwise().norm());
  return below.cwiseProduct(network.layers.back().colwise().norm().transpose());
}

Vector product_values(const LinearNetwork& network, const Matrix& input) {
  Matrix first = network.layers.front();
  if (input.size()) first = first * input;
  for (std::size_t l = 1; l + 1 < network.layers.size(); ++l) first = network.layers[l] * first;
  const auto triangle = [](const Matrix& a) {
    const Eigen::HouseholderQR<Matrix> qr(a);
    const Index size = std::min(a.rows(), a.cols());
    return Matrix(qr.matrixQR().topRows(size).triangularView<Eigen::Upper>());
  };
  const Matrix core = triangle(network.layers.back()) * triangle(first.transpose()).transpose();
  const Vector values = singular_values(core);
  constexpr double negligible = 1e-12;
  const double floor = values.size() ? negligible * values[0] : 0.0;
  return values.head((values.array() > floor).count());
}

}  // namespace hadal::dropout
