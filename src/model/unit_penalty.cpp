#include "hadal/model/unit_penalty.hpp"

#include "words.hpp"

namespace hadal {
namespace {

constexpr Words<UnitPenalty, 2> penalty_words{
    "penalty", {{{UnitPenalty::product, "product"}, {UnitPenalty::path, "path"}}}};

}  // namespace

std::string_view to_string(UnitPenalty penalty) { return penalty_words.text(penalty); }
UnitPenalty unit_penalty_from_string(std::string_view text) { return penalty_words.value(text); }

}  // namespace hadal
