#include <hdf5.h>

#include <array>

#include "fuzz_file.hpp"
#include "fuzz_tensor.hpp"

/// HDF5 files that are made of data sets of all kinds. Damaged bytes are left to the tests: what
/// they reach is the library, which leaks and asks for absurd amounts of memory.
namespace {

using hadal::fuzz::Choices;

constexpr std::array names{"x",         "t/indices", "t/values", "t/shape",
                           "t/weights", "indices",   "values"};

/// An extent that is small, and sometimes of any size.
hsize_t extent(Choices& choices) {
  const auto small = choices.number<std::uint8_t>();
  return small % 16 == 0 ? choices.number<std::uint64_t>() >> (small % 7 * 8) : small % 5;
}

void fill(hid_t dataset, hid_t space, Choices& choices) {
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  if (count <= 0 || count > 1024) return;
  constexpr std::array<double, 8> special{0, 1, 2, -1, 0.5, 1e300, 3e9, 1};
  std::vector<double> values(static_cast<std::size_t>(count));
  for (double& value : values) {
    const auto which = choices.number<std::uint8_t>();
    value = which < 200 ? which % 4 : special[which % special.size()];
  }
  H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
}

void add_dataset(hid_t file, Choices& choices) {
  const char* const name = choices.one_of(names);
  const std::array<hid_t, 6> types{H5T_IEEE_F64LE, H5T_IEEE_F32BE, H5T_STD_I64LE,
                                   H5T_STD_U8LE,   H5T_STD_I32BE,  H5T_C_S1};
  const hid_t type = choices.one_of(types);
  const auto storage = choices.number<std::uint8_t>();
  std::vector<hsize_t> shape(choices.number<std::uint8_t>() % 5), chunk(shape.size());
  for (hsize_t& each : shape) each = extent(choices);
  for (hsize_t& each : chunk) each = choices.number<std::uint8_t>() % 4 + 1;
  const int rank = static_cast<int>(shape.size());
  const hid_t space = H5Screate_simple(rank, shape.data(), nullptr);
  const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
  if (storage % 2 == 1 && rank > 0) H5Pset_chunk(plan, rank, chunk.data());
  if (storage % 4 == 3) H5Pset_deflate(plan, 1);
  if (storage % 8 == 7) H5Pset_shuffle(plan);
  const hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, plan, H5P_DEFAULT);
  if (dataset >= 0) {
    if (storage < 240) fill(dataset, space, choices);
    H5Dclose(dataset);
  }
  if (space >= 0) H5Sclose(space);
  H5Pclose(plan);
}

void make_file(const std::string& path, Choices choices) {
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  H5Gclose(H5Gcreate2(file, "t", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  while (choices.any_left()) add_dataset(file, choices);
  H5Fclose(file);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace hadal;
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  const fuzz::TemporaryFile file({});
  make_file(file.path(), Choices(bytes, size));
  TensorReadOptions options;
  options.format = TensorFormat::hdf5;
  for (const char* const name : {"", "x", "t"}) {
    options.array_name = name;
    options.duplicates = Duplicates::mean;
    fuzz::check_tensor([&] { return read_tensor(file.path(), options); });
  }
  return 0;
}
