#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <string>

#include "hadal/error.hpp"
#include "hadal/types.hpp"

/// NumPy arrays in and out. Arrays are read where they are, whatever their strides and whether in
/// single or double precision; what the library owns is shown to Python as a view.
namespace hadal::python {

namespace nb = nanobind;

using AnyArray = nb::ndarray<nb::ro, nb::device::cpu>;

/// Calls f with a pointer to the elements as float or double; any other type is refused.
template <class F>
decltype(auto) with_elements(const AnyArray& array, const char* name, const F& f) {
  if (array.dtype() == nb::dtype<double>()) return f(static_cast<const double*>(array.data()));
  if (array.dtype() == nb::dtype<float>()) return f(static_cast<const float*>(array.data()));
  throw ArgumentError(std::string(name) + ": expected an array of float64 or float32");
}

/// Calls see(i, j, value) for all elements of an array of two dimensions, row by row.
template <class See>
void each_element(const AnyArray& array, const char* name, const See& see) {
  if (array.ndim() != 2)
    throw ArgumentError(std::string(name) + ": an array of " + std::to_string(array.ndim()) +
                        " dimensions was given; expected two");
  with_elements(array, name, [&](const auto* values) {
    const auto rows = static_cast<Index>(array.shape(0)),
               columns = static_cast<Index>(array.shape(1));
    const Index down = array.stride(0), along = array.stride(1);
    for (Index i = 0; i < rows; ++i)
      for (Index j = 0; j < columns; ++j)
        see(i, j, static_cast<double>(values[i * down + j * along]));
  });
}

/// A matrix of either storage order with the array's elements.
template <class Dense>
Dense matrix_of(const AnyArray& array, const char* name) {
  Dense matrix;
  if (array.ndim() == 2)
    matrix.resize(static_cast<Index>(array.shape(0)), static_cast<Index>(array.shape(1)));
  each_element(array, name, [&](Index i, Index j, double value) { matrix(i, j) = value; });
  return matrix;
}

/// The elements of an array of any shape in C order.
inline std::vector<double> values_of(const AnyArray& array, const char* name) {
  std::vector<double> all;
  all.reserve(array.size());
  with_elements(array, name, [&](const auto* values) {
    std::vector<std::size_t> at(array.ndim(), 0);
    for (std::size_t k = 0; k < array.size(); ++k) {
      std::int64_t place = 0;
      for (std::size_t m = 0; m < at.size(); ++m)
        place += static_cast<std::int64_t>(at[m]) * array.stride(m);
      all.push_back(static_cast<double>(values[place]));
      for (std::size_t m = at.size(); m-- > 0;) {
        if (++at[m] < array.shape(m)) break;
        at[m] = 0;
      }
    }
  });
  return all;
}

using MatrixView = nb::ndarray<nb::numpy, const double, nb::ndim<2>>;
using SingleMatrixView = nb::ndarray<nb::numpy, const float, nb::ndim<2>>;

/// Views of what `owner` keeps alive.
inline MatrixView view(const Factor& matrix, nb::handle owner) {
  return MatrixView(
      matrix.data(),
      {static_cast<std::size_t>(matrix.rows()), static_cast<std::size_t>(matrix.cols())}, owner);
}
inline MatrixView view(const Matrix& matrix, nb::handle owner) {
  return MatrixView(
      matrix.data(),
      {static_cast<std::size_t>(matrix.rows()), static_cast<std::size_t>(matrix.cols())}, owner,
      {1, static_cast<std::int64_t>(matrix.rows())});
}
inline SingleMatrixView view(const SingleFactor& matrix, nb::handle owner) {
  return SingleMatrixView(
      matrix.data(),
      {static_cast<std::size_t>(matrix.rows()), static_cast<std::size_t>(matrix.cols())}, owner);
}
template <class Value>
auto view(const Eigen::Matrix<Value, Eigen::Dynamic, 1>& vector, nb::handle owner) {
  return nb::ndarray<nb::numpy, const Value, nb::ndim<1>>(
      vector.data(), {static_cast<std::size_t>(vector.size())}, owner);
}

/// An array of its own that takes the values over.
template <class Dense>
auto owned(Dense values) {
  auto* const kept = new Dense(std::move(values));
  const nb::capsule owner(kept, [](void* p) noexcept { delete static_cast<Dense*>(p); });
  return view(*kept, owner);
}

}  // namespace hadal::python
