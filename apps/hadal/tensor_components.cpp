#include "tensor_components.hpp"

#include <fmt/format.h>

#include "hadal/data/write.hpp"
#include "hadal/report/words.hpp"

namespace hadal::cli {

std::string weights_in_words(const ScaledComponents& components, ComponentScale scale) {
  constexpr Index shown = 8;
  const Vector& weight = components.weight;
  std::string text;
  for (Index c = 0; c < std::min(shown, weight.size()); ++c)
    text += (c ? ", " : "") + figure(weight[c], 5);
  if (weight.size() > shown) text += ", ...";
  if (text.empty()) return "none";
  return text + (scale == ComponentScale::simplex
                     ? " (vectors of sum 1 where they must not be negative, else of length 1)"
                     : " (vectors of length 1)");
}

void write_components(const std::filesystem::path& path, const ScaledComponents& components) {
  const Factor weights = components.weight.transpose();
  std::vector<NamedArray> arrays = {{"weights", weights}};
  for (std::size_t m = 0; m < components.factors.size(); ++m)
    arrays.push_back({fmt::format("mode{}", m), components.factors[m]});
  write_npz(path, arrays);
}

}  // namespace hadal::cli
