#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bindings.hpp"
#include "hadal/data/read.hpp"
#include "hadal/data/read_samples.hpp"
#include "hadal/data/read_tensor.hpp"
#include "hadal/fit/dropout_fit.hpp"
#include "hadal/fit/matrix_fit.hpp"
#include "hadal/fit/network_fit.hpp"
#include "hadal/fit/tensor_fit.hpp"
#include "options.hpp"
#include "running.hpp"

namespace hadal::python {
namespace {

/// Runs a fit; its model says that a file of the data is read by default options.
template <class ReadOptions, class Fit>
auto fitted(Running& running, const Fit& fit) {
  auto model = running.run(fit);
  model.read_options = to_json(ReadOptions{});
  return model;
}

template <class Word>
Word word_of(const std::string& what, const std::string& text,
             const std::vector<std::pair<const char*, Word>>& words) {
  std::string expected;
  for (const auto& [name, word] : words) {
    if (text == name) return word;
    expected += std::string(expected.empty() ? "" : ", ") + name;
  }
  throw ArgumentError(what + " = '" + text + "' was given; expected one of " + expected);
}

MatrixModel fit_matrix_in_python(MatrixData& data, const nb::dict& values, nb::object callback,
                                 bool consume) {
  Options given(values);
  MatrixFitOptions options;
  given.fit(options);
  given.take("categories", options.categories);
  given.with<std::string>("offset", [&](const std::string& text) {
    options.offset = word_of<OffsetTerms>("offset", text,
                                          {{"none", OffsetTerms::none},
                                           {"global", OffsetTerms::global},
                                           {"rows", OffsetTerms::rows},
                                           {"columns", OffsetTerms::columns},
                                           {"both", OffsetTerms::both}});
  });
  bool free = false, refit = false;
  given.take("free_offset", free);
  if (free) options.offset_policy = OffsetPolicy::free;
  given.take("offset_ridge", options.offset_ridge);
  given.take("count_weights", options.norm_alpha);
  given.take("refit", refit);
  if (refit) options.refit = RefitChoice::automatic;
  given.dictionary("u", data.entries.rows, options.dictionary_u);
  given.dictionary("v", data.entries.columns, options.dictionary_v);
  const auto elements = [](const Dictionary& dictionary, Index count) {
    return dictionary.given() ? dictionary.elements() : count;
  };
  given.norm("u", elements(options.dictionary_u, data.entries.rows), options.norm_u);
  given.norm("v", elements(options.dictionary_v, data.entries.columns), options.norm_v);
  given.done();
  Running running(std::move(callback));
  options.cancelled = running.cancelled();
  return fitted<ReadOptions>(running, [&] {
    return fit_matrix(consume ? std::move(data) : data, options, running.observer());
  });
}

TensorModel fit_tensor_in_python(const TensorData& data, const nb::dict& values,
                                 nb::object callback) {
  Options given(values);
  TensorFitOptions options;
  given.fit(options);
  given.take("categories", options.categories);
  given.word("refit", options.refit, [](const std::string& text) {
    return word_of<TensorRefitChoice>("refit", text,
                                      {{"none", TensorRefitChoice::none},
                                       {"weights", TensorRefitChoice::weights},
                                       {"factors", TensorRefitChoice::factors}});
  });
  options.norms.resize(data.entries.shape.size());
  for (std::size_t m = 0; m < options.norms.size(); ++m)
    given.norm(std::to_string(m), data.entries.shape[m], options.norms[m]);
  given.done();
  Running running(std::move(callback));
  options.cancelled = running.cancelled();
  return fitted<TensorReadOptions>(running,
                                   [&] { return fit_tensor(data, options, running.observer()); });
}

NetworkModel fit_network_in_python(const SampleData& data, const nb::dict& values,
                                   nb::object callback) {
  Options given(values);
  NetworkFitOptions options;
  given.fit(options);
  given.word("hidden", options.activation,
             [](const std::string& text) { return Activation::from_string(text); });
  given.word("penalty", options.penalty, [](const std::string& text) {
    return word_of<UnitPenalty>("penalty", text,
                                {{"product", UnitPenalty::product}, {"path", UnitPenalty::path}});
  });
  given.take("gates", options.gates);
  if (options.gates > 0) options.activation = Activation::from_string("linear");
  given.take("bias", options.bias);
  given.take("standardise", options.standardise);
  given.take("validation", options.validation);
  given.done();
  Running running(std::move(callback));
  options.cancelled = running.cancelled();
  return fitted<SampleReadOptions>(running,
                                   [&] { return fit_network(data, options, running.observer()); });
}

DropoutModel fit_dropout_in_python(const dropout::LinearData& data, const nb::dict& values,
                                   nb::object callback) {
  Options given(values);
  DropoutFitOptions options;
  given.fit(options);
  given.word("noise", options.noise.kind, [](const std::string& text) {
    return word_of<NoiseKind>("noise", text,
                              {{"dropout", NoiseKind::dropout},
                               {"dropconnect", NoiseKind::dropconnect},
                               {"dropblock", NoiseKind::dropblock}});
  });
  given.take("retain", options.noise.retain);
  given.take("block", options.noise.block);
  given.take("widths", options.widths);
  given.take("adaptive", options.adaptive);
  given.word("method", options.method, [](const std::string& text) {
    return word_of<DropoutMethod>("method", text,
                                  {{"closed", DropoutMethod::closed},
                                   {"descent", DropoutMethod::descent},
                                   {"sgd", DropoutMethod::sgd},
                                   {"equalise", DropoutMethod::equalise}});
  });
  given.take("retain_end", options.retain_end);
  given.take("epochs", options.epochs);
  given.take("batch", options.batch);
  given.take("step", options.step);
  given.done();
  Running running(std::move(callback));
  options.cancelled = running.cancelled();
  return fitted<ReadOptions>(running,
                             [&] { return fit_dropout(data, options, running.observer()); });
}

}  // namespace

void bind_fits(nb::module_& module) {
  const auto options = nb::arg("options") = nb::dict();
  const auto callback = nb::arg("callback") = nb::none();
  constexpr const char* text =
      "Fits to the global optimum. Ctrl-C ends the fit with the best model so far, whose `stop` is "
      "then 'interrupted'. callback: called with a dict after every outer iteration.";
  module.def(
      "fit_matrix", &fit_matrix_in_python, nb::arg("data"), options, callback,
      nb::arg("consume") = false,
      "Fits to the global optimum. consume: the data are given up, which saves a copy of them. "
      "Ctrl-C ends the fit with the best model so far, whose `stop` is then 'interrupted'. "
      "callback: called with a dict after every outer iteration.");
  module.def("fit_tensor", &fit_tensor_in_python, nb::arg("data"), options, callback, text);
  module.def("fit_network", &fit_network_in_python, nb::arg("data"), options, callback, text);
  module.def("fit_dropout", &fit_dropout_in_python, nb::arg("data"), options, callback, text);
}

}  // namespace hadal::python
