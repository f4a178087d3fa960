#pragma once

#include "hadal/model/matrix_model.hpp"
#include "words.hpp"

namespace hadal {

inline constexpr Words<OffsetTerms, 5> offset_terms_words{"offset terms",
                                                          {{{OffsetTerms::none, "none"},
                                                            {OffsetTerms::global, "global"},
                                                            {OffsetTerms::rows, "rows"},
                                                            {OffsetTerms::columns, "columns"},
                                                            {OffsetTerms::both, "both"}}}};

inline constexpr Words<OffsetPolicy, 2> offset_policy_words{
    "offset policy", {{{OffsetPolicy::mean, "mean"}, {OffsetPolicy::free, "free"}}}};

}  // namespace hadal
