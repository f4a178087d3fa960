#pragma once

#include <hdf5.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "fuzz_file.hpp"

/// Edits of an HDF5 file through the library, which find more than changed bytes do in a format
/// with checksums and cross-references.
namespace hadal::fuzz {

using Names = std::span<const char* const>;

/// Overwrites an attribute of a group, or removes it.
inline void edit_attribute(hid_t file, Names groups, Choices& choices) {
  const hid_t group = H5Gopen2(file, choices.one_of(groups), H5P_DEFAULT);
  if (group < 0) return;
  const auto at = choices.number<std::uint8_t>();
  const bool removes = choices.number<std::uint8_t>() % 8 == 0;
  const hid_t attribute =
      H5Aopen_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, at % 12, H5P_DEFAULT, H5P_DEFAULT);
  if (attribute >= 0) {
    const hid_t type = H5Aget_type(attribute);
    Bytes value(H5Tget_size(type));
    std::ranges::generate(value, [&] { return choices.number<std::uint8_t>(); });
    if (!removes) H5Awrite(attribute, type, value.data());
    H5Tclose(type);
    H5Aclose(attribute);
    if (removes) H5Adelete_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, at % 12, H5P_DEFAULT);
  }
  H5Gclose(group);
}

/// Overwrites one element of a dataset.
inline void edit_value(hid_t file, Names objects, Choices& choices) {
  const hid_t dataset = H5Dopen2(file, choices.one_of(objects), H5P_DEFAULT);
  if (dataset < 0) return;
  const hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  if (count > 0 && count <= 1024) {
    Bytes all(H5Tget_size(type) * static_cast<std::size_t>(count));
    H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data());
    const std::size_t element = choices.number<std::uint8_t>() % static_cast<std::size_t>(count);
    for (std::size_t k = 0; k < H5Tget_size(type); ++k)
      all[element * H5Tget_size(type) + k] = choices.number<std::uint8_t>();
    H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data());
  }
  H5Sclose(space);
  H5Tclose(type);
  H5Dclose(dataset);
}

/// Puts a dataset of another shape, type or storage in the place of an object, or nothing, or a
/// link.
inline void replace_object(hid_t file, Names objects, Choices& choices) {
  const char* const name = choices.one_of(objects);
  if (H5Ldelete(file, name, H5P_DEFAULT) < 0) return;
  const auto kind = choices.number<std::uint8_t>() % 8;
  if (kind == 0) return;
  if (kind == 1) {
    H5Lcreate_soft(choices.one_of(objects), file, name, H5P_DEFAULT, H5P_DEFAULT);
    return;
  }
  const std::array<hid_t, 5> types{H5T_IEEE_F64LE, H5T_STD_I64LE, H5T_C_S1, H5T_IEEE_F32LE,
                                   H5T_STD_U8LE};
  const hid_t type = choices.one_of(types);
  const int rank = choices.number<std::uint8_t>() % 4;
  std::array<hsize_t, 3> shape{}, chunk{1, 1, 1};
  for (hsize_t& extent : shape) {
    const bool huge = choices.number<std::uint8_t>() % 8 == 0;
    extent = huge ? choices.number<std::uint64_t>() >> 2 : choices.number<std::uint8_t>() % 8;
  }
  const hid_t space = H5Screate_simple(rank, shape.data(), nullptr);
  const hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
  if (kind == 2) H5Pset_chunk(plan, rank, chunk.data());
  const hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, plan, H5P_DEFAULT);
  if (dataset >= 0) H5Dclose(dataset);
  if (space >= 0) H5Sclose(space);
  H5Pclose(plan);
}

/// Edits a valid file through the HDF5 library, as often as there are choices left.
inline void edit_hdf5(const std::string& path, Names groups, Names objects, Choices& choices) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  if (file < 0) std::abort();
  while (choices.any_left()) {
    switch (choices.number<std::uint8_t>() % 3) {
      case 0:
        edit_attribute(file, groups, choices);
        break;
      case 1:
        edit_value(file, objects, choices);
        break;
      default:
        replace_object(file, objects, choices);
    }
  }
  H5Fclose(file);
}

}  // namespace hadal::fuzz
