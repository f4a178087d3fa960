#include "hadal/model/noise.hpp"

#include "words.hpp"

namespace hadal {
namespace {

constexpr Words<NoiseKind, 3> noise_words{"kind of noise",
                                          {{{NoiseKind::dropout, "dropout"},
                                            {NoiseKind::dropconnect, "dropconnect"},
                                            {NoiseKind::dropblock, "dropblock"}}}};

}  // namespace

std::string_view to_string(NoiseKind kind) { return noise_words.text(kind); }

NoiseKind noise_kind_from_string(std::string_view text) { return noise_words.value(text); }

}  // namespace hadal
