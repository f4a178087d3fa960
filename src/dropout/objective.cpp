#include "hadal/dropout/objective.hpp"

namespace hadal::dropout {
namespace {

/// m times the elements of A within the diagonal blocks: the covariance that noise adds to units of
/// second moment A.
Matrix noise_of(const Matrix& a, const Noise& noise) {
  Matrix kept = Matrix::Zero(a.rows(), a.cols());
  for (Index i = 0; i < a.rows(); i += noise.block)
    kept.block(i, i, noise.block, noise.block) =
        noise.variance() * a.block(i, i, noise.block, noise.block);
  return kept;
}

/// W_1 X, the first layer of all samples.
Matrix first_units(const LinearData& data, const LinearNetwork& network) {
  return data.identity() ? network.layers.front() : Matrix(network.layers.front() * data.input);
}

/// What passes through the hidden layers: the units of all samples, their second moments without
/// noise, and what noise adds to these.
struct Passed {
  std::vector<Matrix> units, moment, excess;
};

Passed pass(const LinearData& data, const LinearNetwork& network, const Noise& noise) {
  Passed at;
  const std::size_t hidden = network.layers.size() - 1;
  for (std::size_t l = 0; l < hidden; ++l) {
    const Matrix& w = network.layers[l];
    at.units.push_back(l == 0 ? first_units(data, network) : Matrix(w * at.units[l - 1]));
    at.moment.push_back(at.units[l] * at.units[l].transpose());
    if (l == 0) {
      at.excess.push_back(noise_of(at.moment[l], noise));
    } else {
      const Matrix carried = w * at.excess[l - 1] * w.transpose();
      at.excess.push_back(carried + noise_of(at.moment[l] + carried, noise));
    }
  }
  return at;
}

Objective value_of(const LinearData& data, const LinearNetwork& network, const Passed& at,
                   Matrix& error) {
  const Matrix& last = network.layers.back();
  error.noalias() = last * at.units.back();
  error -= data.target;
  return {error.squaredNorm(), (last.transpose() * last).cwiseProduct(at.excess.back()).sum()};
}

}  // namespace

Objective objective(const LinearData& data, const LinearNetwork& network, const Noise& noise) {
  Matrix error;
  return value_of(data, network, pass(data, network, noise), error);
}

/// Backwards through the same recursions: `back` is the gradient by the units, `by_excess` and
/// `by_moment` those by the two second moments of the layer below.
Objective objective_and_gradient(const LinearData& data, const LinearNetwork& network,
                                 const Noise& noise, std::vector<Matrix>& gradient) {
  const Passed at = pass(data, network, noise);
  Matrix error;
  const Objective value = value_of(data, network, at, error);
  const std::size_t last = network.layers.size() - 1;
  gradient.resize(last + 1);
  Matrix back = 2 * error;
  const Matrix& top = network.layers[last];
  gradient[last] = back * at.units[last - 1].transpose() + 2 * top * at.excess[last - 1];
  Matrix by_excess = top.transpose() * top;
  Matrix by_moment = Matrix::Zero(by_excess.rows(), by_excess.cols());
  back = top.transpose() * back;
  for (std::size_t l = last; l-- > 0;) {
    const Matrix& w = network.layers[l];
    const Matrix noisy = noise_of(by_excess, noise);
    by_moment += noisy;
    by_excess += noisy;
    if (l == 0) {
      back += 2 * by_moment * at.units[0];
      gradient[0] = data.identity() ? back : Matrix(back * data.input.transpose());
      break;
    }
    gradient[l] = back * at.units[l - 1].transpose() + 2 * by_excess * w * at.excess[l - 1] +
                  2 * by_moment * w * at.moment[l - 1];
    by_excess = w.transpose() * by_excess * w;
    by_moment = w.transpose() * by_moment * w;
    back = w.transpose() * back;
  }
  return value;
}

}  // namespace hadal::dropout
