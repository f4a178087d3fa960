#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cmath>
#include <cstdint>

#include "arrays.hpp"
#include "bindings.hpp"
#include "hadal/data/read.hpp"
#include "hadal/data/read_samples.hpp"
#include "hadal/data/read_tensor.hpp"
#include "hadal/dropout/linear_data.hpp"

namespace hadal::python {
namespace {

using Labels = nb::ndarray<nb::ro, const std::int64_t, nb::ndim<1>, nb::device::cpu>;
using Weights = std::optional<AnyArray>;

std::int32_t index_of(std::int64_t value, Index size, const char* name) {
  if (value < 0 || value >= size)
    throw DataError(std::string(name) + ": the index " + std::to_string(value) +
                    " was given; expected 0 to " + std::to_string(size - 1));
  return static_cast<std::int32_t>(value);
}

MatrixData matrix_from_dense(const AnyArray& x, const Weights& weight) {
  MatrixData data;
  Entries& entries = data.entries;
  std::vector<double> w;
  if (weight) {
    w = values_of(*weight, "weight");
    if (w.size() != x.size())
      throw ArgumentError("weight: expected one for each element of the matrix");
  }
  std::size_t at = 0;
  for (auto* const positions : {&entries.row, &entries.column}) positions->reserve(x.size());
  entries.value.reserve(x.size());
  if (weight) entries.weight.reserve(x.size());
  each_element(x, "matrix", [&](Index i, Index j, double value) {
    const std::size_t k = at++;
    if (std::isnan(value)) return;
    entries.row.push_back(static_cast<std::int32_t>(i));
    entries.column.push_back(static_cast<std::int32_t>(j));
    entries.value.push_back(value);
    if (weight) entries.weight.push_back(w[k]);
  });
  entries.rows = static_cast<Index>(x.shape(0));
  entries.columns = static_cast<Index>(x.shape(1));
  canonicalise(entries);
  return data;
}

MatrixData matrix_from_entries(Index rows, Index columns, const Labels& row, const Labels& column,
                               const AnyArray& value, const Weights& weight) {
  MatrixData data;
  Entries& entries = data.entries;
  entries.rows = rows;
  entries.columns = columns;
  entries.value = values_of(value, "value");
  if (weight) entries.weight = values_of(*weight, "weight");
  const std::size_t count = entries.value.size();
  if (row.shape(0) != count || column.shape(0) != count ||
      (weight && entries.weight.size() != count))
    throw ArgumentError("rows, columns, values and weights: expected as many of each");
  for (std::size_t k = 0; k < count; ++k) {
    entries.row.push_back(index_of(row(k), rows, "rows"));
    entries.column.push_back(index_of(column(k), columns, "columns"));
  }
  canonicalise(entries);
  return data;
}

TensorData tensor_from_array(const AnyArray& x, const Weights& weight) {
  std::vector<Index> shape;
  for (std::size_t m = 0; m < x.ndim(); ++m) shape.push_back(static_cast<Index>(x.shape(m)));
  TensorData data;
  data.entries = tensor_from_dense(shape, values_of(x, "tensor"));
  if (!weight) return data;
  const std::vector<double> w = values_of(*weight, "weight");
  if (w.size() != x.size())
    throw ArgumentError("weight: expected one for each element of the tensor");
  TensorEntries& entries = data.entries;
  for (Index k = 0; k < entries.size(); ++k) {
    Index place = k;
    if (!entries.full()) {
      place = 0;
      for (std::size_t m = 0; m < shape.size(); ++m)
        place = place * shape[m] + entries.index[m][static_cast<std::size_t>(k)];
    }
    entries.weight.push_back(w[static_cast<std::size_t>(place)]);
  }
  for (const double value : entries.weight)
    if (!(std::isfinite(value) && value > 0))
      throw DataError("weight: expected finite numbers > 0");
  return data;
}

TensorData tensor_from_entries(std::vector<Index> shape, const std::vector<Labels>& index,
                               const AnyArray& value, const Weights& weight) {
  TensorData data;
  TensorEntries& entries = data.entries;
  entries.value = values_of(value, "value");
  if (weight) entries.weight = values_of(*weight, "weight");
  if (index.size() != shape.size())
    throw ArgumentError("indices: expected one array for each mode");
  for (std::size_t m = 0; m < shape.size(); ++m) {
    if (index[m].shape(0) != entries.value.size())
      throw ArgumentError("indices: expected as many as values");
    std::vector<std::int32_t> of_mode;
    for (std::size_t k = 0; k < index[m].shape(0); ++k)
      of_mode.push_back(index_of(index[m](k), shape[m], "indices"));
    entries.index.push_back(std::move(of_mode));
  }
  entries.shape = std::move(shape);
  canonicalise(entries);
  return data;
}

/// Names of inputs, or "0", "1" and so on.
InputEncoding encoding_of(Index inputs, const std::vector<std::string>& names) {
  InputEncoding encoding;
  for (Index j = 0; j < inputs; ++j)
    encoding.columns.push_back(
        {names.empty() ? std::to_string(j) : names[static_cast<std::size_t>(j)], {}, std::nan("")});
  return encoding;
}

SampleData samples(const AnyArray& x, const std::vector<std::string>& names,
                   const std::optional<std::vector<Index>>& picture, const Weights& weight) {
  SampleData data;
  data.inputs = matrix_of<Factor>(x, "inputs");
  if (!names.empty() && static_cast<Index>(names.size()) != data.inputs.cols())
    throw ArgumentError("names: expected one for each input");
  data.encoding = encoding_of(data.inputs.cols(), names);
  if (picture) {
    if (picture->size() != 3) throw ArgumentError("picture: expected (height, width, channels)");
    data.picture = SamplePicture{(*picture)[1], (*picture)[0], (*picture)[2]};
    if (data.picture->inputs() != data.inputs.cols())
      throw ArgumentError("picture: expected as many pixels and channels as inputs");
  }
  if (weight) {
    const std::vector<double> w = values_of(*weight, "weight");
    data.weight = Eigen::Map<const Vector>(w.data(), static_cast<Index>(w.size()));
  }
  return data;
}

/// Names of targets, where they have any of their own.
void name_targets(SampleData& data, const std::vector<std::string>& names) {
  if (names.empty()) return;
  if (names.size() != data.target_names.size())
    throw ArgumentError("target_names: expected one for each target");
  data.target_names = names;
}

SampleData regression(const AnyArray& x, const AnyArray& y, const std::vector<std::string>& names,
                      const std::optional<std::vector<Index>>& picture, const Weights& weight,
                      const std::vector<std::string>& target_names) {
  SampleData data = samples(x, names, picture, weight);
  data.targets = matrix_of<Factor>(y, "targets");
  data.has_targets = true;
  for (Index k = 0; k < data.targets.cols(); ++k)
    data.target_names.push_back(data.targets.cols() == 1 ? "y" : "y" + std::to_string(k));
  name_targets(data, target_names);
  return data;
}

SampleData classification(const AnyArray& x, const Labels& y, std::vector<std::string> classes,
                          const std::vector<std::string>& names,
                          const std::optional<std::vector<Index>>& picture, const Weights& weight,
                          const std::vector<std::string>& target_names) {
  SampleData data = samples(x, names, picture, weight);
  data.task = Task::classification;
  data.classes = std::move(classes);
  data.target_names = {"class"};
  name_targets(data, target_names);
  data.has_targets = true;
  for (std::size_t i = 0; i < y.shape(0); ++i)
    data.labels.push_back(index_of(y(i), static_cast<Index>(data.classes.size()), "labels"));
  return data;
}

}  // namespace

void bind_data(nb::module_& module) {
  using namespace nb::literals;
  const auto weight = "weight"_a = nb::none();
  nb::class_<MatrixData>(module, "MatrixData", "Observed entries of a matrix.")
      .def_static("from_dense", &matrix_from_dense, "matrix"_a, weight,
                  "Entries of an array (rows x columns); NaN is missing.")
      .def_static("from_entries", &matrix_from_entries, "rows"_a, "columns"_a, "row"_a, "column"_a,
                  "value"_a, weight, "Entries given one by one.")
      .def_prop_ro(
          "shape",
          [](const MatrixData& d) { return nb::make_tuple(d.entries.rows, d.entries.columns); })
      .def_prop_ro("observed", [](const MatrixData& d) { return d.entries.size(); });
  nb::class_<TensorData>(module, "TensorData", "Observed entries of a tensor.")
      .def_static("from_dense", &tensor_from_array, "tensor"_a, weight,
                  "Entries of an array of three to eight dimensions; NaN is missing.")
      .def_static("from_entries", &tensor_from_entries, "shape"_a, "index"_a, "value"_a, weight,
                  "Entries given one by one.")
      .def_prop_ro("shape", [](const TensorData& d) { return d.entries.shape; })
      .def_prop_ro("observed", [](const TensorData& d) { return d.entries.size(); });
  nb::class_<SampleData>(module, "SampleData", "Samples with what is to be predicted from them.")
      .def_static("regression", &regression, "inputs"_a, "targets"_a,
                  "names"_a = std::vector<std::string>(), "picture"_a = nb::none(), weight,
                  "target_names"_a = std::vector<std::string>(),
                  "Samples x inputs and samples x outputs.")
      .def_static("classification", &classification, "inputs"_a, "labels"_a, "classes"_a,
                  "names"_a = std::vector<std::string>(), "picture"_a = nb::none(), weight,
                  "target_names"_a = std::vector<std::string>(),
                  "Samples x inputs, and for each the place of its class among the classes.")
      .def_prop_ro("shape", [](const SampleData& d) {
        return nb::make_tuple(d.inputs.rows(), d.inputs.cols());
      });
  nb::class_<dropout::LinearData>(module, "LinearData",
                                  "What a linear network is to learn; samples in columns.")
      .def_static(
          "of",
          [](const AnyArray& target, const std::optional<AnyArray>& input) {
            dropout::LinearData data;
            data.target = matrix_of<Matrix>(target, "target");
            if (input) data.input = matrix_of<Matrix>(*input, "input");
            dropout::require_valid(data);
            return data;
          },
          "target"_a, "input"_a = nb::none(), "Target (outputs x samples), input or the identity.");
}

}  // namespace hadal::python
