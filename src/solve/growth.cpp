#include "hadal/solve/growth.hpp"

namespace hadal {

Index growth_count(const std::vector<double>& collected, double threshold) {
  Index useful = 0;
  while (useful < static_cast<Index>(collected.size()) && collected[useful] > threshold) ++useful;
  Index cut = useful;
  double drop = 1.2;  // a smooth spectrum falls by a few per cent from one value to the next
  for (Index k = 1; k < useful; ++k) {
    if (collected[k - 1] > drop * collected[k]) {
      drop = collected[k - 1] / collected[k];
      cut = k;
    }
  }
  return cut;
}

}  // namespace hadal
