#pragma once

#include <hdf5.h>

#include "hadal/data/read_tensor.hpp"
#include "support.hpp"

namespace hadal::test {

/// Reads `bytes` as a file called `name`.
inline TensorEntries read_tensor_bytes(const std::string& name, std::string_view bytes,
                                       const TensorReadOptions& options = {}) {
  return read_tensor(write_file(name, bytes), options).entries;
}

/// The message with which reading `bytes` as a tensor is refused.
inline std::string tensor_refusal(const std::string& name, std::string_view bytes,
                                  const TensorReadOptions& options = {}) {
  return message_of<DataError>([&] { read_tensor_bytes(name, bytes, options); });
}

/// The values in row-major order, NaN where missing.
inline std::vector<double> dense_values(const TensorEntries& entries) {
  if (entries.full()) return entries.value;
  Index count = 1;
  for (const Index size : entries.shape) count *= size;
  std::vector<double> values(static_cast<std::size_t>(count), missing);
  for (std::size_t k = 0; k < entries.value.size(); ++k) {
    Index at = 0;
    for (std::size_t mode = 0; mode < entries.shape.size(); ++mode) {
      at = at * entries.shape[mode] + entries.index[mode][k];
    }
    values[static_cast<std::size_t>(at)] = entries.value[k];
  }
  return values;
}

/// Equal shape, indices, values and weights.
inline void expect_same(const TensorEntries& a, const TensorEntries& b) {
  EXPECT_EQ(a.shape, b.shape);
  EXPECT_EQ(a.index, b.index);
  EXPECT_EQ(a.value, b.value);
  EXPECT_EQ(a.weight, b.weight);
}

/// An HDF5 file that is being made, closed when its path is asked for.
class Hdf5File {
 public:
  explicit Hdf5File(const std::string& name) : path_(temporary(name)) {
    file_ = H5Fcreate(path_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  }
  ~Hdf5File() { close(); }
  Hdf5File(const Hdf5File&) = delete;
  Hdf5File& operator=(const Hdf5File&) = delete;

  hid_t id() const { return file_; }
  void group(const char* name) {
    H5Gclose(H5Gcreate2(file_, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  }

  /// `plan` says how the data set is stored; without values it is only announced.
  void dataset(const char* name, std::vector<hsize_t> shape, const std::vector<double>& values,
               hid_t type = H5T_IEEE_F64LE, hid_t plan = H5P_DEFAULT) {
    const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    const hid_t set = H5Dcreate2(file_, name, type, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    if (!values.empty()) {
      H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    }
    H5Dclose(set);
    H5Sclose(space);
  }

  const std::filesystem::path& close() {
    if (file_ >= 0) H5Fclose(file_);
    file_ = -1;
    return path_;
  }

 private:
  std::filesystem::path path_;
  hid_t file_ = -1;
};

}  // namespace hadal::test
