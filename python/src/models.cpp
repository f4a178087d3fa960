#include <fmt/format.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <new>
#include <random>
#include <string>
#include <type_traits>

#include "arrays.hpp"
#include "bindings.hpp"
#include "hadal/model/deep_model.hpp"
#include "hadal/model/model_io.hpp"
#include "hadal/model/predict.hpp"
#include "hadal/model/unit_spread.hpp"
#include "hadal/onnx/write_onnx.hpp"
#include "hadal/report/deep_report.hpp"
#include "hadal/report/dropout_report.hpp"
#include "hadal/report/matrix_report.hpp"
#include "hadal/report/network_report.hpp"
#include "hadal/report/tensor_report.hpp"

namespace hadal::python {
namespace {

namespace fs = std::filesystem;

/// One field of every record: an array of int64 or float64.
template <class Record, class Field>
auto column(const std::vector<Record>& records, Field Record::*field) {
  using Value = std::conditional_t<std::is_integral_v<Field>, std::int64_t, double>;
  Eigen::Matrix<Value, Eigen::Dynamic, 1> values(static_cast<Index>(records.size()));
  for (std::size_t k = 0; k < records.size(); ++k)
    values[static_cast<Index>(k)] = static_cast<Value>(records[k].*field);
  return owned(std::move(values));
}

nb::dict history(const FittedModel& model) {
  nb::dict columns;
  columns["iteration"] = column(model.trace, &OuterIteration::iteration);
  columns["size"] = column(model.trace, &OuterIteration::size);
  columns["objective"] = column(model.trace, &OuterIteration::objective);
  columns["lower_bound"] = column(model.trace, &OuterIteration::lower_bound);
  columns["relative_gap"] = column(model.trace, &OuterIteration::relative_gap);
  columns["polar"] = column(model.trace, &OuterIteration::polar);
  columns["seconds"] = column(model.trace, &OuterIteration::seconds);
  columns["passes"] = column(model.trace, &OuterIteration::passes);
  return columns;
}

nb::dict path(const FittedModel& model) {
  nb::dict columns;
  columns["lambda"] = column(model.path, &PathPoint::lambda);
  columns["size"] = column(model.path, &PathPoint::size);
  columns["objective"] = column(model.path, &PathPoint::objective);
  columns["relative_gap"] = column(model.path, &PathPoint::relative_gap);
  columns["validation_error"] = column(model.path, &PathPoint::validation_error);
  columns["validation_standard_error"] = column(model.path, &PathPoint::validation_standard_error);
  return columns;
}

nb::dict certificate(const FittedModel& model) {
  const Certificate& c = model.certificate;
  nb::dict figures;
  figures["status"] = to_string(model.status);
  figures["objective"] = c.objective;
  figures["lower_bound"] = c.lower_bound;
  figures["gap"] = c.gap;
  figures["relative_gap"] = c.relative_gap;
  figures["polar_bound"] = c.polar_bound;
  figures["dual_scale"] = c.dual_scale;
  figures["proof"] = to_string(c.proof);
  figures["method"] = c.method;
  figures["failure_probability"] = c.failure_probability;
  return figures;
}

/// A path in the temporary folder that nobody else takes, removed at the end.
class TemporaryFile {
 public:
  TemporaryFile() {
    std::random_device random;
    path_ = fs::temp_directory_path() /
            ("hadal_" + std::to_string(random()) + "_" + std::to_string(random()) + ".h5");
  }
  ~TemporaryFile() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

template <class Model>
nb::bytes bytes_of(const Model& model) {
  const TemporaryFile file;
  save_model(file.path(), model);
  std::ifstream stream(file.path(), std::ios::binary);
  const std::string all{std::istreambuf_iterator<char>(stream), {}};
  return nb::bytes(all.data(), all.size());
}

template <class Model, class Load>
Model from_bytes(const nb::bytes& bytes, const Load& load) {
  const TemporaryFile file;
  std::ofstream(file.path(), std::ios::binary)
      .write(bytes.c_str(), static_cast<std::streamsize>(bytes.size()));
  return load(file.path());
}

/// What all models have. Figures are in the units of the data.
template <class Model, class Load>
nb::class_<Model> bind_model(nb::module_& module, const char* name, const char* text,
                             const Load& load) {
  return nb::class_<Model>(module, name, text)
      .def_prop_ro("loss", [](const Model& m) { return to_string(m.loss); })
      .def_ro("huber_threshold", &Model::huber_threshold)
      .def_ro("lambda_value", &Model::lambda)
      .def_ro("lambda_max", &Model::lambda_max)
      .def_prop_ro("size", &Model::size)
      .def_prop_ro("certificate", [](const Model& m) { return certificate(m); })
      .def_prop_ro("status", [](const Model& m) { return to_string(m.status); })
      .def_prop_ro("stop", [](const Model& m) { return to_string(m.stop); })
      .def_ro("tolerance", &Model::tolerance)
      .def_prop_ro("history", [](const Model& m) { return history(m); })
      .def_prop_ro("path", [](const Model& m) { return path(m); })
      .def_ro("train_error", &Model::train_error)
      .def_ro("validation_error", &Model::validation_error)
      .def_ro("seconds", &Model::seconds)
      .def_ro("iterations", &Model::iterations)
      .def_ro("seed", &Model::seed)
      .def_ro("version", &Model::version)
      .def_ro("read_options", &Model::read_options)
      .def(
          "save", [](const Model& m, const fs::path& to) { save_model(to, m); }, nb::arg("path"),
          "Writes the model as HDF5, for the command line as well.")
      .def("__repr__",
           [name](const Model& m) {
             return fmt::format("<hadal.{}: size {}, {}, relative gap {:.2g}, proof {}>", name,
                                m.size(), to_string(m.status), m.certificate.relative_gap,
                                to_string(m.certificate.proof));
           })
      .def("__getstate__", [](const Model& m) { return nb::make_tuple(bytes_of(m)); })
      .def("__setstate__", [load](Model& m, const nb::tuple& state) {
        new (&m) Model(from_bytes<Model>(nb::cast<nb::bytes>(state[0]), load));
      });
}

/// A member that Model may have from a base, of which Python knows nothing.
template <class Model, class Base, class Member>
auto array_of(Member Base::*member) {
  return [member](nb::handle self) { return view(nb::cast<const Model&>(self).*member, self); };
}

template <class Layers>
nb::list views(const Layers& layers, nb::handle owner) {
  nb::list all;
  for (const auto& layer : layers) all.append(nb::cast(view(layer, owner)));
  return all;
}

nb::dict offset(nb::handle self) {
  const Offset& o = nb::cast<const MatrixModel&>(self).offset;
  nb::dict parts;
  parts["global"] = o.global;
  parts["row"] = view(o.row, self);
  parts["column"] = view(o.column, self);
  parts["free"] = o.policy == OffsetPolicy::free;
  parts["ridge"] = o.ridge;
  return parts;
}

std::string written(const std::optional<fs::path>& to, const std::string& page) {
  if (to) std::ofstream(*to, std::ios::binary) << page;
  return page;
}

nb::dict row_norm(const MatrixModel& m) {
  Vector of_columns(m.size());
  for (Index i = 0; i < m.size(); ++i) of_columns[i] = m.norm_v(m.v.col(i));
  nb::dict norm;
  norm["l1"] = m.norm_u.l1;
  norm["l2"] = m.norm_u.l2;
  norm["tv"] = m.norm_u.tv;
  norm["nonnegative"] = m.norm_u.nonnegative;
  norm["counts"] = m.norm.alpha;
  norm["of_columns"] = owned(std::move(of_columns));
  return norm;
}

nb::object refit_of(const MatrixModel& model, nb::handle self) {
  if (!model.refit) return nb::none();
  nb::dict refit;
  refit["kind"] = model.refit->kind;
  refit["u"] = view(model.refit->u, self);
  refit["v"] = view(model.refit->v, self);
  refit["validation_error"] = model.refit->validation_error;
  return refit;
}

nb::object refit_of(const TensorModel& model, nb::handle self) {
  if (!model.refit) return nb::none();
  nb::dict refit;
  refit["kind"] = model.refit->kind;
  refit["factors"] = views(model.refit->factors, self);
  refit["validation_error"] = model.refit->validation_error;
  return refit;
}

template <class Model>
nb::object refit_property(nb::handle self) {
  return refit_of(nb::cast<const Model&>(self), self);
}

template <auto Member>
nb::object dictionary_property(nb::handle self) {
  const Dictionary& dictionary = nb::cast<const MatrixModel&>(self).*Member;
  return dictionary.given() ? nb::cast(view(dictionary.matrix(), self)) : nb::none();
}

void bind_matrix(nb::module_& module) {
  bind_model<MatrixModel>(module, "MatrixModel", "A fitted matrix.",
                          [](const fs::path& p) { return load_model(p); })
      .def_prop_ro("shape",
                   [](const MatrixModel& m) { return nb::make_tuple(m.rows(), m.columns()); })
      .def_prop_ro("u", array_of<MatrixModel>(&MatrixModel::u),
                   "Rows (or their coefficients) x size; a view.")
      .def_prop_ro("v", array_of<MatrixModel>(&MatrixModel::v),
                   "Columns (or coefficients) x size; a view.")
      .def_prop_ro("refit", &refit_property<MatrixModel>)
      .def_prop_ro("offset", &offset)
      .def_ro("categories", &MatrixModel::categories)
      .def_prop_ro("dictionary_u", &dictionary_property<&MatrixModel::dictionary_u>,
                   "Rows x elements, or None.")
      .def_prop_ro("dictionary_v", &dictionary_property<&MatrixModel::dictionary_v>,
                   "Columns x elements, or None.")
      .def_prop_ro("norm_u", [](const MatrixModel& m) { return to_string(m.norm_u); })
      .def_prop_ro("norm_v", [](const MatrixModel& m) { return to_string(m.norm_v); })
      .def_prop_ro("row_norm", &row_norm,
                   "Weights l1, l2, tv of the norm of rows' factors, whether they are nonnegative, "
                   "the power of the counts that weighs them, "
                   "and norm_v(v_i) of every part, of_columns.")
      .def_prop_ro(
          "scales",
          [](nb::handle self) {
            const auto& m = nb::cast<const MatrixModel&>(self);
            return nb::make_tuple(view(m.norm.row_scale, self), view(m.norm.column_scale, self));
          },
          "The plain norm is weighted by these for rows and columns, or empty.")
      .def(
          "predict_all",
          [](const MatrixModel& m) {
            Factor all;
            {
              const nb::gil_scoped_release release;
              all = predict_all(m);
            }
            return owned(std::move(all));
          },
          "All entries, rows x columns, through the link of the loss.")
      .def(
          "predict",
          [](const MatrixModel& m, const std::vector<Index>& row,
             const std::vector<Index>& column) {
            if (row.size() != column.size())
              throw ArgumentError("rows and columns: expected as many of each");
            Vector z(static_cast<Index>(row.size()));
            for (std::size_t k = 0; k < row.size(); ++k)
              z[static_cast<Index>(k)] = predict_entry(m, row[k], column[k]);
            return owned(std::move(z));
          },
          nb::arg("row"), nb::arg("column"), "Entries one by one.")
      .def(
          "report",
          [](const MatrixModel& m, const MatrixData* data, const std::optional<fs::path>& to) {
            return written(to, matrix_report(m, data, {"MODEL.h5", {"DATA"}}));
          },
          nb::arg("data").none() = nb::none(), nb::arg("path") = nb::none(),
          "A page of HTML, written to a path where one is given.");
}

void bind_tensor(nb::module_& module) {
  bind_model<TensorModel>(module, "TensorModel", "A fitted tensor.",
                          [](const fs::path& p) { return load_tensor_model(p); })
      .def_prop_ro("shape", &TensorModel::data_shape)
      .def_prop_ro(
          "factors",
          [](nb::handle self) { return views(nb::cast<const TensorModel&>(self).factors, self); },
          "Of every mode: elements x size; views.")
      .def_prop_ro("refit", &refit_property<TensorModel>)
      .def_ro("categories", &TensorModel::categories)
      .def(
          "report",
          [](const TensorModel& m, const TensorData* data, const std::optional<fs::path>& to) {
            return written(to, tensor_report(m, data, {"MODEL.h5", {"DATA"}}));
          },
          nb::arg("data").none() = nb::none(), nb::arg("path") = nb::none(),
          "A page of HTML, written to a path where one is given.");
}

/// What the models of all networks have.
template <class Model>
void add_samples(nb::class_<Model>& model) {
  model.def_ro("classes", &Model::classes)
      .def_prop_ro(
          "picture",
          [](const Model& m) -> std::optional<std::vector<Index>> {
            if (!m.picture) return std::nullopt;
            return std::vector{m.picture->height, m.picture->width, m.picture->channels};
          },
          "(height, width, channels) of samples that are pictures, or None.")
      .def_prop_ro("input_names", [](const Model& m) { return m.encoding.names(); })
      .def_prop_ro("inputs", &Model::inputs)
      .def_prop_ro("outputs", &Model::outputs)
      .def_ro("train_accuracy", &Model::train_accuracy)
      .def_ro("validation_accuracy", &Model::validation_accuracy)
      .def_prop_ro("input_mean", array_of<Model>(&Model::input_mean))
      .def_prop_ro("input_scale", array_of<Model>(&Model::input_scale))
      .def_prop_ro("offset", array_of<Model>(&Model::offset))
      .def(
          "predict",
          [](const Model& m, const AnyArray& x) {
            const Factor inputs = matrix_of<Factor>(x, "inputs");
            Factor all;
            {
              const nb::gil_scoped_release release;
              all = predictions(m, inputs);
            }
            return owned(std::move(all));
          },
          nb::arg("inputs"),
          "Means of a regression (samples x outputs), or the probability of every class.")
      .def(
          "export_onnx", [](const Model& m, const fs::path& to) { write_onnx(to, m); },
          nb::arg("path"), "Writes the network for other programs.");
}

void bind_networks(nb::module_& module) {
  auto shallow = bind_model<NetworkModel>(module, "NetworkModel",
                                          "A network with one hidden layer of parallel units.",
                                          [](const fs::path& p) { return load_network_model(p); });
  add_samples(shallow);
  shallow
      .def_prop_ro("u", array_of<NetworkModel>(&NetworkModel::u),
                   "Input weights, a column for each unit.")
      .def_prop_ro("v", array_of<NetworkModel>(&NetworkModel::v), "Output weights, outputs x size.")
      .def_prop_ro("hidden", &NetworkModel::hidden)
      .def(
          "report",
          [](const NetworkModel& m, const SampleData* data, const std::optional<fs::path>& to) {
            return written(to, network_report(m, data, {"MODEL.h5", {"DATA"}}));
          },
          nb::arg("data").none() = nb::none(), nb::arg("path") = nb::none(),
          "A page of HTML, written to a path where one is given.");
  auto deep = bind_model<DeepModel>(module, "DeepModel", "Parallel copies of a deep subnetwork.",
                                    [](const fs::path& p) { return load_deep_model(p); });
  add_samples(deep);
  deep.def_prop_ro(
          "weights",
          [](nb::handle self) { return views(nb::cast<const DeepModel&>(self).weights, self); },
          "Of every layer: copies x the layer's weights; views.")
      .def_prop_ro("architecture", [](const DeepModel& m) { return m.architecture.to_text(); })
      .def(
          "report",
          [](const DeepModel& m, const SampleData* data, const std::optional<fs::path>& to) {
            return written(to, deep_report(m, data, {"MODEL.h5", {"DATA"}}));
          },
          nb::arg("data").none() = nb::none(), nb::arg("path") = nb::none(),
          "A page of HTML, written to a path where one is given.");
}

void bind_dropout(nb::module_& module) {
  bind_model<DropoutModel>(module, "DropoutModel", "A linear network with dropout.",
                           [](const fs::path& p) { return load_dropout_model(p); })
      .def_prop_ro(
          "layers",
          [](nb::handle self) {
            return views(nb::cast<const DropoutModel&>(self).network.layers, self);
          },
          "Weights, the input's first: outputs x inputs of each layer; views.")
      .def_prop_ro("retain", [](const DropoutModel& m) { return m.noise.retain; })
      .def_prop_ro("widths", [](const DropoutModel& m) { return m.network.widths(); })
      .def_prop_ro("target_values", array_of<DropoutModel>(&DropoutModel::target_values))
      .def_prop_ro("product_values", array_of<DropoutModel>(&DropoutModel::product_values))
      .def_prop_ro("unit_products", array_of<DropoutModel>(&DropoutModel::unit_products))
      .def(
          "report",
          [](const DropoutModel& m, const std::optional<fs::path>& to) {
            return written(to, dropout_report(m, {"MODEL.h5", {"DATA"}}));
          },
          nb::arg("path") = nb::none(), "A page of HTML, written to a path where one is given.");
}

nb::object load(const fs::path& path) {
  switch (model_kind(path)) {
    case ModelKind::tensor:
      return nb::cast(load_tensor_model(path));
    case ModelKind::dropout:
      return nb::cast(load_dropout_model(path));
    case ModelKind::network:
      return nb::cast(load_network_model(path));
    case ModelKind::deep:
      return nb::cast(load_deep_model(path));
    case ModelKind::matrix:
      break;
  }
  return nb::cast(load_model(path));
}

}  // namespace

void bind_models(nb::module_& module) {
  bind_matrix(module);
  bind_tensor(module);
  bind_networks(module);
  bind_dropout(module);
  module.def("load", &load, nb::arg("path"), "The model in a file of any family.");
}

}  // namespace hadal::python
