#include <numeric>

#include "hadal/data/write.hpp"
#include "hadal/data/write_tensor.hpp"
#include "npy_support.hpp"
#include "tensor_support.hpp"

namespace hadal {
namespace {

using test::dense_values;
using test::elements;
using test::message_of;
using test::missing;
using test::npy;
using test::read_tensor_bytes;
using test::tensor_refusal;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(TensorNpy, BothOrdersOfElements) {
  const auto bytes = elements<double>({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  TensorEntries entries = read_tensor_bytes("a.npy", npy("<f8", "(2, 3, 2)", bytes));
  EXPECT_THAT(entries.shape, ElementsAre(2, 3, 2));
  EXPECT_TRUE(entries.full());
  EXPECT_THAT(entries.value, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
  entries = read_tensor_bytes("a.npy", npy("<f8", "(2, 3, 2)", bytes, true));
  EXPECT_THAT(entries.value, ElementsAre(0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11));
}

TEST(TensorNpy, TypesAndByteOrders) {
  const auto values = [](const std::string& type, const std::string& bytes) {
    return dense_values(read_tensor_bytes("a.npy", npy(type, "(1, 1, 2)", bytes)));
  };
  EXPECT_THAT(values("<f4", elements<float>({-1.5, 2})), ElementsAre(-1.5, 2));
  EXPECT_THAT(values(">f8", elements<double>({-1.5, 2}, true)), ElementsAre(-1.5, 2));
  EXPECT_THAT(values(">i2", elements<std::int16_t>({-300, 2}, true)), ElementsAre(-300, 2));
  EXPECT_THAT(values("<u8", elements<std::uint64_t>({1, 2})), ElementsAre(1, 2));
  EXPECT_THAT(values("|b1", elements<std::uint8_t>({0, 1})), ElementsAre(0, 1));
}

TEST(TensorNpy, NaNIsMissing) {
  const auto bytes = elements<double>({missing, 1, 2, missing});
  const TensorEntries entries = read_tensor_bytes("a.npy", npy("<f8", "(2, 2, 1)", bytes));
  EXPECT_THAT(entries.index[0], ElementsAre(0, 1));
  EXPECT_THAT(entries.index[1], ElementsAre(1, 0));
  EXPECT_THAT(entries.index[2], ElementsAre(0, 0));
  EXPECT_THAT(entries.value, ElementsAre(1, 2));
}

TEST(TensorNpy, RoundTripOfEveryOrder) {
  for (const std::vector<Index>& shape :
       {std::vector<Index>{2, 3, 4}, {3, 1, 2, 2}, {2, 2, 2, 2, 2, 1, 1, 3}}) {
    Index count = 1;
    for (const Index size : shape) count *= size;
    std::vector<double> values(static_cast<std::size_t>(count));
    std::iota(values.begin(), values.end(), 0.1);
    values[1] = missing;
    const auto path = test::temporary("round.npy");
    write_npy(path, shape, values);
    test::expect_same(read_tensor(path).entries, tensor_from_dense(shape, values));
  }
}

TEST(TensorNpy, WritesTheSameBytesForAMatrixAndAVectorThatNumPyReads) {
  const auto path = test::temporary("w.npy");
  const Factor matrix = test::matrix({{1, 2, 3}, {4, 5, 6}});
  write_npy(path, matrix);
  const std::string bytes = test::read_file(path);
  const std::vector<Index> shape = {2, 3};
  write_npy(path, shape, {matrix.data(), 6});
  EXPECT_EQ(test::read_file(path), bytes);
  const std::vector<Index> length = {6};
  write_npy(path, length, {matrix.data(), 6});
  EXPECT_THAT(test::read_file(path), HasSubstr("'shape': (6,), }"));
  EXPECT_THAT(message_of<ArgumentError>([&] {
                write_npy(path, shape, {matrix.data(), 5});
              }),
              HasSubstr("5 values for an array of shape (2, 3)"));
  EXPECT_THAT(message_of<ArgumentError>([&] {
                write_npy(path, {}, {matrix.data(), 1});
              }),
              HasSubstr("at least one dimension"));
}

TEST(TensorNpy, Refuses) {
  const auto bytes = elements<double>({1, 2, infinity, 4});
  EXPECT_THAT(tensor_refusal("a.npy", npy("<f8", "(1, 2, 2)", bytes)),
              HasSubstr("element (0, 1, 0) is inf: expected a finite number, or NaN"));
  EXPECT_THAT(tensor_refusal("a.npy", npy("<f8", "(2, 2)", bytes)),
              HasSubstr("a.npy: an array of shape (2, 2): expected 3 to 8 dimensions; this is a "
                        "matrix: use 'hadal fit matrix'"));
  EXPECT_THAT(tensor_refusal("a.npy", npy("<f8", "(4,)", bytes)),
              HasSubstr("shape (4): expected 3 to 8 dimensions"));
  EXPECT_THAT(tensor_refusal("a.npy", npy("<f8", "(4, 1, 1, 1, 1, 1, 1, 1, 1)", bytes)),
              HasSubstr("expected 3 to 8 dimensions"));
  EXPECT_THAT(tensor_refusal("a.npy", npy("<f8", "(4, 0, 1)", "")),
              HasSubstr("shape (4, 0, 1): expected sizes from 1 to 2147483647"));
  EXPECT_THAT(tensor_refusal("a.npy", npy("<f8", "(2147483648, 1, 1)", bytes)),
              HasSubstr("expected sizes from 1 to 2147483647"));
  EXPECT_THAT(tensor_refusal("a.npy", npy("<f8", "(2097152, 2097152, 4194304)", bytes)),
              HasSubstr("expected fewer than 2^60 elements"));
  EXPECT_THAT(tensor_refusal("a.npy", npy("<f8", "(1000000, 1000000, 100000)", bytes)),
              HasSubstr("32 bytes of elements: expected 1000000 x 1000000 x 100000 elements of 8"));
  EXPECT_THAT(tensor_refusal("a.npy", npy("<f8", "(1, 2, 1)", bytes)),
              HasSubstr("32 bytes of elements: expected 1 x 2 x 1 elements of 8 bytes"));
  EXPECT_THAT(tensor_refusal("a.npy", "1 1 1 5\n"), HasSubstr("not an NPY file"));
  EXPECT_THAT(tensor_refusal("a.npy", npy("<f8", "(1, 1, 1)", elements<double>({missing}))),
              HasSubstr("none of the 1 x 1 x 1 entries is observed"));
}

TEST(TensorNpy, EveryTruncationIsRefused) {
  const std::string whole = npy("<f8", "(1, 2, 1)", elements<double>({1, 2}));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(tensor_refusal("t.npy", whole.substr(0, size)).empty()) << size;
  }
}

TEST(TensorNpy, MaskAndWeights) {
  const auto path =
      test::write_file("a.npy", npy("<f8", "(1, 2, 2)", elements<double>({1, 2, missing, 4})));
  TensorReadOptions options;
  options.mask =
      test::write_file("mask.npy", npy("|b1", "(1, 2, 2)", elements<std::uint8_t>({1, 0, 1, 1})));
  EXPECT_THAT(dense_values(read_tensor(path, options).entries),
              ElementsAre(1, testing::IsNan(), testing::IsNan(), 4));
  options.weights = test::write_file(
      "weights.npy", npy("<f8", "(1, 2, 2)", elements<double>({0.5, 0, missing, 2})));
  EXPECT_THAT(read_tensor(path, options).entries.weight, ElementsAre(0.5, 2));
  options.mask.clear();
  EXPECT_THAT(message_of<DataError>([&] { read_tensor(path, options); }),
              HasSubstr("weights.npy: element (0, 0, 1) is 0: expected a weight > 0 where the data "
                        "are observed"));
}

TEST(TensorNpy, WeightsOfAFullTensor) {
  const auto path = test::write_file("a.npy", npy("<f8", "(1, 1, 2)", elements<double>({1, 2})));
  TensorReadOptions options;
  options.weights =
      test::write_file("weights.npy", npy("<i4", "(1, 1, 2)", elements<std::int32_t>({3, 4})));
  const TensorEntries entries = read_tensor(path, options).entries;
  EXPECT_TRUE(entries.full());
  EXPECT_THAT(entries.weight, ElementsAre(3, 4));
}

TEST(TensorNpy, RefusesMasksAndWeightsThatDoNotFit) {
  const auto path = test::write_file("a.npy", npy("<f8", "(1, 1, 2)", elements<double>({1, 2})));
  const auto refusal = [&](const std::string& mask, const std::string& weights) {
    TensorReadOptions options;
    if (!mask.empty()) options.mask = test::write_file("mask.npy", mask);
    if (!weights.empty()) options.weights = test::write_file("weights.npy", weights);
    return message_of<DataError>([&] { read_tensor(path, options); });
  };
  const std::string other = npy("|u1", "(1, 2, 1)", elements<std::uint8_t>({1, 1}));
  EXPECT_THAT(refusal(other, ""), HasSubstr("mask.npy: a mask of shape (1, 2, 1): expected "
                                            "(1, 1, 2) as in the data"));
  EXPECT_THAT(refusal("", other), HasSubstr("weights.npy: weights of shape (1, 2, 1): expected"));
  EXPECT_THAT(refusal("PNG", ""), HasSubstr("mask.npy: does not begin with '\\x93NUMPY'"));
  for (const double weight : {-1.0, 0.0, missing, infinity}) {
    EXPECT_THAT(refusal("", npy("<f8", "(1, 1, 2)", elements<double>({1, weight}))),
                HasSubstr("element (0, 0, 1)"));
  }
  EXPECT_THAT(refusal(npy("|u1", "(1, 1, 2)", elements<std::uint8_t>({0, 0})), ""),
              HasSubstr("none of the 1 x 1 x 2 entries is observed"));
}

TEST(TensorNpy, RefusesOptionsThatDoNotApply) {
  const auto refusal = [](const TensorReadOptions& options) {
    const std::string bytes = npy("<f8", "(1, 1, 1)", elements<double>({1}));
    return message_of<ArgumentError>([&] { read_tensor_bytes("a.npy", bytes, options); });
  };
  TensorReadOptions options;
  options.weighted = true;
  EXPECT_THAT(refusal(options), HasSubstr("the option weighted does not apply to the format npy"));
  options = {};
  options.index_base = 0;
  EXPECT_THAT(refusal(options), HasSubstr("index_base does not apply"));
  options = {};
  options.shape = {1, 1, 1};
  EXPECT_THAT(refusal(options), HasSubstr("shape does not apply"));
}

std::string archive_of_tensors() {
  return test::read_file(test::source_folder() / "tests/fuzz/seeds/npz_fuzz/tensors.npz");
}

TEST(TensorNpz, ReadsWhatNumPyWrote) {
  TensorReadOptions options;
  options.array_name = "cube";
  TensorEntries entries = read_tensor_bytes("a.npz", archive_of_tensors(), options);
  EXPECT_THAT(entries.shape, ElementsAre(2, 1, 2));
  EXPECT_THAT(dense_values(entries), ElementsAre(1.5, testing::IsNan(), -2, 4));
  options.array_name = "fortran";
  entries = read_tensor_bytes("a.npz", archive_of_tensors(), options);
  EXPECT_THAT(entries.shape, ElementsAre(1, 2, 3));
  EXPECT_THAT(entries.value, ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(TensorNpz, AsksWhichArrayAndNamesItInMessages) {
  EXPECT_THAT(message_of<ArgumentError>([] { read_tensor_bytes("a.npz", archive_of_tensors()); }),
              HasSubstr("array name '': expected one of 'cube', 'fortran', 'matrix'"));
  TensorReadOptions options;
  options.array_name = "matrix";
  EXPECT_THAT(tensor_refusal("a.npz", archive_of_tensors(), options),
              HasSubstr("a.npz, member 'matrix.npy': an array of shape (2, 2): expected 3 to 8"));
}

}  // namespace
}  // namespace hadal
