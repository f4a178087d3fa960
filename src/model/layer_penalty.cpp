#include "hadal/model/layer_penalty.hpp"

#include <cmath>

#include "words.hpp"

namespace hadal {
namespace {

constexpr Words<LayerPenalty, 3> penalty_words{"layer penalty",
                                               {{{LayerPenalty::powers, "powers"},
                                                 {LayerPenalty::product, "product"},
                                                 {LayerPenalty::decay, "decay"}}}};

}  // namespace

std::string_view to_string(LayerPenalty penalty) { return penalty_words.text(penalty); }
LayerPenalty layer_penalty_from_string(std::string_view text) { return penalty_words.value(text); }

int degree_of(LayerPenalty penalty, const Plan& plan) {
  return penalty == LayerPenalty::decay ? 2 : plan.degree();
}

double penalty_of(LayerPenalty penalty, const Plan& plan, const std::vector<double>& norms) {
  const double p = plan.degree();
  double sum = 0, product = 1;
  for (std::size_t k = 0; k < norms.size(); ++k) {
    const double d = plan.degrees[k];
    product *= std::pow(norms[k], d);
    sum += penalty == LayerPenalty::decay ? norms[k] * norms[k] / 2 : d / p * std::pow(norms[k], p);
  }
  return penalty == LayerPenalty::product ? product : sum;
}

}  // namespace hadal
