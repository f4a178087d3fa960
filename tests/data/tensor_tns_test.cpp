#include <rapidcheck.h>

#include "hadal/data/write_tensor.hpp"
#include "tensor_support.hpp"

namespace hadal {
namespace {

using test::dense_values;
using test::message_of;
using test::missing;
using test::read_tensor_bytes;
using test::tensor_refusal;
using testing::ElementsAre;
using testing::HasSubstr;

TensorReadOptions counted_from_zero() {
  TensorReadOptions options;
  options.index_base = 0;
  return options;
}

TensorReadOptions weighted() {
  TensorReadOptions options;
  options.weighted = true;
  return options;
}

TensorReadOptions shaped(std::vector<Index> shape) {
  TensorReadOptions options;
  options.shape = std::move(shape);
  return options;
}

TEST(Tns, IndicesAreCountedFromOneAndSizesAreTheLargest) {
  const TensorEntries entries = read_tensor_bytes("a.tns", "2 1 3 -1.5\n1 1 1 7\n1 2 3 1e3\n");
  EXPECT_THAT(entries.shape, ElementsAre(2, 2, 3));
  EXPECT_THAT(entries.index[0], ElementsAre(0, 0, 1));
  EXPECT_THAT(entries.index[1], ElementsAre(0, 1, 0));
  EXPECT_THAT(entries.index[2], ElementsAre(0, 2, 2));
  EXPECT_THAT(entries.value, ElementsAre(7, 1000, -1.5));
  EXPECT_TRUE(entries.weight.empty());
}

TEST(Tns, CommentsBlankLinesTabsAndCarriageReturns) {
  const TensorEntries entries = read_tensor_bytes(
      "a.txt", "\xef\xbb\xbf# made by hand\n\n  1\t1 1   4\t\r\n\t#2 2 2 2\n \t\n1 1 2 5");
  EXPECT_TRUE(entries.full());
  EXPECT_THAT(entries.shape, ElementsAre(1, 1, 2));
  EXPECT_THAT(entries.value, ElementsAre(4, 5));
}

TEST(Tns, EveryOrderFromThreeToEight) {
  for (std::size_t order = 3; order <= 8; ++order) {
    std::string line;
    for (std::size_t mode = 0; mode < order; ++mode) line += std::to_string(mode + 1) + " ";
    const TensorEntries entries = read_tensor_bytes("a.tns", line + "0\n");
    EXPECT_EQ(entries.shape.size(), order);
    EXPECT_EQ(entries.index[order - 1][0], static_cast<std::int32_t>(order) - 1);
    EXPECT_THAT(entries.value, ElementsAre(0));
  }
}

TEST(Tns, Options) {
  TensorEntries entries = read_tensor_bytes("a.tns", "0 0 1 5\n", counted_from_zero());
  EXPECT_THAT(entries.shape, ElementsAre(1, 1, 2));
  EXPECT_THAT(entries.index[2], ElementsAre(1));
  entries = read_tensor_bytes("a.tns", "1 1 2 5 0.5\n1 1 1 4 2\n", weighted());
  EXPECT_THAT(entries.value, ElementsAre(4, 5));
  EXPECT_THAT(entries.weight, ElementsAre(2, 0.5));
  entries = read_tensor_bytes("a.tns", "1 1 2 5\n", shaped({1, 4, 3}));
  EXPECT_THAT(entries.shape, ElementsAre(1, 4, 3));
}

TEST(Tns, DuplicatesAreRefusedOrAveraged) {
  const std::string text = "# a\n1 2 1 5\n\n2 1 1 6\n1 2 1 8\n";
  EXPECT_THAT(tensor_refusal("a.tns", text),
              HasSubstr("a.tns, line 5: indices (1, 2, 1), value 8 was given before ("));
  EXPECT_THAT(tensor_refusal("a.tns", text), HasSubstr("a.tns, line 2, value 5)"));
  EXPECT_THAT(tensor_refusal("a.tns", "0 0 0 1\n0 0 0 2", counted_from_zero()),
              HasSubstr("line 2: indices (0, 0, 0), value 2"));
  TensorReadOptions options;
  options.duplicates = Duplicates::mean;
  const TensorEntries entries = read_tensor_bytes("a.tns", text, options);
  EXPECT_THAT(entries.value, ElementsAre(6.5, 6));
  EXPECT_THAT(entries.weight, ElementsAre(2, 1));
}

TEST(Tns, RefusesOrdersThatAreNoTensors) {
  EXPECT_THAT(tensor_refusal("a.tns", "1 1 5\n"),
              HasSubstr("a.tns, line 1: 3 fields: expected 3 to 8 indices, a value; this is a "
                        "matrix: use 'hadal fit matrix'"));
  EXPECT_THAT(tensor_refusal("a.tns", "#\n5\n"), HasSubstr("line 2: 1 fields: expected 3 to 8"));
  EXPECT_THAT(tensor_refusal("a.tns", "1 1 1 1 1 1 1 1 1 5\n"), HasSubstr("10 fields"));
  EXPECT_THAT(tensor_refusal("a.tns", "1 1 5 1\n", weighted()),
              HasSubstr("4 fields: expected 3 to 8 indices, a value and a weight; this is a"));
}

TEST(Tns, RefusesLinesThatDoNotAgree) {
  EXPECT_THAT(tensor_refusal("a.tns", "#\n1 1 1 5\n1 1 2\n"),
              HasSubstr("a.tns, line 3: 3 fields: expected 4, as on line 2"));
  EXPECT_THAT(tensor_refusal("a.tns", "1 1 1 5\n1 1 2 3 4\n"), HasSubstr("5 fields: expected 4"));
  EXPECT_THAT(tensor_refusal("a.tns", "1 1 1 5\n", shaped({2, 2, 2, 2})),
              HasSubstr("line 1: 3 indices: expected 4, as in the shape (2, 2, 2, 2)"));
}

TEST(Tns, RefusesIndices) {
  EXPECT_THAT(tensor_refusal("a.tns", "1 -1 1 5\n"),
              HasSubstr("a.tns, line 1: index '-1' of mode 1: expected a whole number from 1 to "
                        "2147483647"));
  EXPECT_THAT(tensor_refusal("a.tns", "1 1 0 5\n"),
              HasSubstr("index '0' of mode 2: expected a whole number from 1 to 2147483647; set "
                        "the index base where they count from 0"));
  for (const std::string index : {"1.5", "x", "+1", "1e2", "2147483648", "99999999999999999999"}) {
    EXPECT_THAT(tensor_refusal("a.tns", index + " 1 1 5\n"),
                HasSubstr("index '" + index + "' of mode 0: expected a whole number"));
  }
  EXPECT_THAT(tensor_refusal("a.tns", "1 4 1 5\n", shaped({3, 3, 3})),
              HasSubstr("index '4' of mode 1: expected a whole number from 1 to 3"));
  EXPECT_THAT(tensor_refusal("a.tns", "0 2147483647 0 5\n", counted_from_zero()),
              HasSubstr("from 0 to 2147483646"));
}

TEST(Tns, RefusesValuesAndWeights) {
  for (const std::string value : {"x", "nan", "NA", "inf", "-Infinity", "1e999", "1,5", "0x10"}) {
    EXPECT_THAT(tensor_refusal("a.tns", "1 1 1 1\n1 1 2 " + value + "\n"),
                HasSubstr("a.tns, line 2: value '" + value + "': expected a finite number"));
  }
  for (const std::string weight : {"0", "-1"}) {
    EXPECT_THAT(tensor_refusal("a.tns", "1 1 1 1 " + weight, weighted()),
                HasSubstr("line 1: weight '" + weight + "': expected a number > 0"));
  }
  EXPECT_THAT(tensor_refusal("a.tns", "1 1 1 1 inf", weighted()),
              HasSubstr("weight 'inf': expected a finite number"));
}

TEST(Tns, RefusesWhatIsNoText) {
  EXPECT_THAT(tensor_refusal("a.tns", ""), HasSubstr("a.tns: is empty"));
  EXPECT_THAT(tensor_refusal("a.tns", " \n\n"), HasSubstr("is empty"));
  EXPECT_THAT(tensor_refusal("a.tns", "# nothing\n"), HasSubstr("holds no entry"));
  EXPECT_THAT(tensor_refusal("a.tns", std::string("1 1 \0", 5)), HasSubstr("byte 4: a NUL byte"));
  EXPECT_THAT(tensor_refusal("a.tns", "\x1f\x8b\x08"), HasSubstr("compressed (gzip)"));
  EXPECT_THAT(message_of<DataError>([] { read_tensor(test::temporary("none.tns")); }),
              HasSubstr("none.tns: cannot be opened"));
}

TEST(Tns, RefusesOptionsThatDoNotApply) {
  const auto refusal = [](const TensorReadOptions& options) {
    return message_of<ArgumentError>([&] { read_tensor_bytes("a.tns", "1 1 1 5", options); });
  };
  TensorReadOptions options;
  options.mask = "mask.npy";
  EXPECT_THAT(refusal(options), HasSubstr("the option mask does not apply to the format tns"));
  options = {};
  options.weights = "weights.npy";
  EXPECT_THAT(refusal(options), HasSubstr("weights does not apply"));
  options = {};
  options.array_name = "x";
  EXPECT_THAT(refusal(options), HasSubstr("array_name does not apply"));
  options = {};
  options.index_base = 2;
  EXPECT_THAT(refusal(options), HasSubstr("index base 2: expected 0 or 1"));
  EXPECT_THAT(refusal(shaped({2, 0, 2})), HasSubstr("shape (2, 0, 2): expected sizes from 1"));
}

TEST(Tns, RoundTripOfSparseAndFullTensors) {
  rc::check([] {
    const auto size = rc::gen::inRange<Index>(1, 4);
    const std::vector<Index> shape = {*size, *size, *size, *size};
    const auto count = static_cast<std::size_t>(shape[0] * shape[1] * shape[2] * shape[3]);
    auto values = *rc::gen::container<std::vector<double>>(count, rc::gen::arbitrary<double>());
    for (double& value : values) {
      if (!std::isfinite(value) || std::fabs(value) > 1e100) value = missing;
    }
    values[0] = 0.1;
    TensorEntries entries = tensor_from_dense(shape, values);
    const auto path = test::temporary("round.tns");
    write_tns(path, entries);
    test::expect_same(read_tensor(path, shaped(shape)).entries, entries);
    entries.weight = entries.value;
    for (double& weight : entries.weight) weight = 1.0 / 3 + std::fabs(weight);
    write_tns(path, entries);
    TensorReadOptions options = shaped(shape);
    options.weighted = true;
    test::expect_same(read_tensor(path, options).entries, entries);
  });
}

TEST(Tns, IsWrittenWithIndicesFromOneAndAllDigits) {
  const auto path = test::temporary("w.tns");
  write_tns(path, {{2, 1, 9}, {{0, 1}, {0, 0}, {8, 2}}, {0.1, -3}, {1, 1.0 / 3}});
  EXPECT_EQ(test::read_file(path), "1 1 9 0.1 1\n2 1 3 -3 0.3333333333333333\n");
  write_tns(path, tensor_from_dense({1, 2, 2}, {1, 2, 3, 4}));
  EXPECT_EQ(test::read_file(path), "1 1 1 1\n1 1 2 2\n1 2 1 3\n1 2 2 4\n");
}

}  // namespace
}  // namespace hadal
