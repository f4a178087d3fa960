#include <nanobind/stl/string.h>

#include "hadal/data/read_samples.hpp"
#include "hadal/deep/deep_fit.hpp"
#include "options.hpp"
#include "running.hpp"

namespace hadal::python {
namespace {

DeepModel fit_deep(const SampleData& data, const nb::dict& values, nb::object callback) {
  Options given(values);
  DeepFitOptions options;
  given.fit(options);
  given.word("architecture", options.architecture, [](const std::string& text) {
    if (const auto built = Architecture::built(text)) return *built;
    if (text.find_first_of(" \n") == std::string::npos)
      throw ArgumentError("architecture = '" + text +
                          "' was given; expected mlp:H1,H2,.., convnet[:C1,C2,..], "
                          "alexnet[:DIVISOR], or the text that describes its layers");
    return Architecture::from_text(text, "architecture");
  });
  given.take("bias", options.architecture.bias);
  given.word("penalty", options.penalty, layer_penalty_from_string);
  given.take("mismatched", options.mismatched);
  given.take("standardise", options.standardise);
  given.take("epochs", options.epochs);
  given.take("batch", options.batch);
  given.take("learning_rate", options.learning_rate);
  given.take("validation", options.validation);
  given.take("patience", options.patience);
  given.take("growth_interval", options.growth_interval);
  given.take("growth", options.growth);
  given.take("starts", options.starts);
  given.done();
  Running running(std::move(callback));
  options.cancelled = running.cancelled();
  DeepModel model =
      running.run([&] { return fit_deep_network(data, options, running.observer()); });
  model.read_options = to_json(SampleReadOptions{});
  return model;
}

}  // namespace
}  // namespace hadal::python

NB_MODULE(_deep, module) {
  namespace nb = nanobind;
  nb::module_::import_("hadal._core");
  module.def("fit_deep", &hadal::python::fit_deep, nb::arg("data"), nb::arg("options") = nb::dict(),
             nb::arg("callback") = nb::none(),
             "Fits parallel copies of a deep subnetwork. Ctrl-C ends the fit with what it has.");
}
