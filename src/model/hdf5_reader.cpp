#include "hdf5_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>

#include "hadal/error.hpp"

namespace hadal::hdf5 {
namespace {

/// Attributes lie in an object's header, which HDF5 limits to 64 KiB.
constexpr std::size_t longest_attribute = std::size_t{1} << 16;

std::string trimmed(const char* text, std::size_t length) {
  std::string result(text, length);
  result.resize(result.find_last_not_of('\0') + 1);
  return result;
}

}  // namespace

Reader Reader::open(const std::filesystem::path& path) {
  auto file = std::make_shared<File>();
  file->name = path.string();
  std::error_code error;
  file->bytes = std::filesystem::file_size(path, error);
  if (error) throw ModelError(fmt::format("{}: cannot be read: {}", file->name, error.message()));
  file->handle = Handle(H5Fopen(file->name.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!file->handle.valid())
    throw ModelError(fmt::format("{}: not a readable HDF5 file ({}); expected a hadal model",
                                 file->name, last_error()));
  Handle root(H5Gopen2(file->handle.get(), "/", H5P_DEFAULT), H5Gclose);
  if (!root.valid())
    throw ModelError(fmt::format("{}: damaged HDF5 file ({})", file->name, last_error()));
  return {std::move(file), std::move(root), "/"};
}

void Reader::fail(std::string_view name, std::string_view message) const {
  throw ModelError(fmt::format("{}: {}{}: {}", file_->name, path_, name, message));
}

Handle Reader::checked(hid_t id, Handle::Close close, std::string_view name) const {
  if (id < 0) fail(name, fmt::format("cannot be read ({})", last_error()));
  return {id, close};
}

bool Reader::has(const char* name) const {
  const htri_t found = H5Lexists(node_.get(), name, H5P_DEFAULT);
  if (found < 0) fail(name, fmt::format("cannot be read ({})", last_error()));
  return found > 0;
}

void Reader::require_member(const char* name, H5O_type_t kind, std::string_view kind_name) const {
  if (!has(name)) fail(name, fmt::format("is missing, expected a {}", kind_name));
  H5L_info_t link;
  if (H5Lget_info(node_.get(), name, &link, H5P_DEFAULT) < 0 || link.type != H5L_TYPE_HARD)
    fail(name, fmt::format("is a link elsewhere, expected a {}", kind_name));
  H5O_info_t object;
  if (H5Oget_info_by_name2(node_.get(), name, &object, H5O_INFO_BASIC, H5P_DEFAULT) < 0 ||
      object.type != kind)
    fail(name, fmt::format("is not a {}", kind_name));
}

Reader Reader::group(const char* name) const {
  require_member(name, H5O_TYPE_GROUP, "group");
  return {file_, checked(H5Gopen2(node_.get(), name, H5P_DEFAULT), H5Gclose, name),
          path_ + name + "/"};
}

Handle Reader::scalar(const char* name) const {
  if (H5Aexists(node_.get(), name) <= 0) fail(name, "is missing, expected an attribute");
  Handle attribute = checked(H5Aopen(node_.get(), name, H5P_DEFAULT), H5Aclose, name);
  const Handle space = checked(H5Aget_space(attribute.get()), H5Sclose, name);
  if (H5Sget_simple_extent_type(space.get()) != H5S_SCALAR)
    fail(name, "is an array, expected a scalar attribute");
  return attribute;
}

void Reader::number(const char* name, hid_t stored, hid_t wanted, std::string_view type,
                    void* value) const {
  const Handle attribute = scalar(name);
  const Handle found = checked(H5Aget_type(attribute.get()), H5Tclose, name);
  if (H5Tequal(found.get(), stored) <= 0) fail(name, fmt::format("expected type {}", type));
  if (H5Aread(attribute.get(), wanted, value) < 0)
    fail(name, fmt::format("cannot be read ({})", last_error()));
}

double Reader::real(const char* name) const {
  double value = 0;
  number(name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, "float64", &value);
  return value;
}

std::int64_t Reader::integer(const char* name) const {
  std::int64_t value = 0;
  number(name, H5T_STD_I64LE, H5T_NATIVE_INT64, "int64", &value);
  return value;
}

std::uint64_t Reader::natural(const char* name) const {
  std::uint64_t value = 0;
  number(name, H5T_STD_U64LE, H5T_NATIVE_UINT64, "uint64", &value);
  return value;
}

void Reader::require_text_type(const char* name, hid_t type) const {
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) != 0)
    fail(name, "expected text of fixed length");
}

std::string Reader::text(const char* name) const {
  const Handle attribute = scalar(name);
  const Handle type = checked(H5Aget_type(attribute.get()), H5Tclose, name);
  require_text_type(name, type.get());
  const std::size_t length = H5Tget_size(type.get());
  if (length == 0 || length > longest_attribute)
    fail(name, fmt::format("is a text of {} bytes, expected 1 .. {}", length, longest_attribute));
  std::string bytes(length, '\0');
  if (H5Aread(attribute.get(), type.get(), bytes.data()) < 0)
    fail(name, fmt::format("cannot be read ({})", last_error()));
  return trimmed(bytes.data(), length);
}

Reader::Dataset Reader::dataset(const char* name, std::size_t rank) const {
  require_member(name, H5O_TYPE_DATASET, "dataset");
  Dataset result;
  result.handle = checked(H5Dopen2(node_.get(), name, H5P_DEFAULT), H5Dclose, name);
  result.type = checked(H5Dget_type(result.handle.get()), H5Tclose, name);
  const Handle space = checked(H5Dget_space(result.handle.get()), H5Sclose, name);
  const Handle layout = checked(H5Dget_create_plist(result.handle.get()), H5Pclose, name);
  if (H5Sget_simple_extent_type(space.get()) != H5S_SIMPLE ||
      H5Sget_simple_extent_ndims(space.get()) != static_cast<int>(rank))
    fail(name, fmt::format("expected an array of {} dimension(s)", rank));
  if (H5Pget_layout(layout.get()) != H5D_CONTIGUOUS || H5Pget_external_count(layout.get()) != 0)
    fail(name, "expected contiguous storage inside the file");
  result.shape.resize(rank);
  if (H5Sget_simple_extent_dims(space.get(), result.shape.data(), nullptr) < 0)
    fail(name, fmt::format("cannot be read ({})", last_error()));

  const std::size_t element = H5Tget_size(result.type.get());
  if (element == 0) fail(name, fmt::format("cannot be read ({})", last_error()));
  const hsize_t limit = std::numeric_limits<std::int32_t>::max();
  hsize_t count = 1;
  for (const hsize_t extent : result.shape) {
    // The product stays below 2^62: each extent is below 2^31 and there are at most two.
    if (extent > limit)
      fail(name, fmt::format("has shape {}, expected at most {} along each dimension", result.shape,
                             limit));
    count *= extent;
  }
  if (count > file_->bytes / element ||
      (count > 0 && H5Dget_storage_size(result.handle.get()) != count * element))
    fail(name,
         fmt::format("has shape {} but the file does not hold that many values", result.shape));
  result.count = static_cast<std::size_t>(count);
  return result;
}

Reader::Dataset Reader::numbers(const char* name, std::size_t rank, hid_t stored,
                                std::string_view type) const {
  Dataset found = dataset(name, rank);
  if (H5Tequal(found.type.get(), stored) <= 0) fail(name, fmt::format("expected type {}", type));
  return found;
}

void Reader::read(const char* name, const Dataset& dataset, hid_t wanted, void* values) const {
  if (dataset.count > 0 &&
      H5Dread(dataset.handle.get(), wanted, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
    fail(name, fmt::format("cannot be read ({})", last_error()));
}

std::vector<double> Reader::reals(const char* name) const {
  const Dataset found = numbers(name, 1, H5T_IEEE_F64LE, "float64");
  std::vector<double> values(found.count);
  read(name, found, H5T_NATIVE_DOUBLE, values.data());
  return values;
}

std::vector<std::int64_t> Reader::integers(const char* name) const {
  const Dataset found = numbers(name, 1, H5T_STD_I64LE, "int64");
  std::vector<std::int64_t> values(found.count);
  read(name, found, H5T_NATIVE_INT64, values.data());
  return values;
}

Factor Reader::matrix(const char* name) const {
  const Dataset found = numbers(name, 2, H5T_IEEE_F64LE, "float64");
  Factor values(static_cast<Index>(found.shape[0]), static_cast<Index>(found.shape[1]));
  read(name, found, H5T_NATIVE_DOUBLE, values.data());
  return values;
}

SingleFactor Reader::single_matrix(const char* name) const {
  const Dataset found = numbers(name, 2, H5T_IEEE_F32LE, "float32");
  SingleFactor values(static_cast<Index>(found.shape[0]), static_cast<Index>(found.shape[1]));
  read(name, found, H5T_NATIVE_FLOAT, values.data());
  return values;
}

std::vector<std::string> Reader::strings(const char* name) const {
  const Dataset found = dataset(name, 1);
  require_text_type(name, found.type.get());
  const std::size_t length = H5Tget_size(found.type.get());
  std::string packed(length * found.count, '\0');
  read(name, found, found.type.get(), packed.data());
  std::vector<std::string> texts(found.count);
  for (std::size_t i = 0; i < texts.size(); ++i) texts[i] = trimmed(&packed[i * length], length);
  return texts;
}

}  // namespace hadal::hdf5
