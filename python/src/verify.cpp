#include "hadal/verify/verify.hpp"

#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>

#include <filesystem>

#include "arrays.hpp"
#include "bindings.hpp"
#include "hadal/data/read.hpp"
#include "hadal/data/read_samples.hpp"
#include "hadal/data/read_tensor.hpp"
#include "hadal/dropout/linear_data.hpp"

namespace hadal::python {
namespace {

namespace fs = std::filesystem;

SampleData samples_of(const SampleModel& model, const fs::path& path) {
  const SampleReadOptions options = sample_read_options_from_json(model.read_options);
  return read_samples(path, options, samples_like(model));
}

nb::dict dict_of(const verify::Report& report) {
  nb::dict all;
  all["confirmed"] = report.confirmed;
  all["status"] = to_string(report.status);
  all["objective"] = report.found.objective;
  all["lower_bound"] = report.found.lower_bound;
  all["gap"] = report.found.gap;
  all["relative_gap"] = report.found.relative_gap;
  all["proof"] = to_string(report.found.proof);
  all["failure_probability"] = report.found.failure_probability;
  all["method"] = report.found.method;
  all["seconds"] = report.seconds;
  nb::list checks;
  for (const verify::Check& check : report.checks) {
    nb::dict one;
    one["name"] = check.name;
    one["claimed"] = check.claimed;
    one["found"] = check.found;
    one["passed"] = check.passed;
    one["remark"] = check.remark;
    checks.append(one);
  }
  all["checks"] = checks;
  return all;
}

template <class Check>
nb::dict checked(const Check& check) {
  verify::Report report;
  {
    const nb::gil_scoped_release release;
    report = check();
  }
  return dict_of(report);
}

}  // namespace

void bind_verify(nb::module_& module) {
  using namespace nb::literals;
  constexpr const char* text =
      "Derives anew what a model claims of its data, with code that shares nothing with the fits.";
  const auto threads = "threads"_a = 0;
  module.def(
      "verify",
      [](const MatrixModel& model, const MatrixData& data, int count) {
        return checked([&] { return verify::verify_matrix(model, data, {count}); });
      },
      "model"_a, "data"_a, threads, text);
  module.def(
      "verify",
      [](const TensorModel& model, const TensorData& data, int count) {
        return checked([&] { return verify::verify_tensor(model, data, {count}); });
      },
      "model"_a, "data"_a, threads, text);
  module.def(
      "verify",
      [](const NetworkModel& model, const SampleData& data, int count) {
        return checked([&] { return verify::verify_network(model, data, {count}); });
      },
      "model"_a, "data"_a, threads, text);
  module.def(
      "verify",
      [](const DeepModel& model, const SampleData& data, int count) {
        return checked([&] { return verify::verify_deep(model, data, {count}); });
      },
      "model"_a, "data"_a, threads, text);
  module.def(
      "verify",
      [](const DropoutModel& model, const dropout::LinearData& data, int count) {
        return checked(
            [&] { return verify::verify_dropout(model, data.target, data.input, {count}); });
      },
      "model"_a, "data"_a, threads, text);

  // Files are read as the fit read them, from the options that the model keeps.
  module.def(
      "read",
      [](const MatrixModel& model, const fs::path& path) {
        return nb::cast(read_matrix(path, read_options_from_json(model.read_options)));
      },
      "model"_a, "path"_a, "The data of a model's file.");
  module.def(
      "read",
      [](const TensorModel& model, const fs::path& path) {
        return nb::cast(read_tensor(path, tensor_read_options_from_json(model.read_options)));
      },
      "model"_a, "path"_a, "The data of a model's file.");
  module.def(
      "read",
      [](const NetworkModel& model, const fs::path& path) {
        return nb::cast(samples_of(model, path));
      },
      "model"_a, "path"_a, "The data of a model's file.");
  module.def(
      "read",
      [](const DeepModel& model, const fs::path& path) {
        return nb::cast(samples_of(model, path));
      },
      "model"_a, "path"_a, "The data of a model's file.");
}

}  // namespace hadal::python
