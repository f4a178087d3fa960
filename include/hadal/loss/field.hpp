#pragma once

#include "hadal/types.hpp"

namespace hadal {

/// What a function on all that a loss is summed over (a prediction, a residual) is kept as by a
/// loss or a family: a Vector, unless its member type Field says otherwise.
template <class T>
struct FieldChoice {
  using type = Vector;
};
template <class T>
requires requires { typename T::Field; }
struct FieldChoice<T> {
  using type = typename T::Field;
};
template <class T>
using FieldOf = typename FieldChoice<T>::type;

}  // namespace hadal
