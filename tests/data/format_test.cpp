#include "support.hpp"

namespace hadal {
namespace {

using test::read_bytes;
using test::refusal;
using testing::HasSubstr;

/// Triplets get labels; dense tables without names do not.
bool is_triplets(const std::string& text, const std::string& name = "f.csv") {
  const MatrixData data = read_bytes(name, text);
  return !data.row_labels.empty() && !data.column_labels.empty();
}

TEST(FindFormat, ThreeOrFourColumnsOfIdentifiersAreTriplets) {
  EXPECT_TRUE(is_triplets("userId,movieId,rating,timestamp\n1,2,3,4\n"));
  EXPECT_TRUE(is_triplets("196\t242\t3\t881250949\n186\t302\t3\t891717742\n", "u.data"));
  EXPECT_TRUE(is_triplets("a b 1\nc d 2\n", "t.txt"));
  EXPECT_TRUE(is_triplets("row,column,value\n0,0,-1.5\n"));
  EXPECT_TRUE(is_triplets("1.0e+00 2.0e+00 0.5\n", "saved.txt"));
}

TEST(FindFormat, TextBeyondTheFirstColumnMeansTriplets) {
  EXPECT_TRUE(is_triplets("user,item,rating,a,b,c\nu,x,1,2,3,4\n"));
}

TEST(FindFormat, MissingOrFractionalIdentifiersMeanDense) {
  EXPECT_FALSE(is_triplets("1,,3\n4,5,6\n"));
  EXPECT_FALSE(is_triplets("1,2.5,3\n4,5,6\n"));
  EXPECT_FALSE(is_triplets("-1,2,3\n4,5,6\n"));
  EXPECT_FALSE(is_triplets("a,b,c\n0.5,0.25,0.125\n"));
}

/// A rating that is missing, or a matrix with a missing entry: taken for the wrong one, either is
/// fitted without a word.
TEST(FindFormat, ABlankValueBesideIdentifiersMayBeEither) {
  EXPECT_THAT(refusal("f.csv", "1,2,\n4,5,6\n"), HasSubstr("3 fields on a line may be"));
  EXPECT_THAT(refusal("f.csv", "user,item,rating\n1,2,3\n4,5,\n"),
              HasSubstr("set the format to dense_csv, or to triplets"));
  EXPECT_FALSE(is_triplets("1,2,\n4,5,6\n7,,8\n"));
  EXPECT_THAT(refusal("f.csv", "user,item,rating\nann,x,3\nbob,y,\n"),
              HasSubstr("line 3: value '' in field 3: expected a finite number"));
}

TEST(FindFormat, AShortLineIsRefusedAsWhatItIs) {
  EXPECT_THAT(refusal("f.csv", "user,item,rating\n1,2,3\n4,5\n6,7,1\n"),
              HasSubstr("line 3: 2 fields: expected 3"));
}

TEST(FindFormat, ABlankOrAbsentCornerMeansDense) {
  EXPECT_EQ(read_bytes("f.csv", ",a,b\nx,1,2\n").column_labels.size(), 2u);
  EXPECT_EQ(read_bytes("f.csv", "a,b,c\nx,1,2,3\n").column_labels.size(), 3u);
}

TEST(FindFormat, RatingsBehindTheIndexOfADataFrameAreNotTakenForADenseTable) {
  const std::string text = ",userId,movieId,rating\n0,1,31,2.5\n1,1,7,4\n";
  EXPECT_THAT(refusal("f.csv", text), HasSubstr("4 fields on a line may be"));
  ReadOptions options;
  options.row_field = "userId";
  options.column_field = "movieId";
  options.value_field = "rating";
  EXPECT_EQ(read_bytes("f.csv", text, options).entries.columns, 2);
  EXPECT_EQ(read_bytes("f.csv", ",a,b,c\n0,1,0.5,2.5\n").entries.columns, 3);
  EXPECT_EQ(read_bytes("f.csv", ",a,b,c\nx,1,31,2.5\n").entries.columns, 3);
}

TEST(FindFormat, FewerThanThreeOrMoreThanFiveColumnsAreDense) {
  EXPECT_FALSE(is_triplets("1,2\n3,4\n"));
  EXPECT_FALSE(is_triplets("1\n2\n"));
  EXPECT_FALSE(is_triplets("1,2,3,4,5,6\n1,2,3,4,5,6\n"));
}

TEST(FindFormat, FiveColumnsAreRefusedUnlessSomethingDecides) {
  EXPECT_THAT(refusal("f.csv", "1,2,3,4,5\n"),
              HasSubstr("set the format to dense_csv, or to triplets"));
  EXPECT_FALSE(is_triplets("1,2,,4,5\n"));
  ReadOptions options;
  options.value_field = "4";
  EXPECT_EQ(read_bytes("f.csv", "1,2,3,4,5\n", options).entries.value[0], 4);
}

TEST(FindFormat, MagicBytesDecideOverTheName) {
  EXPECT_EQ(read_bytes("f.csv", "%%MatrixMarket matrix array real general\n1 1\n7\n").entries.value,
            std::vector<double>{7});
}

TEST(FindFormat, TheNameDecidesWhatTheBytesMustBe) {
  EXPECT_THAT(refusal("f.npy", "1,2,3\n"), HasSubstr("not an NPY file"));
  EXPECT_THAT(refusal("f.NPZ", "1,2,3\n"), HasSubstr("not a ZIP archive"));
  EXPECT_THAT(refusal("f.png", "1,2,3\n"), HasSubstr("not a PNG file"));
  EXPECT_THAT(refusal("f.mtx", "1,2,3\n"), HasSubstr("not a Matrix Market file"));
}

TEST(FindFormat, WhatIsNotTextIsRefused) {
  EXPECT_THAT(refusal("f.csv.gz", "\x1f\x8b\x08 and so on"), HasSubstr("compressed (gzip)"));
  EXPECT_THAT(refusal("f.csv", std::string_view("\xff\xfe"
                                                "1\0,\0",
                                                6)),
              HasSubstr("UTF-16"));
  EXPECT_THAT(refusal("f.csv", std::string_view("1,2\0,3\n", 7)), HasSubstr("byte 3: a NUL byte"));
}

TEST(FindFormat, WhatCannotBeOpenedIsRefused) {
  const auto message = test::message_of<DataError>([] { read_matrix("/no/such/file.csv"); });
  EXPECT_THAT(message, HasSubstr("/no/such/file.csv: cannot be opened: No such file"));
  EXPECT_THAT(test::message_of<DataError>([] { read_matrix(test::temporary("")); }),
              HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace hadal
