#pragma once

#include <string_view>

#include "hadal/types.hpp"

namespace hadal {

/// What a training step sets to zero, each independently with probability 1 - retain; what is kept
/// is divided by retain.
enum class NoiseKind {
  dropout,      ///< hidden units
  dropconnect,  ///< weights of the last layer, of a network with one hidden layer
  dropblock     ///< blocks of neighbouring hidden units together
};

struct Noise {
  NoiseKind kind = NoiseKind::dropout;
  double retain = 1;  ///< t, in (0, 1]
  Index block = 1;    ///< hidden units in a block; 1 but for dropblock; divides every width

  /// Variance of a mask element, (1 - t) / t.
  double variance() const { return (1 - retain) / retain; }
};

std::string_view to_string(NoiseKind);
/// The inverse of to_string; throws ArgumentError naming the text and the accepted words.
NoiseKind noise_kind_from_string(std::string_view);

}  // namespace hadal
