#include "hdf5_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

namespace hadal::hdf5 {
namespace {

[[noreturn]] void refuse_unreadable(const io::Source& source) {
  io::refuse(source, fmt::format("cannot be read ({})", last_error()));
}

Handle checked(hid_t id, Handle::Close close, const io::Source& source) {
  if (id < 0) refuse_unreadable(source);
  return {id, close};
}

void require_plain_type(const io::Source& source, hid_t type) {
  const std::array plain{H5T_IEEE_F32LE, H5T_IEEE_F32BE, H5T_IEEE_F64LE, H5T_IEEE_F64BE,
                         H5T_STD_I8LE,   H5T_STD_I8BE,   H5T_STD_I16LE,  H5T_STD_I16BE,
                         H5T_STD_I32LE,  H5T_STD_I32BE,  H5T_STD_I64LE,  H5T_STD_I64BE,
                         H5T_STD_U8LE,   H5T_STD_U8BE,   H5T_STD_U16LE,  H5T_STD_U16BE,
                         H5T_STD_U32LE,  H5T_STD_U32BE,  H5T_STD_U64LE,  H5T_STD_U64BE};
  const auto is_it = [&](hid_t candidate) { return H5Tequal(type, candidate) > 0; };
  if (std::any_of(plain.begin(), plain.end(), is_it)) return;
  io::refuse(source, "expected numbers: floats of 32 or 64 bits, or integers");
}

std::vector<std::uint64_t> shape_of(const io::Source& source, hid_t space) {
  const int order = H5Sget_simple_extent_ndims(space);
  if (H5Sget_simple_extent_type(space) == H5S_NULL || order < 0) {
    io::refuse(source, "holds no array: expected one");
  }
  std::vector<hsize_t> extents(static_cast<std::size_t>(order));
  if (H5Sget_simple_extent_dims(space, extents.data(), nullptr) < 0) refuse_unreadable(source);
  return {extents.begin(), extents.end()};
}

/// How many bytes one byte of the file may stand for. Throws DataError for filters that are not
/// known, or that do not bound it.
std::uint64_t most_expansion(const io::Source& source, hid_t plan) {
  constexpr std::uint64_t deflate_expansion = 1032;
  std::uint64_t expansion = 1;
  const int count = H5Pget_nfilters(plan);
  if (count < 0) refuse_unreadable(source);
  for (int k = 0; k < count; ++k) {
    unsigned flags = 0, configuration = 0;
    std::size_t values = 0;
    const H5Z_filter_t filter = H5Pget_filter2(plan, static_cast<unsigned>(k), &flags, &values,
                                               nullptr, 0, nullptr, &configuration);
    if (filter == H5Z_FILTER_DEFLATE && expansion == 1) {
      expansion = deflate_expansion;
    } else if (filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32) {
      io::refuse(source, fmt::format("filter {} in a pipeline of {}: expected shuffle, fletcher32 "
                                     "and one deflate (gzip)",
                                     filter, count));
    }
  }
  return expansion;
}

/// What is known of how a data set is stored.
struct Storage {
  Handle plan;
  H5D_layout_t layout;
  std::uint64_t element;     ///< bytes of one element
  std::uint64_t most_bytes;  ///< that the file may stand for
};

Storage storage_of(const Numbers& numbers) {
  const io::Source& source = numbers.source;
  const Handle type = checked(H5Dget_type(numbers.dataset.get()), H5Tclose, source);
  Handle plan = checked(H5Dget_create_plist(numbers.dataset.get()), H5Pclose, source);
  const H5D_layout_t layout = H5Pget_layout(plan.get());
  if ((layout != H5D_CONTIGUOUS && layout != H5D_COMPACT && layout != H5D_CHUNKED) ||
      H5Pget_external_count(plan.get()) != 0) {
    io::refuse(source, "is stored in other files: expected all of it in this one");
  }
  const std::uint64_t expansion = most_expansion(source, plan.get());
  std::uint64_t most_bytes = 0;
  if (__builtin_mul_overflow(numbers.file_bytes, expansion, &most_bytes)) refuse_unreadable(source);
  return {std::move(plan), layout, H5Tget_size(type.get()), most_bytes};
}

/// Whether every chunk was written: what was not, would be read as zeros.
bool has_every_chunk(const Numbers& numbers, const Storage& storage) {
  const std::size_t order = numbers.shape.size();
  const Handle space = checked(H5Dget_space(numbers.dataset.get()), H5Sclose, numbers.source);
  std::vector<hsize_t> chunk(order);
  hsize_t written = 0;
  if (H5Pget_chunk(storage.plan.get(), static_cast<int>(order), chunk.data()) < 0 ||
      H5Dget_num_chunks(numbers.dataset.get(), space.get(), &written) < 0) {
    refuse_unreadable(numbers.source);
  }
  std::uint64_t needed = 1, chunk_bytes = storage.element;
  for (std::size_t k = 0; k < order; ++k) {
    if (chunk[k] == 0 || __builtin_mul_overflow(chunk_bytes, chunk[k], &chunk_bytes)) return false;
    needed *= (numbers.shape[k] + chunk[k] - 1) / chunk[k];  // at most the number of elements
  }
  if (chunk_bytes > storage.most_bytes) return false;
  io::require_memory(numbers.source, chunk_bytes);  // the library reads whole chunks
  return written == needed;
}

/// The number of elements. Throws DataError unless the file itself holds all of them.
std::uint64_t count_stored(const Numbers& numbers) {
  const Storage storage = storage_of(numbers);
  std::uint64_t count = 1, bytes = storage.element;
  bool fits = true;
  for (const std::uint64_t size : numbers.shape) {
    fits = fits && !__builtin_mul_overflow(bytes, size, &bytes);
    count *= size;
  }
  fits = fits && bytes <= storage.most_bytes;
  if (storage.layout == H5D_CHUNKED) {
    fits = fits && has_every_chunk(numbers, storage);
  } else {
    fits = fits && H5Dget_storage_size(numbers.dataset.get()) == bytes;
  }
  if (fits) return count;
  io::refuse(numbers.source, fmt::format("an array of shape ({}): the file does not hold that many "
                                         "values",
                                         fmt::join(numbers.shape, ", ")));
}

}  // namespace

std::vector<double> Numbers::read() const {
  const std::uint64_t count = count_stored(*this);
  io::require_memory(source, count * sizeof(double));
  std::vector<double> values(count);
  if (H5Dread(dataset.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) {
    refuse_unreadable(source);
  }
  return values;
}

DataFile::DataFile(const std::filesystem::path& path) : name_(path.string()) {
  std::error_code error;
  bytes_ = std::filesystem::file_size(path, error);
  if (error) io::refuse({name_, {}}, fmt::format("cannot be read: {}", error.message()));
  file_ = Handle(H5Fopen(name_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!file_.valid()) {
    io::refuse({name_, {}}, fmt::format("not a readable HDF5 file ({})", last_error()));
  }
}

std::vector<std::string> DataFile::datasets() const {
  std::vector<std::string> paths;
  const auto collect = [](hid_t, const char* name, const H5O_info_t* info, void* out) -> herr_t {
    if (info->type == H5O_TYPE_DATASET) {
      static_cast<std::vector<std::string>*>(out)->push_back(std::string("/") + name);
    }
    return 0;
  };
  if (H5Ovisit2(file_.get(), H5_INDEX_NAME, H5_ITER_INC, collect, &paths, H5O_INFO_BASIC) < 0) {
    refuse_unreadable({name_, {}});
  }
  return paths;
}

Handle DataFile::open(const std::string& path) const {
  Handle node(H5Gopen2(file_.get(), "/", H5P_DEFAULT), H5Oclose);
  for (std::size_t start = 0; node.valid() && start < path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    const std::string step = path.substr(start, end - start);
    start = end + 1;
    if (step.empty()) continue;
    H5L_info_t link;
    if (H5Lexists(node.get(), step.c_str(), H5P_DEFAULT) <= 0 ||
        H5Lget_info(node.get(), step.c_str(), &link, H5P_DEFAULT) < 0 ||
        link.type != H5L_TYPE_HARD) {
      return {};
    }
    node = Handle(H5Oopen(node.get(), step.c_str(), H5P_DEFAULT), H5Oclose);
  }
  return node;
}

bool DataFile::has_dataset(const std::string& path) const {
  const Handle node = open(path);
  return node.valid() && H5Iget_type(node.get()) == H5I_DATASET;
}

Numbers DataFile::numbers(const std::string& path) const {
  Numbers numbers{source(path), open(path), {}, bytes_};
  const hid_t dataset = numbers.dataset.get();
  const Handle type = checked(H5Dget_type(dataset), H5Tclose, numbers.source);
  const Handle space = checked(H5Dget_space(dataset), H5Sclose, numbers.source);
  require_plain_type(numbers.source, type.get());
  numbers.shape = shape_of(numbers.source, space.get());
  return numbers;
}

io::Source DataFile::source(std::string_view path) const {
  return {fmt::format("{}: {}", name_, path), {}};
}

}  // namespace hadal::hdf5
