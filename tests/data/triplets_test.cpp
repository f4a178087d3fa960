#include <algorithm>

#include "support.hpp"

namespace hadal {
namespace {

using test::as;
using test::dense;
using test::matrix;
using test::message_of;
using test::missing;
using test::read_bytes;
using test::refusal;
using test::same;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* ratings =
    "userId,movieId,rating,timestamp\n1,31,2.5,1260759144\n1,7,4,1260759179\n10,31,5,1\n";

TEST(Triplets, RatingsWithAHeaderNeedNoOptions) {
  const MatrixData data = read_bytes("ratings.csv", ratings);
  EXPECT_THAT(data.row_labels, ElementsAre("1", "10"));
  EXPECT_THAT(data.column_labels, ElementsAre("7", "31"));
  EXPECT_EQ(data.row_name, "userId");
  EXPECT_EQ(data.column_name, "movieId");
  EXPECT_EQ(data.value_name, "rating");
  EXPECT_TRUE(same(dense(data.entries), matrix({{4, 2.5}, {missing, 5}})));
  EXPECT_TRUE(data.entries.weight.empty());
}

TEST(Triplets, TheOrderOfTheLinesDoesNotMatter) {
  std::vector<std::string> lines = {"b,x,1", "a,y,2", "10,x,3", "a,x,4", "9,z,5"};
  const MatrixData first = read_bytes("a.csv", lines[0] + "\n" + lines[1] + "\n" + lines[2] + "\n" +
                                                   lines[3] + "\n" + lines[4] + "\n");
  std::sort(lines.begin(), lines.end());
  do {
    std::string text;
    for (const auto& line : lines) text += line + "\n";
    const MatrixData other = read_bytes("b.csv", text, as(FileFormat::triplets));
    ASSERT_EQ(other.row_labels, first.row_labels);
    ASSERT_EQ(other.column_labels, first.column_labels);
    ASSERT_EQ(other.entries.row, first.entries.row);
    ASSERT_EQ(other.entries.column, first.entries.column);
    ASSERT_EQ(other.entries.value, first.entries.value);
  } while (std::next_permutation(lines.begin(), lines.end()));
}

TEST(Triplets, DigitsSortByValueAndTextByBytes) {
  const MatrixData data =
      read_bytes("a.csv", "10,b10,1\n9,b9,2\n007,a,3\n7,a,4\n123456789012345678901234567890,B,5\n",
                 as(FileFormat::triplets));
  EXPECT_THAT(data.row_labels,
              ElementsAre("7", "007", "9", "10", "123456789012345678901234567890"));
  EXPECT_THAT(data.column_labels, ElementsAre("B", "a", "b10", "b9"));
}

TEST(Triplets, EveryDelimiterIsFound) {
  const Factor expected = matrix({{1.5, missing}, {missing, 2}});
  for (const std::string text :
       {"a,b,1.5\nc,d,2", "a\tb\t1.5\nc\td\t2", "a;b;1.5\nc;d;2", "a b 1.5\nc d 2",
        "  a   b 1.5  \n c d  2", "a , b , 1.5\n c, d ,2 ", "a x;b,;1.5\nc,y;d;2"}) {
    EXPECT_TRUE(same(dense(read_bytes("t.txt", text).entries), expected)) << text;
  }
}

TEST(Triplets, ASpaceStandsForAnyRunOfBlanks) {
  ReadOptions options = as(FileFormat::triplets);
  options.delimiter = ' ';
  const MatrixData data = read_bytes("t.txt", " a\t b  \t1.5 \nc d\t2\n", options);
  EXPECT_TRUE(same(dense(data.entries), matrix({{1.5, missing}, {missing, 2}})));
}

TEST(Triplets, DoubledColonsAreReadThroughPositions) {
  ReadOptions options;
  options.delimiter = ':';
  options.row_field = "1";
  options.column_field = "3";
  options.value_field = "5";
  const MatrixData data =
      read_bytes("ratings.dat", "1::1193::5::978300760\n2::661::3::1\n", options);
  EXPECT_THAT(data.column_labels, ElementsAre("661", "1193"));
  EXPECT_THAT(data.entries.value, ElementsAre(5.0, 3.0));
}

TEST(Triplets, QuotesByteOrderMarkAndCrLf) {
  const MatrixData data = read_bytes(
      "q.csv",
      "\xef\xbb\xbf\"user\",\"the \"\"item\"\"\",value\r\n\"a, b\",\"x\r\ny\",\"1\"\r\n\r\n"
      "\" c \",\"\"\"q\"\"\",2\r\n");
  EXPECT_EQ(data.row_name, "user");
  EXPECT_EQ(data.column_name, "the \"item\"");
  EXPECT_THAT(data.row_labels, ElementsAre(" c ", "a, b"));
  EXPECT_THAT(data.column_labels, ElementsAre("\"q\"", "x\r\ny"));
}

TEST(Triplets, FieldsByNameByPositionAndWeights) {
  const std::string text = "when,stars,who,what,trust\n1,4.5,u,x,2\n2,3.5,v,y,0.5\n";
  ReadOptions options;
  options.row_field = "who";
  options.column_field = "4";
  options.value_field = "stars";
  options.weight_field = "trust";
  const MatrixData data = read_bytes("f.csv", text, options);
  EXPECT_THAT(data.row_labels, ElementsAre("u", "v"));
  EXPECT_EQ(data.column_name, "what");
  EXPECT_THAT(data.entries.value, ElementsAre(4.5, 3.5));
  EXPECT_THAT(data.entries.weight, ElementsAre(2.0, 0.5));
}

TEST(Triplets, HeaderCanBeSaid) {
  ReadOptions options = as(FileFormat::triplets);
  options.header = Header::yes;
  EXPECT_EQ(read_bytes("h.csv", "1,2,3\n4,5,6\n", options).entries.size(), 1);
  EXPECT_EQ(read_bytes("h.csv", "1,2,3\n4,5,6\n", as(FileFormat::triplets)).entries.size(), 2);
  options.header = Header::no;
  EXPECT_THAT(refusal("h.csv", "u,i,r\n4,5,6\n", options), HasSubstr("line 1: value 'r'"));
}

TEST(Triplets, NumbersInEveryNotation) {
  const MatrixData data =
      read_bytes("n.csv", "a,x,+1\nb,x,-2.5e-3\nc,x,1E5\nd,x,.5\n", as(FileFormat::triplets));
  EXPECT_THAT(data.entries.value, ElementsAre(1.0, -2.5e-3, 1e5, 0.5));
}

TEST(Triplets, DuplicatesAreRefusedOrAveraged) {
  const std::string text = "u,i,r\n1,1,4\n\n2,1,3\n1,1,5\n";
  const std::string message = refusal("d.csv", text);
  EXPECT_THAT(message, HasSubstr("d.csv, line 5: row 0, column 0, value 5"));
  EXPECT_THAT(message, HasSubstr("d.csv, line 2, value 4"));
  ReadOptions options;
  options.duplicates = Duplicates::mean;
  const MatrixData data = read_bytes("d.csv", text, options);
  EXPECT_THAT(data.entries.value, ElementsAre(4.5, 3.0));
  EXPECT_THAT(data.entries.weight, ElementsAre(2.0, 1.0));
}

TEST(Triplets, RefusesBadValuesNamingTheLine) {
  const auto with = [](const std::string& value) {
    return refusal("v.csv", "u,i,r\n1,1,4\n1,2," + value + "\n", as(FileFormat::triplets));
  };
  EXPECT_THAT(with("four"), HasSubstr("v.csv, line 3: value 'four' in field 3: expected a finite"));
  EXPECT_THAT(with("inf"), HasSubstr("line 3: value 'inf'"));
  EXPECT_THAT(with("-Infinity"), HasSubstr("line 3: value '-Infinity'"));
  EXPECT_THAT(with("NaN"), HasSubstr("line 3: value 'NaN'"));
  EXPECT_THAT(with("NA"), HasSubstr("line 3: value 'NA'"));
  EXPECT_THAT(with(""), HasSubstr("line 3: value ''"));
  EXPECT_THAT(with("1e999"), HasSubstr("line 3: value '1e999'"));
  EXPECT_THAT(with("1.5x"), HasSubstr("line 3: value '1.5x'"));
  EXPECT_THAT(with("0x10"), HasSubstr("line 3: value '0x10'"));
  EXPECT_THAT(with("+-1"), HasSubstr("line 3: value '+-1'"));
}

TEST(Triplets, RefusesBadShapes) {
  const auto of = [](const std::string& text) {
    return refusal("s.csv", text, as(FileFormat::triplets));
  };
  EXPECT_THAT(of("1,2\n"), HasSubstr("line 1: 2 fields: expected at least"));
  EXPECT_THAT(of("1,2,3\n1,2\n"), HasSubstr("line 2: 2 fields: expected 3"));
  EXPECT_THAT(of("1,2,3\n1,2,3,4\n"), HasSubstr("line 2: 4 fields: expected 3"));
  EXPECT_THAT(of("u,i,r\n"), HasSubstr("no entries"));
  EXPECT_THAT(of("1,2,3\n,2,3\n"), HasSubstr("line 2: a blank row identifier"));
  EXPECT_THAT(of("1,2,3\n1,\"x,3\n"), HasSubstr("line 2: a quoted field does not end"));
  EXPECT_THAT(of("1,2,3\n1,\"x\"y,3\n"), HasSubstr("line 2: 'x' is followed by 'y'"));
  EXPECT_THAT(of("1,2,3\n1,caf\xe9,3\n"),
              HasSubstr("line 2: column identifier 'caf?' is not valid"));
}

TEST(Triplets, RefusesBadFields) {
  const auto of = [](auto change) {
    ReadOptions options = as(FileFormat::triplets);
    change(options);
    return refusal("f.csv", "a,b,c,d,d\n1,2,3,0,1\n", options);
  };
  EXPECT_THAT(of([](auto& o) { o.row_field = "user"; }),
              HasSubstr("row field 'user': the header has no such name; it has 'a', 'b', 'c'"));
  EXPECT_THAT(of([](auto& o) { o.value_field = "9"; }), HasSubstr("a position from 1 to 5"));
  EXPECT_THAT(of([](auto& o) { o.value_field = "99999999999999999999"; }), HasSubstr("1 to 5"));
  EXPECT_THAT(of([](auto& o) { o.value_field = "d"; }), HasSubstr("more than once"));
  EXPECT_THAT(of([](auto& o) { o.value_field = "a"; }), HasSubstr("expected different fields"));
  EXPECT_THAT(of([](auto& o) { o.weight_field = "4"; }), HasSubstr("line 2: weight '0'"));
}

TEST(Triplets, RefusesOptionsThatDoNotFit) {
  const auto of = [](auto change) {
    ReadOptions options = as(FileFormat::triplets);
    change(options);
    return message_of<ArgumentError>([&] { read_bytes("o.csv", ratings, options); });
  };
  EXPECT_THAT(of([](auto& o) { o.mask = "mask.png"; }), HasSubstr("mask does not apply"));
  EXPECT_THAT(of([](auto& o) { o.mask_color = {0, 0, 0}; }), HasSubstr("mask_color"));
  EXPECT_THAT(of([](auto& o) { o.array_name = "x"; }), HasSubstr("array_name"));
  EXPECT_THAT(of([](auto& o) { o.delimiter = '"'; }), HasSubstr("delimiter with code 34"));
  EXPECT_THAT(of([](auto& o) {
                o.header = Header::no;
                o.row_field = "userId";
              }),
              HasSubstr("expected positions"));
}

TEST(Triplets, ReadsMovieLens) {
  const auto path = test::source_folder().parent_path() / "shared/data/movielens-small/ratings.csv";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "the MovieLens ratings are not here";
  const MatrixData data = read_matrix(path);
  EXPECT_EQ(data.entries.rows, 610);
  EXPECT_EQ(data.entries.columns, 9724);
  EXPECT_EQ(data.entries.size(), 100836);
}

}  // namespace
}  // namespace hadal
