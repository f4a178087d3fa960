#pragma once

#include <gmock/gmock.h>
#include <hdf5.h>

#include <filesystem>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "hadal/error.hpp"
#include "hadal/model/deep_checkpoint.hpp"
#include "hadal/model/model_io.hpp"
#include "model_support.hpp"

namespace hadal::test {

/// A saved model, open for damage.
class Damaged {
 public:
  explicit Damaged(const MatrixModel& model = full_model())
      : Damaged(model, [](const auto& path) { load_model(path); }) {}
  explicit Damaged(const TensorModel& model)
      : Damaged(model, [](const auto& path) { load_tensor_model(path); }) {}
  explicit Damaged(const NetworkModel& model)
      : Damaged(model, [](const auto& path) { load_network_model(path); }) {}
  explicit Damaged(const DeepModel& model)
      : Damaged(model, [](const auto& path) { load_deep_model(path); }) {}
  explicit Damaged(const DeepCheckpoint& checkpoint)
      : Damaged(checkpoint, [](const auto& path) { load_deep_checkpoint(path); }) {}
  ~Damaged() { close(); }
  Damaged(const Damaged&) = delete;
  Damaged& operator=(const Damaged&) = delete;

  void remove(const char* object) { H5Ldelete(file_, object, H5P_DEFAULT); }
  void remove_attribute(const char* group, const char* name) {
    H5Adelete_by_name(file_, group, name, H5P_DEFAULT);
  }

  void attribute(const char* group, const char* name, double value) {
    scalar(group, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
  }
  void attribute(const char* group, const char* name, std::int64_t value) {
    scalar(group, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
  }
  void attribute(const char* group, const char* name, const std::string& text) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, text.size());
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    scalar(group, name, type, type, text.data());
    H5Tclose(type);
  }

  /// Sets element `at` of a dataset of doubles or of whole numbers.
  void value(const char* dataset, std::size_t at, double value) {
    element(dataset, at, value, H5T_NATIVE_DOUBLE);
  }
  void value(const char* dataset, std::size_t at, std::int64_t value) {
    element(dataset, at, value, H5T_NATIVE_INT64);
  }

  /// Puts another dataset in place, filled with zeros unless `layout` says how it is stored.
  void dataset(const char* name, hid_t type, std::vector<hsize_t> shape,
               const std::function<void(hid_t)>& layout = {}) {
    remove(name);
    const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
    if (layout)
      layout(plan);
    else
      H5Pset_alloc_time(plan, H5D_ALLOC_TIME_EARLY);
    H5Dclose(H5Dcreate2(file_, name, type, space, H5P_DEFAULT, plan, H5P_DEFAULT));
    H5Pclose(plan);
    H5Sclose(space);
  }

  void soft_link(const char* target, const char* name) {
    remove(name);
    H5Lcreate_soft(target, file_, name, H5P_DEFAULT, H5P_DEFAULT);
  }
  void external_link(const char* name) {
    const auto other = model_path("other.h5");
    save_model(other, full_model());
    remove(name);
    H5Lcreate_external(other.c_str(), name, file_, name, H5P_DEFAULT, H5P_DEFAULT);
  }

  /// The message with which loading is refused.
  std::string refusal() {
    close();
    try {
      load_(path_);
    } catch (const ModelError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(path_.string()));
      return error.what();
    }
    ADD_FAILURE() << "the damaged file was accepted";
    return {};
  }

 private:
  using Load = std::function<void(const std::filesystem::path&)>;

  template <class Model>
  Damaged(const Model& model, Load load) : path_(model_path("damaged.h5")), load_(std::move(load)) {
    if constexpr (std::is_same_v<Model, DeepCheckpoint>)
      save_checkpoint(path_, model);
    else
      save_model(path_, model);
    file_ = H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  }

  void close() {
    if (file_ >= 0) H5Fclose(file_);
    file_ = -1;
  }
  template <class Number>
  void element(const char* dataset, std::size_t at, Number value, hid_t type) {
    const hid_t set = H5Dopen2(file_, dataset, H5P_DEFAULT);
    const hid_t space = H5Dget_space(set);
    std::vector<Number> all(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
    H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data());
    all.at(at) = value;
    H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data());
    H5Sclose(space);
    H5Dclose(set);
  }
  void scalar(const char* group, const char* name, hid_t stored, hid_t given, const void* value) {
    const hid_t node = H5Gopen2(file_, group, H5P_DEFAULT);
    if (H5Aexists(node, name) > 0) H5Adelete(node, name);
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t made = H5Acreate2(node, name, stored, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(made, given, value);
    H5Aclose(made);
    H5Sclose(space);
    H5Gclose(node);
  }

  std::filesystem::path path_;
  Load load_;
  hid_t file_ = -1;
};

/// Damaged so, the model is refused with a message that holds this part.
template <class Model>
void expect_refused(const Model& model, const std::function<void(Damaged&)>& damage,
                    const std::string& part) {
  Damaged file(model);
  damage(file);
  EXPECT_THAT(file.refusal(), testing::HasSubstr(part));
}

}  // namespace hadal::test
