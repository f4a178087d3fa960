#include "bindings.hpp"
#include "hadal/error.hpp"
#include "hadal/version.hpp"

namespace {

namespace nb = nanobind;

/// An exception of the library, with what it means.
template <class Thrown>
nb::handle exception(nb::module_& module, const char* name, const nb::object& bases,
                     const char* text) {
  const nb::exception<Thrown> type(module, name, bases.ptr());
  type.attr("__doc__") = text;
  return module.attr(name);
}

}  // namespace

NB_MODULE(_core, module) {
  module.attr("__version__") = hadal::version;
  const auto value_error = [](nb::handle base) {
    return nb::make_tuple(base, nb::handle(PyExc_ValueError));
  };
  const nb::handle error =
      exception<hadal::Error>(module, "Error", nb::borrow(PyExc_RuntimeError),
                              "What the library raises: base of all of its exceptions.");
  exception<hadal::ArgumentError>(module, "ArgumentError", value_error(error),
                                  "An argument or option is invalid; names it, what was given and "
                                  "what was expected.");
  const nb::handle data_error = exception<hadal::DataError>(
      module, "DataError", value_error(error), "Data are invalid; names where and what.");
  exception<hadal::ModelError>(module, "ModelError", nb::borrow(data_error),
                               "A model's file is damaged, or does not fit the data.");
  hadal::python::bind_data(module);
  hadal::python::bind_models(module);
  hadal::python::bind_fits(module);
  hadal::python::bind_verify(module);
}
