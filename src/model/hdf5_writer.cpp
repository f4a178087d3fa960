#include "hdf5_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "hadal/error.hpp"

namespace hadal::hdf5 {
namespace {

[[noreturn]] void fail(std::string_view what) {
  throw Error(fmt::format("cannot write {}: {}", what, last_error()));
}

Handle checked(hid_t id, Handle::Close close, std::string_view what) {
  if (id < 0) fail(what);
  return {id, close};
}

Handle text_type(std::size_t length) {
  Handle type = checked(H5Tcopy(H5T_C_S1), H5Tclose, "a text type");
  // HDF5 has no texts of length 0.
  if (H5Tset_size(type.get(), std::max<std::size_t>(1, length)) < 0 ||
      H5Tset_cset(type.get(), H5T_CSET_UTF8) < 0 || H5Tset_strpad(type.get(), H5T_STR_NULLPAD) < 0)
    fail("a text type");
  return type;
}

}  // namespace

Writer Writer::create(const std::filesystem::path& path) {
  const std::string name = path.string();
  Handle file =
      checked(H5Fcreate(name.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose, name);
  Handle root = checked(H5Gopen2(file.get(), "/", H5P_DEFAULT), H5Gclose, name);
  return {std::move(file), std::move(root)};
}

Writer Writer::group(const char* name) const {
  return {Handle{}, checked(H5Gcreate2(node_.get(), name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                            H5Gclose, name)};
}

void Writer::scalar(const char* name, hid_t stored, hid_t given, const void* value) const {
  const Handle space = checked(H5Screate(H5S_SCALAR), H5Sclose, name);
  const Handle made = checked(
      H5Acreate2(node_.get(), name, stored, space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose, name);
  if (H5Awrite(made.get(), given, value) < 0) fail(name);
}

void Writer::attribute(const char* name, double value) const {
  scalar(name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
}

void Writer::attribute(const char* name, std::int64_t value) const {
  scalar(name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
}

void Writer::attribute(const char* name, std::uint64_t value) const {
  scalar(name, H5T_STD_U64LE, H5T_NATIVE_UINT64, &value);
}

void Writer::attribute(const char* name, std::string_view text) const {
  const Handle type = text_type(text.size());
  scalar(name, type.get(), type.get(), text.empty() ? "" : text.data());
}

void Writer::dataset(const char* name, hid_t stored, hid_t given, std::span<const hsize_t> shape,
                     const void* values) const {
  const Handle space = checked(
      H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose, name);
  const Handle made = checked(
      H5Dcreate2(node_.get(), name, stored, space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
      H5Dclose, name);
  const bool empty = std::ranges::find(shape, hsize_t{0}) != shape.end();
  if (!empty && H5Dwrite(made.get(), given, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0) fail(name);
}

void Writer::array(const char* name, std::span<const double> values) const {
  const std::array<hsize_t, 1> shape{values.size()};
  dataset(name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, shape, values.data());
}

void Writer::array(const char* name, std::span<const std::int64_t> values) const {
  const std::array<hsize_t, 1> shape{values.size()};
  dataset(name, H5T_STD_I64LE, H5T_NATIVE_INT64, shape, values.data());
}

void Writer::matrix(const char* name, const Factor& values) const {
  const std::array<hsize_t, 2> shape{static_cast<hsize_t>(values.rows()),
                                     static_cast<hsize_t>(values.cols())};
  dataset(name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, shape, values.data());
}

void Writer::single_matrix(const char* name, const SingleFactor& values) const {
  const std::array<hsize_t, 2> shape{static_cast<hsize_t>(values.rows()),
                                     static_cast<hsize_t>(values.cols())};
  dataset(name, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, shape, values.data());
}

void Writer::strings(const char* name, const std::vector<std::string>& texts) const {
  std::size_t length = 1;
  for (const auto& text : texts) length = std::max(length, text.size());
  std::string packed(length * texts.size(), '\0');
  for (std::size_t i = 0; i < texts.size(); ++i)
    std::ranges::copy(texts[i], packed.begin() + static_cast<std::ptrdiff_t>(i * length));
  const Handle type = text_type(length);
  const std::array<hsize_t, 1> shape{texts.size()};
  dataset(name, type.get(), type.get(), shape, packed.data());
}

void Writer::flush() const {
  if (H5Fflush(file_.get(), H5F_SCOPE_GLOBAL) < 0) fail("the file");
}

}  // namespace hadal::hdf5
