#include <numeric>

#include "npy_support.hpp"
#include "tensor_support.hpp"

namespace hadal {
namespace {

using test::dense_values;
using test::Hdf5File;
using test::message_of;
using test::missing;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsNan;

constexpr double infinity = std::numeric_limits<double>::infinity();

TensorReadOptions named(const std::string& name) {
  TensorReadOptions options;
  options.array_name = name;
  return options;
}

std::string refusal(Hdf5File& file, const TensorReadOptions& options = {}) {
  return message_of<DataError>([&] { read_tensor(file.close(), options); });
}

/// How a data set is stored, until the end of the scope.
class Plan {
 public:
  Plan() : id_(H5Pcreate(H5P_DATASET_CREATE)) {}
  ~Plan() { H5Pclose(id_); }
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  hid_t id() const { return id_; }
  Plan& chunk(const std::vector<hsize_t>& shape) {
    H5Pset_chunk(id_, static_cast<int>(shape.size()), shape.data());
    return *this;
  }
  Plan& deflate() {
    H5Pset_deflate(id_, 9);
    return *this;
  }

 private:
  hid_t id_;
};

TEST(TensorHdf5, ReadsWhatH5pyWrote) {
  const auto read = [](const char* name) {
    return read_tensor(test::source_folder() / "tests/data/hdf5" / name).entries;
  };
  const TensorEntries dense = read("dense.h5");
  EXPECT_THAT(dense.shape, ElementsAre(2, 2, 2));
  EXPECT_THAT(dense_values(dense), ElementsAre(1.5, IsNan(), 0, 3, -2, 4, 5, 6));
  const TensorEntries compressed = read("compressed.h5");
  EXPECT_THAT(compressed.shape, ElementsAre(2, 3, 4));
  std::vector<double> counted(24);
  std::iota(counted.begin(), counted.end(), 0);
  EXPECT_EQ(compressed.value, counted);
  test::expect_same(read("sparse.h5"),
                    {{2, 2, 4}, {{0, 0, 1}, {0, 1, 0}, {0, 1, 2}}, {3, 2, 1.5}, {0.5, 2, 1}});
  test::expect_same(read("root.h5"), {{2, 2, 3}, {{0, 1}, {1, 0}, {1, 2}}, {2, 1}, {}});
}

TEST(TensorHdf5, TypesOfEitherByteOrder) {
  for (const hid_t type : {H5T_IEEE_F32BE, H5T_IEEE_F64BE, H5T_STD_I8LE, H5T_STD_U8LE,
                           H5T_STD_I16BE, H5T_STD_U32LE, H5T_STD_I64BE, H5T_STD_U64LE}) {
    Hdf5File file("types.h5");
    file.dataset("x", {1, 2, 2}, {0, 1, 2, 100}, type);
    EXPECT_THAT(read_tensor(file.close()).entries.value, ElementsAre(0, 1, 2, 100));
  }
}

TEST(TensorHdf5, ChunksThatDoNotDivideTheArray) {
  Hdf5File file("chunks.h5");
  std::vector<double> values(30);
  std::iota(values.begin(), values.end(), 0);
  file.dataset("plain", {5, 2, 3}, values, H5T_IEEE_F64LE, Plan().chunk({4, 2, 2}).id());
  file.dataset("deflated", {5, 2, 3}, values, H5T_IEEE_F64LE,
               Plan().chunk({4, 2, 2}).deflate().id());
  EXPECT_EQ(read_tensor(file.close(), named("plain")).entries.value, values);
  EXPECT_EQ(read_tensor(file.close(), named("deflated")).entries.value, values);
}

TEST(TensorHdf5, TheOnlyTensorOrTheOneThatIsNamed) {
  Hdf5File file("names.h5");
  file.group("a");
  file.group("a/b");
  file.dataset("a/b/x", {1, 1, 1}, {1});
  file.group("s");
  file.dataset("s/indices", {1, 3}, {0, 0, 1});
  file.dataset("s/values", {1}, {7});
  for (const std::string name : {"a/b/x", "/a/b/x", "/a//b/x/"}) {
    EXPECT_THAT(read_tensor(file.close(), named(name)).entries.value, ElementsAre(1));
  }
  EXPECT_THAT(read_tensor(file.close(), named("s")).entries.shape, ElementsAre(1, 1, 2));
  for (const std::string name : {"", "x", "/a/b", "/a/b/x/y"}) {
    EXPECT_THAT(message_of<ArgumentError>([&] { read_tensor(file.close(), named(name)); }),
                HasSubstr("names.h5: array name '" + name + "': expected one of '/a/b/x', '/s'"));
  }
}

TEST(TensorHdf5, RefusesFilesWithoutData) {
  Hdf5File empty("empty.h5");
  EXPECT_THAT(refusal(empty), HasSubstr("empty.h5: holds no data set: expected a tensor"));
  EXPECT_THAT(test::tensor_refusal("a.h5", "1 1 1 5\n"), HasSubstr("not a readable HDF5 file"));
  EXPECT_THAT(test::tensor_refusal("a.h5", ""), HasSubstr("is empty"));
  const std::string whole = test::read_file(test::source_folder() / "tests/data/hdf5/dense.h5");
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    EXPECT_FALSE(test::tensor_refusal("t.h5", whole.substr(0, size)).empty()) << size;
  }
}

TEST(TensorHdf5, RefusesLinksElsewhere) {
  Hdf5File file("links.h5");
  file.dataset("x", {1, 1, 1}, {1});
  H5Lcreate_soft("/x", file.id(), "soft", H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_external("names.h5", "/a", file.id(), "external", H5P_DEFAULT, H5P_DEFAULT);
  for (const std::string name : {"soft", "external", "external/b/x"}) {
    EXPECT_THAT(message_of<ArgumentError>([&] { read_tensor(file.close(), named(name)); }),
                HasSubstr("expected one of '/x'"));
  }
}

TEST(TensorHdf5, RefusesDenseArrays) {
  const auto of = [](const std::vector<hsize_t>& shape, const std::vector<double>& values,
                     hid_t type = H5T_IEEE_F64LE) {
    Hdf5File file("dense.h5");
    file.dataset("x", shape, values, type);
    return refusal(file);
  };
  EXPECT_THAT(of({1, 2}, {1, 2}),
              HasSubstr("dense.h5: /x: an array of shape (1, 2): expected 3 to 8 dimensions; this "
                        "is a matrix: use 'hadal fit matrix'"));
  EXPECT_THAT(of({2}, {1, 2}), HasSubstr("shape (2): expected 3 to 8 dimensions"));
  EXPECT_THAT(of({1, 0, 2}, {}), HasSubstr("shape (1, 0, 2): expected sizes from 1"));
  EXPECT_THAT(of({1, 2, 2}, {1, 2, 3, -infinity}),
              HasSubstr("dense.h5: /x: element (0, 1, 1) is -inf: expected a finite number"));
  EXPECT_THAT(of({1, 1, 2}, {missing, missing}),
              HasSubstr("none of the 1 x 1 x 2 entries is observed"));
  EXPECT_THAT(of({1, 1, 1}, {}, H5T_C_S1), HasSubstr("expected numbers: floats of 32 or 64 bits"));
}

TEST(TensorHdf5, RefusesArraysThatTheFileDoesNotHold) {
  const auto of = [](const std::vector<hsize_t>& shape, hid_t plan) {
    Hdf5File file("stored.h5");
    file.dataset("x", shape, {}, H5T_IEEE_F64LE, plan);
    return refusal(file);
  };
  const char* const message = "the file does not hold that many values";
  EXPECT_THAT(of({2, 2, 2}, H5P_DEFAULT), HasSubstr(message));
  EXPECT_THAT(of({100, 100, 100}, H5P_DEFAULT), HasSubstr(message));
  EXPECT_THAT(of({1000000, 1000000, 100000}, Plan().chunk({1, 1, 1}).id()), HasSubstr(message));
  EXPECT_THAT(of({2, 2, 2}, Plan().chunk({2, 2, 2}).deflate().id()), HasSubstr(message));
  Plan elsewhere;
  H5Pset_external(elsewhere.id(), "/etc/hostname", 0, 8);
  EXPECT_THAT(of({1, 1, 1}, elsewhere.id()), HasSubstr("is stored in other files"));
}

TEST(TensorHdf5, RefusesChunksThatWereNeverWrittenAndUnknownFilters) {
  Hdf5File file("partial.h5");
  file.dataset("x", {4, 1, 1}, {}, H5T_IEEE_F64LE, Plan().chunk({2, 1, 1}).id());
  const hid_t set = H5Dopen2(file.id(), "x", H5P_DEFAULT);
  const std::array<hsize_t, 3> start{}, count{2, 1, 1};
  const hid_t space = H5Dget_space(set);
  H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
  const hid_t memory = H5Screate_simple(3, count.data(), nullptr);
  const std::array<double, 2> values{1, 2};
  H5Dwrite(set, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, values.data());
  H5Sclose(memory);
  H5Sclose(space);
  H5Dclose(set);
  EXPECT_THAT(refusal(file), HasSubstr("the file does not hold that many values"));

  Hdf5File scaled("scaled.h5");
  Plan plan;
  plan.chunk({2, 1, 1});
  H5Pset_scaleoffset(plan.id(), H5Z_SO_INT, 8);
  scaled.dataset("x", {2, 1, 1}, {1, 2}, H5T_STD_I32LE, plan.id());
  EXPECT_THAT(refusal(scaled), HasSubstr("filter 6 in a pipeline of 1: expected shuffle"));
}

TEST(TensorHdf5, MaskAndWeightsOfADenseArray) {
  Hdf5File file("masked.h5");
  file.dataset("x", {1, 1, 3}, {1, 2, 3});
  TensorReadOptions options;
  options.mask = test::write_file(
      "mask.npy", test::npy("|u1", "(1, 1, 3)", test::elements<std::uint8_t>({1, 0, 1})));
  options.weights = test::write_file(
      "weights.npy", test::npy("<f8", "(1, 1, 3)", test::elements<double>({0.5, 0, 2})));
  const TensorEntries entries = read_tensor(file.close(), options).entries;
  EXPECT_THAT(entries.value, ElementsAre(1, 3));
  EXPECT_THAT(entries.weight, ElementsAre(0.5, 2));
}

/// A sparse tensor in the group /t, of which one data set may be different.
struct Sparse {
  std::vector<hsize_t> indices_shape = {2, 3};
  std::vector<double> indices = {0, 1, 2, 1, 0, 0}, values = {5, 6}, shape = {}, weights = {};
  hid_t index_type = H5T_STD_I32LE;

  TensorEntries read(const TensorReadOptions& options = {}) const {
    Hdf5File file("sparse.h5");
    file.group("t");
    file.dataset("t/indices", indices_shape, indices, index_type);
    file.dataset("t/values", {values.size()}, values);
    if (!shape.empty()) file.dataset("t/shape", {shape.size()}, shape);
    if (!weights.empty()) file.dataset("t/weights", {weights.size()}, weights);
    return read_tensor(file.close(), options).entries;
  }
  std::string refusal() const {
    return message_of<DataError>([&] { read(); });
  }
};

TEST(TensorHdf5, SparseTensors) {
  test::expect_same(Sparse{}.read(), {{2, 2, 3}, {{0, 1}, {1, 0}, {2, 0}}, {5, 6}, {}});
  Sparse sparse;
  sparse.shape = {2, 3, 4};
  sparse.weights = {1, 0.5};
  sparse.index_type = H5T_IEEE_F64LE;
  test::expect_same(sparse.read(), {{2, 3, 4}, {{0, 1}, {1, 0}, {2, 0}}, {5, 6}, {1, 0.5}});
  Sparse twice{.indices = {0, 1, 2, 0, 1, 2}};
  EXPECT_THAT(twice.refusal(), HasSubstr("sparse.h5: /t, entry 1: indices (0, 1, 2), value 6 was "
                                         "given before ("));
  TensorReadOptions mean;
  mean.duplicates = Duplicates::mean;
  EXPECT_THAT(twice.read(mean).value, ElementsAre(5.5));
}

TEST(TensorHdf5, RefusesSparseTensors) {
  EXPECT_THAT((Sparse{.indices_shape = {3, 2}}.refusal()),
              HasSubstr("sparse.h5: /t/indices: shape (3, 2): expected a row for each entry and a "
                        "column for each of 3 to 8 modes; this is a matrix"));
  EXPECT_THAT((Sparse{.indices_shape = {6}}.refusal()), HasSubstr("/t/indices: shape (6)"));
  EXPECT_THAT((Sparse{.indices_shape = {0, 3}, .indices = {}}.refusal()),
              HasSubstr("/t/indices: shape (0, 3)"));
  EXPECT_THAT((Sparse{.values = {5, 6, 7}}.refusal()),
              HasSubstr("/t/values: shape (3): expected (2), a value for each row"));
  EXPECT_THAT((Sparse{.weights = {5}}.refusal()), HasSubstr("/t/weights: shape (1): expected (2)"));
  EXPECT_THAT((Sparse{.shape = {2, 3}}.refusal()), HasSubstr("/t/shape: shape (2): expected (3)"));
  for (const double size : {0.0, -1.0, 2.5, 2147483648.0, missing}) {
    EXPECT_THAT((Sparse{.shape = {2, 3, size}}.refusal()),
                HasSubstr("expected whole numbers from 1 to 2147483647"));
  }
  EXPECT_THAT((Sparse{.indices = {0, 1, 2, 1, -1, 0}}.refusal()),
              HasSubstr("/t/indices: element (1, 1) is -1: expected a whole number from 0 to "
                        "2147483646"));
  EXPECT_THAT((Sparse{.indices = {0, 1, 2, 1, 0, 0}, .shape = {2, 2, 2}}.refusal()),
              HasSubstr("element (0, 2) is 2: expected a whole number from 0 to 1"));
  EXPECT_THAT((Sparse{.indices = {0, 1, 0.5, 1, 0, 0}, .index_type = H5T_IEEE_F64LE}.refusal()),
              HasSubstr("element (0, 2) is 0.5"));
  EXPECT_THAT((Sparse{.values = {5, infinity}}.refusal()),
              HasSubstr("/t, entry 1: indices (1, 0, 0), value inf: expected a finite value"));
  EXPECT_THAT((Sparse{.values = {missing, 1}}.refusal()), HasSubstr("expected a finite value"));
  EXPECT_THAT((Sparse{.weights = {1, 0}}.refusal()), HasSubstr("weight 0: expected a finite"));
}

TEST(TensorHdf5, RefusesAMaskForASparseTensor) {
  TensorReadOptions options;
  options.mask = "mask.npy";
  EXPECT_THAT(message_of<ArgumentError>([&] { Sparse{}.read(options); }),
              HasSubstr("sparse.h5: /t: a mask and weights in files of their own"));
}

}  // namespace
}  // namespace hadal
