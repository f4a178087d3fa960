#include "hadal/deep/deep_fit.hpp"

#include "hadal/error.hpp"

/// Stands in where the library is built without LibTorch.
namespace hadal {

bool deep_available() { return false; }

DeepModel fit_deep_network(const SampleData&, const DeepFitOptions&, const FitObserver&) {
  throw ArgumentError(
      "this hadal was built without LibTorch, which deep subnetworks are trained with; expected "
      "one that was configured with -DHADAL_DEEP=ON (Debian's package is libtorch-dev)");
}

}  // namespace hadal
