#pragma once

#include <nanobind/nanobind.h>

/// The parts of the module, each in a file of its own.
namespace hadal::python {

namespace nb = nanobind;

void bind_data(nb::module_& module);
void bind_models(nb::module_& module);
void bind_fits(nb::module_& module);
void bind_verify(nb::module_& module);

}  // namespace hadal::python
