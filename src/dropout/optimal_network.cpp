#include "hadal/dropout/optimal_network.hpp"

namespace hadal::dropout {
namespace {

LinearNetwork zero_network(const Spectrum& product, const std::vector<Index>& widths) {
  LinearNetwork network;
  Index below = product.right.rows();
  for (const Index width : widths) {
    network.layers.push_back(Matrix::Zero(width, below));
    below = width;
  }
  network.layers.push_back(Matrix::Zero(product.left.rows(), below));
  return network;
}

}  // namespace

std::optional<LinearNetwork> exact_network(const Spectrum& product,
                                           const std::vector<Index>& widths, Index block) {
  const Index rank = product.values.size();
  if (rank == 0) return zero_network(product, widths);
  if (widths.size() > 1) {
    if (rank == 1) return equalised_rank_one(product, widths);
    return {};
  }
  if (block == 1) return equalised(product, widths.front());
  if (rank > block) return {};
  // Every block carries the same part of all.
  Spectrum part = product;
  const Index blocks = widths.front() / block;
  part.values /= static_cast<double>(blocks);
  const LinearNetwork one = equalised(part, block);
  return LinearNetwork{{one.layers[0].replicate(blocks, 1), one.layers[1].replicate(1, blocks)}};
}

LinearNetwork split_network(const Spectrum& product, const std::vector<Index>& widths) {
  if (widths.size() == 1) return equalised(product, widths.front());
  const Index rank = product.values.size();
  const Vector root =
      product.values.array().pow(1.0 / static_cast<double>(widths.size() + 1)).matrix();
  LinearNetwork network;
  Matrix turned = product.right;
  for (const Index width : widths) {
    const Matrix next = equalising_rotation(product.values, width).topRows(rank).transpose();
    network.layers.push_back(next * root.asDiagonal() * turned.transpose());
    turned = next;
  }
  network.layers.push_back(product.left * root.asDiagonal() * turned.transpose());
  return network;
}

}  // namespace hadal::dropout
