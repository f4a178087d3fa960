#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <set>
#include <string>

#include "arrays.hpp"
#include "hadal/dictionary/dictionary.hpp"
#include "hadal/fit/fit_options.hpp"
#include "hadal/norm/factor_norm.hpp"

namespace hadal::python {

/// A dict of options, each of which is taken at most once; what is left at the end is unknown.
class Options {
 public:
  explicit Options(nb::dict values) : values_(std::move(values)) {}

  template <class T>
  void take(const char* name, T& field) {
    with<T>(name, [&](const T& value) { field = value; });
  }
  template <class T, class F>
  void with(const char* name, const F& f) {
    taken_.insert(name);
    if (!values_.contains(name) || values_[name].is_none()) return;
    T value{};
    if (!nb::try_cast<T>(values_[name], value))
      throw nb::type_error((std::string(name) + " is of a type that is not expected").c_str());
    f(value);
  }
  /// The array of that name, where it is given.
  template <class F>
  void with_array(const char* name, const F& f) {
    with<nb::object>(name, [&](const nb::object& value) { f(nb::cast<AnyArray>(value)); });
  }
  /// A word, turned into a value.
  template <class T, class Parse>
  void word(const char* name, T& field, const Parse& parse) {
    with<std::string>(name, [&](const std::string& text) { field = parse(text); });
  }

  void fit(FitOptions& options);
  /// Keys norm_X, nonnegative_X, shape_X and edges_X; count: elements of the factor.
  void norm(const std::string& letter, Index count, FactorNorm& norm);
  /// Key dictionary_X: an array, or "dct" or "fourier", with elements_X of them.
  void dictionary(const std::string& letter, Index rows, Dictionary& dictionary);
  /// Throws TypeError for an option that nothing has taken.
  void done() const;

 private:
  nb::dict values_;
  std::set<std::string> taken_;
};

ProofChoice proof_choice(const std::string& text);

}  // namespace hadal::python
