#include "support.hpp"

namespace hadal {
namespace {

using test::as;
using test::dense;
using test::matrix;
using test::message_of;
using test::missing;
using test::read_bytes;
using test::same;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

MatrixData read_dense(const std::string& text) {
  return read_bytes("m.csv", text, as(FileFormat::dense_csv));
}

std::string refusal(const std::string& text) {
  return test::refusal("m.csv", text, as(FileFormat::dense_csv));
}

TEST(DenseCsv, BlankNaNAndNAAreMissing) {
  const MatrixData data = read_dense("1,,3\nnan,NA, NaN\n,-2,\n");
  EXPECT_TRUE(same(dense(data.entries),
                   matrix({{1, missing, 3}, {missing, missing, missing}, {missing, -2, missing}})));
  EXPECT_THAT(data.row_labels, IsEmpty());
  EXPECT_THAT(data.column_labels, IsEmpty());
}

TEST(DenseCsv, TabsSpacesAndSemicolons) {
  const Factor expected = matrix({{1, 2}, {3, 4}});
  for (const std::string text : {"1\t2\n3\t4", "1;2\r\n3;4\r\n", " 1  2 \n 3  4\n"}) {
    EXPECT_TRUE(same(dense(read_dense(text).entries), expected)) << text;
  }
  EXPECT_TRUE(same(dense(read_dense("\t2\n3\t\n").entries), matrix({{missing, 2}, {3, missing}})));
}

TEST(DenseCsv, AHeaderNamesTheColumns) {
  const MatrixData data = read_dense("a,b\n1,2\n3,4\n");
  EXPECT_THAT(data.column_labels, ElementsAre("a", "b"));
  EXPECT_THAT(data.row_labels, IsEmpty());
  EXPECT_TRUE(same(dense(data.entries), matrix({{1, 2}, {3, 4}})));
}

TEST(DenseCsv, RowLabelsOfEveryCommonForm) {
  const Factor expected = matrix({{1, 2}, {3, 4}});
  for (const std::string text : {",a,b\nx,1,2\ny,3,4\n",  // blank corner
                                 "\"\",\"a\",\"b\"\n\"x\",1,2\n\"y\",3,4\n",
                                 "name,a,b\nx,1,2\ny,3,4\n",  // named corner, text labels
                                 "a,b\nx,1,2\ny,3,4\n"}) {    // no corner, as R writes it
    const MatrixData data = read_dense(text);
    EXPECT_THAT(data.row_labels, ElementsAre("x", "y")) << text;
    EXPECT_THAT(data.column_labels, ElementsAre("a", "b")) << text;
    EXPECT_TRUE(same(dense(data.entries), expected)) << text;
  }
  const MatrixData headless = read_dense("x,1.5,2\ny,3,4\n");
  EXPECT_THAT(headless.row_labels, ElementsAre("x", "y"));
  EXPECT_TRUE(same(dense(headless.entries), matrix({{1.5, 2}, {3, 4}})));
}

TEST(DenseCsv, NumberedHeadersOfDataFrames) {
  const MatrixData frame = read_dense(",0,1\n0,5.5,6\n1,7,8\n");
  EXPECT_THAT(frame.row_labels, ElementsAre("0", "1"));
  EXPECT_THAT(frame.column_labels, ElementsAre("0", "1"));
  EXPECT_TRUE(same(dense(frame.entries), matrix({{5.5, 6}, {7, 8}})));

  const MatrixData pivot = read_dense("userId,31,1029\n1,5.5,6\n2,7,8\n");
  EXPECT_EQ(pivot.row_name, "userId");
  EXPECT_THAT(pivot.row_labels, ElementsAre("1", "2"));
  EXPECT_THAT(pivot.column_labels, ElementsAre("31", "1029"));
}

TEST(DenseCsv, AsksWhereTheFirstLineMayBeEither) {
  const std::string text = "x,1,2\ny,3,4\n";
  EXPECT_THAT(refusal(text), HasSubstr("set header to yes or no"));
  ReadOptions options = as(FileFormat::dense_csv);
  options.header = Header::no;
  EXPECT_TRUE(same(dense(read_bytes("m.csv", text, options).entries), matrix({{1, 2}, {3, 4}})));
  options.header = Header::yes;
  const MatrixData data = read_bytes("m.csv", text, options);
  EXPECT_THAT(data.column_labels, ElementsAre("1", "2"));
  EXPECT_THAT(data.row_labels, ElementsAre("y"));
}

TEST(DenseCsv, RowFieldChoosesTheLabels) {
  ReadOptions options = as(FileFormat::dense_csv);
  options.row_field = "id";
  const MatrixData data = read_bytes("m.csv", "a,id,b\n1,7,2\n3,9,4\n", options);
  EXPECT_THAT(data.row_labels, ElementsAre("7", "9"));
  EXPECT_THAT(data.column_labels, ElementsAre("a", "b"));
  EXPECT_TRUE(same(dense(data.entries), matrix({{1, 2}, {3, 4}})));
  options.header = Header::no;
  EXPECT_THAT(message_of<ArgumentError>([&] { read_bytes("m.csv", "1,2\n", options); }),
              HasSubstr("expected a position"));
}

TEST(DenseCsv, OneColumnAndOneRow) {
  EXPECT_TRUE(same(dense(read_dense("1\nNA\n3\n").entries), matrix({{1}, {missing}, {3}})));
  EXPECT_TRUE(same(dense(read_dense("x\n1\n").entries), matrix({{1}})));
  EXPECT_TRUE(same(dense(read_dense("1,2,3").entries), matrix({{1, 2, 3}})));
}

TEST(DenseCsv, Refuses) {
  EXPECT_THAT(refusal("1,2\n3\n"), HasSubstr("m.csv, line 2: 1 fields: expected 2"));
  EXPECT_THAT(refusal("1,2\n3,x\n"), HasSubstr("line 2: value 'x' in field 2"));
  EXPECT_THAT(refusal("1,2\nx,3\n"), HasSubstr("line 2: value 'x' in field 1"));
  EXPECT_THAT(refusal("1,2\n3,-inf\n"), HasSubstr("line 2: value '-inf'"));
  EXPECT_THAT(refusal("1,2\n3,1e999\n"), HasSubstr("line 2: value '1e999'"));
  EXPECT_THAT(refusal("a,b\n"), HasSubstr("no rows"));
  EXPECT_THAT(refusal(",\n,\n"), HasSubstr("none of the 2 x 2 entries is observed"));
  EXPECT_THAT(refusal(""), HasSubstr("is empty"));
  EXPECT_THAT(refusal(" \r\n\n"), HasSubstr("is empty"));
}

}  // namespace
}  // namespace hadal
