#include "npy_support.hpp"
#include "support.hpp"

namespace hadal {
namespace {

using test::dense;
using test::elements;
using test::matrix;
using test::missing;
using test::npy;
using test::npy_with_header;
using test::read_bytes;
using test::refusal;
using test::same;
using testing::HasSubstr;

template <class T>
void expect_type_is_read(const std::string& type) {
  const Factor expected = matrix({{1, 2}, {3, 100}});
  for (const bool big_endian : {false, true}) {
    const std::string order = sizeof(T) == 1 ? "|" : big_endian ? ">" : "<";
    const auto bytes = elements<T>({T(1), T(2), T(3), T(100)}, big_endian);
    EXPECT_TRUE(
        same(dense(read_bytes("a.npy", npy(order + type, "(2, 2)", bytes)).entries), expected))
        << order << type;
  }
}

TEST(Npy, EveryTypeInBothByteOrders) {
  expect_type_is_read<float>("f4");
  expect_type_is_read<double>("f8");
  expect_type_is_read<std::int8_t>("i1");
  expect_type_is_read<std::int16_t>("i2");
  expect_type_is_read<std::int32_t>("i4");
  expect_type_is_read<std::int64_t>("i8");
  expect_type_is_read<std::uint8_t>("u1");
  expect_type_is_read<std::uint16_t>("u2");
  expect_type_is_read<std::uint32_t>("u4");
  expect_type_is_read<std::uint64_t>("u8");
  EXPECT_TRUE(
      same(dense(read_bytes("a.npy", npy("|b1", "(1, 2)", elements<std::uint8_t>({0, 1}))).entries),
           matrix({{0, 1}})));
}

TEST(Npy, NegativeIntegersAndLargeUnsignedOnes) {
  EXPECT_TRUE(
      same(dense(read_bytes("a.npy", npy("<i2", "(1, 1)", elements<std::int16_t>({-300}))).entries),
           matrix({{-300}})));
  EXPECT_TRUE(same(
      dense(read_bytes("a.npy", npy("<u2", "(1, 1)", elements<std::uint16_t>({65535}))).entries),
      matrix({{65535}})));
}

TEST(Npy, BothOrdersOfElements) {
  const auto bytes = elements<double>({1, 2, 3, 4, 5, missing});
  EXPECT_TRUE(same(dense(read_bytes("a.npy", npy("<f8", "(2, 3)", bytes)).entries),
                   matrix({{1, 2, 3}, {4, 5, missing}})));
  EXPECT_TRUE(same(dense(read_bytes("a.npy", npy("<f8", "(2, 3)", bytes, true)).entries),
                   matrix({{1, 3, 5}, {2, 4, missing}})));
}

TEST(Npy, EveryVersionAndAnyOrderOfKeys) {
  const auto bytes = elements<double>({7});
  for (const int version : {1, 2, 3}) {
    EXPECT_EQ(read_bytes("a.npy", npy("<f8", "(1, 1)", bytes, false, version)).entries.value[0], 7);
  }
  const std::string header = "{\"shape\": (1L, 1L), 'descr':'<f8','fortran_order' :False}  \n";
  EXPECT_EQ(read_bytes("a.npy", npy_with_header(header, bytes)).entries.value[0], 7);
}

TEST(Npy, ReadsWhatNumPyWrote) {
  const auto read = [](const char* name) {
    return dense(read_matrix(test::source_folder() / "tests/fuzz/seeds/npy_fuzz" / name).entries);
  };
  const Factor expected = matrix({{1.5, missing, 0}, {-2, 4, 1e9}});
  EXPECT_TRUE(same(read("f8.npy"), expected));
  EXPECT_TRUE(same(read("f4_big_fortran.npy"), expected));
  EXPECT_TRUE(same(read("u1.npy"), matrix({{0, 1, 2}, {3, 4, 5}})));
  EXPECT_TRUE(same(read("b1.npy"), matrix({{1, 0}, {0, 1}})));
  EXPECT_TRUE(same(read("i8.npy"), matrix({{-1099511627776.0, 3}})));
}

TEST(Npy, RefusesInfinityNamingItsPlace) {
  const auto bytes = elements<double>({1, 2, std::numeric_limits<double>::infinity(), 4});
  EXPECT_THAT(refusal("a.npy", npy("<f8", "(2, 2)", bytes)),
              HasSubstr("a.npy, byte 86: row 1, column 0 is inf: expected a finite number"));
}

TEST(Npy, RefusesOtherTypesAndShapes) {
  const auto bytes = elements<double>({1});
  for (const std::string type : {"<f2", "<c8", "|O", "<U4", "<M8", "f8", "|f8", "<i3", "<b2", ""}) {
    EXPECT_THAT(refusal("a.npy", npy(type, "(1, 1)", bytes)), HasSubstr("expected a plain type"))
        << type;
  }
  EXPECT_THAT(refusal("a.npy", npy_with_header("{'descr': [('a', '<f8')], 'fortran_order': False, "
                                               "'shape': (1, 1)}",
                                               bytes)),
              HasSubstr("structured"));
  EXPECT_THAT(refusal("a.npy", npy("<f8", "(1,)", bytes)),
              HasSubstr("an array of shape (1): expected two dimensions"));
  EXPECT_THAT(refusal("a.npy", npy("<f8", "(1, 1, 1)", bytes)), HasSubstr("shape (1, 1, 1)"));
  EXPECT_THAT(refusal("a.npy", npy("<f8", "()", bytes)), HasSubstr("shape ()"));
  EXPECT_THAT(refusal("a.npy", npy("<f8", "(0, 3)", "")), HasSubstr("at least one row"));
}

TEST(Npy, RefusesWrongLengths) {
  const auto bytes = elements<double>({1, 2});
  EXPECT_THAT(refusal("a.npy", npy("<f8", "(1, 3)", bytes)),
              HasSubstr("16 bytes of elements: expected 1 x 3 elements of 8 bytes"));
  EXPECT_THAT(refusal("a.npy", npy("<f8", "(1, 1)", bytes)), HasSubstr("16 bytes of elements"));
  EXPECT_THAT(refusal("a.npy", npy("<f8", "(2147483647, 2147483647)", bytes)),
              HasSubstr("expected 2147483647 x 2147483647"));
  EXPECT_THAT(refusal("a.npy", npy("<f8", "(2147483648, 1)", bytes)), HasSubstr("at most"));
  EXPECT_THAT(refusal("a.npy", npy("<f8", "(18446744073709551616, 1)", bytes)),
              HasSubstr("a whole number from 0 to 2^64 - 1"));
}

TEST(Npy, RefusesBrokenHeaders) {
  const auto of = [](const std::string& header) {
    return refusal("a.npy", npy_with_header(header, "12345678"));
  };
  const std::string order = "'fortran_order': False, ";
  EXPECT_THAT(of("{'descr': '<f8', " + order + "}"), HasSubstr("without one of its keys"));
  EXPECT_THAT(of("{'descr': '<f8', 'descr': '<f8'}"), HasSubstr("key 'descr': expected"));
  EXPECT_THAT(of("{'other': 1}"), HasSubstr("key 'other'"));
  EXPECT_THAT(of("{'descr"), HasSubstr("closing quote"));
  EXPECT_THAT(of("{'descr': '<f8', 'fortran_order': maybe}"), HasSubstr("True or False"));
  EXPECT_THAT(of("{" + order + "'shape': (1, -1), 'descr': '<f8'}"), HasSubstr("'shape'"));
  EXPECT_THAT(of("{" + order + "'shape': (1, 1), 'descr': '<f8'} x"),
              HasSubstr("after the header"));
  EXPECT_THAT(of("nothing"), HasSubstr("expected '{'"));
  EXPECT_THAT(refusal("a.npy", npy_with_header("{}", "", 4)), HasSubstr("NPY version 4.0"));
  EXPECT_THAT(refusal("a.npy", "\x93NUMPY\1"), HasSubstr("inside the header"));
  EXPECT_THAT(refusal("a.npy", "\x93NUMPX"), HasSubstr("not an NPY file"));
}

TEST(Npy, EveryTruncationIsRefused) {
  const std::string whole = npy("<f8", "(1, 2)", elements<double>({1, 2}));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(refusal("t.npy", whole.substr(0, size)).empty()) << size;
  }
}

}  // namespace
}  // namespace hadal
