#pragma once

#include <cstdint>
#include <tuple>

#include "hadal/model/dropout_curve.hpp"
#include "hadal/model/model_io.hpp"
#include "hadal/model/trace.hpp"
#include "words.hpp"

/// What saving and loading agree on; docs/model-file.md describes the whole layout.
namespace hadal::layout {

inline constexpr Words<ModelKind, 5> formats{"format",
                                             {{{ModelKind::matrix, "hadal matrix model"},
                                               {ModelKind::tensor, "hadal tensor model"},
                                               {ModelKind::dropout, "hadal dropout model"},
                                               {ModelKind::network, "hadal network model"},
                                               {ModelKind::deep, "hadal deep network model"}}}};
inline constexpr std::int64_t version = 1;

/// One field of a record that is stored as one dataset per field, one element per record.
template <class Record, class Value>
struct Column {
  const char* name;
  Value Record::*field;
};
template <class Record, class Value>
Column(const char*, Value Record::*) -> Column<Record, Value>;

inline constexpr auto trace = std::tuple{
    Column{"iteration", &OuterIteration::iteration},
    Column{"size", &OuterIteration::size},
    Column{"objective", &OuterIteration::objective},
    Column{"lower_bound", &OuterIteration::lower_bound},
    Column{"relative_gap", &OuterIteration::relative_gap},
    Column{"polar", &OuterIteration::polar},
    Column{"seconds", &OuterIteration::seconds},
    Column{"passes", &OuterIteration::passes},
};

inline constexpr auto curve = std::tuple{
    Column{"epoch", &CurvePoint::epoch},
    Column{"retain", &CurvePoint::retain},
    Column{"deterministic", &CurvePoint::deterministic},
    Column{"stochastic", &CurvePoint::stochastic},
    Column{"standard_error", &CurvePoint::standard_error},
};

inline constexpr auto path = std::tuple{
    Column{"lambda", &PathPoint::lambda},
    Column{"size", &PathPoint::size},
    Column{"objective", &PathPoint::objective},
    Column{"relative_gap", &PathPoint::relative_gap},
    Column{"validation_error", &PathPoint::validation_error},
    Column{"validation_standard_error", &PathPoint::validation_standard_error},
};

}  // namespace hadal::layout
