#include "hadal/dropout/objective.hpp"

namespace hadal::dropout {

Matrix StochasticObjective::first_layer(const Matrix& weights,
                                        const std::vector<Index>& batch) const {
  return data_.identity() ? Matrix(weights(Eigen::all, batch))
                          : Matrix(weights * data_.input(Eigen::all, batch));
}

void StochasticObjective::add_first_gradient(const Matrix& back, const std::vector<Index>& batch,
                                             Matrix& gradient) const {
  if (!data_.identity()) {
    gradient.noalias() += back * data_.input(Eigen::all, batch).transpose();
    return;
  }
  for (std::size_t k = 0; k < batch.size(); ++k)
    gradient.col(batch[k]) += back.col(static_cast<Index>(k));
}

/// The last layer where its weights are masked, for each sample anew; `hidden` are the units below
/// it, `back` the gradient by them. Returns the squared error.
double StochasticObjective::connect(const LinearNetwork& network, double retain,
                                    const Matrix& hidden, Matrix& error, Matrix& back,
                                    Matrix& gradient) {
  const Matrix& w = network.layers.back();
  Matrix mask(w.rows(), w.cols());
  double sum = 0;
  for (Index k = 0; k < hidden.cols(); ++k) {
    masks_.draw(retain, 1, mask);
    const Matrix seen = mask.cwiseProduct(w);
    error.col(k) += seen * hidden.col(k);
    sum += error.col(k).squaredNorm();
    back.col(k).noalias() = 2 * seen.transpose() * error.col(k);
    gradient += mask.cwiseProduct(2 * error.col(k) * hidden.col(k).transpose());
  }
  return sum;
}

double StochasticObjective::draw(const LinearNetwork& network, const Noise& noise,
                                 const std::vector<Index>& batch, std::vector<Matrix>& gradient) {
  const std::size_t last = network.layers.size() - 1;
  const auto count = static_cast<Index>(batch.size());
  gradient.resize(last + 1);
  for (std::size_t l = 0; l <= last; ++l)
    gradient[l].setZero(network.layers[l].rows(), network.layers[l].cols());

  std::vector<Matrix> units(last), mask(last);
  for (std::size_t l = 0; l < last; ++l) {
    units[l] =
        l == 0 ? first_layer(network.layers[0], batch) : Matrix(network.layers[l] * units[l - 1]);
    if (noise.kind == NoiseKind::dropconnect) continue;
    mask[l].resize(units[l].rows(), count);
    masks_.draw(noise.retain, noise.block, mask[l]);
    units[l] = units[l].cwiseProduct(mask[l]);
  }

  Matrix error = -data_.target(Eigen::all, batch), back(units.back().rows(), count);
  double sum = 0;
  if (noise.kind == NoiseKind::dropconnect) {
    sum = connect(network, noise.retain, units.back(), error, back, gradient[last]);
  } else {
    error.noalias() += network.layers[last] * units.back();
    sum = error.squaredNorm();
    gradient[last].noalias() = 2 * error * units.back().transpose();
    back.noalias() = 2 * network.layers[last].transpose() * error;
  }
  for (std::size_t l = last; l-- > 0;) {
    if (mask[l].size()) back = back.cwiseProduct(mask[l]);
    if (l == 0) {
      add_first_gradient(back, batch, gradient[0]);
    } else {
      gradient[l].noalias() = back * units[l - 1].transpose();
      back = network.layers[l].transpose() * back;
    }
  }
  const double weight = static_cast<double>(data_.samples()) / static_cast<double>(count);
  for (Matrix& g : gradient) g *= weight;
  return weight * sum;
}

}  // namespace hadal::dropout
