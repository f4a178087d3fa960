#include "support.hpp"

namespace hadal {
namespace {

using test::as;
using test::dense;
using test::matrix;
using test::missing;
using test::same;
using testing::HasSubstr;

MatrixData read_market(const std::string& text) { return test::read_bytes("m.mtx", text); }
std::string refusal(const std::string& text) { return test::refusal("m.mtx", text); }

TEST(MatrixMarket, CoordinatesWithExplicitZeros) {
  const MatrixData data = read_market(
      "%%MatrixMarket matrix coordinate real general\n% a comment\n\n2 3 3\n2 1 -1.5\n1 3 0\n"
      "% another\n1 1 2e3\n");
  EXPECT_TRUE(same(dense(data.entries), matrix({{2000, missing, 0}, {-1.5, missing, missing}})));
  EXPECT_TRUE(data.row_labels.empty());
}

TEST(MatrixMarket, IntegerFieldAnyCaseAndCrLf) {
  const MatrixData data =
      read_market("%%matrixmarket MATRIX Coordinate Integer General\r\n1 1 1\r\n1 1 7\r\n");
  EXPECT_TRUE(same(dense(data.entries), matrix({{7}})));
}

TEST(MatrixMarket, SymmetricAndSkew) {
  EXPECT_TRUE(same(dense(read_market("%%MatrixMarket matrix coordinate real symmetric\n"
                                     "2 2 2\n1 1 1\n2 1 5\n")
                             .entries),
                   matrix({{1, 5}, {5, missing}})));
  EXPECT_TRUE(same(dense(read_market("%%MatrixMarket matrix coordinate real skew-symmetric\n"
                                     "2 2 1\n2 1 5\n")
                             .entries),
                   matrix({{missing, -5}, {5, missing}})));
}

TEST(MatrixMarket, ArraysRunDownTheColumns) {
  const std::string banner = "%%MatrixMarket matrix array real ";
  EXPECT_TRUE(same(dense(read_market(banner + "general\n2 3\n1\n2\n3\nnan\n5\n6\n").entries),
                   matrix({{1, 3, 5}, {2, missing, 6}})));
  EXPECT_TRUE(same(dense(read_market(banner + "symmetric\n2 2\n1\n2\n3\n").entries),
                   matrix({{1, 2}, {2, 3}})));
  EXPECT_TRUE(same(dense(read_market(banner + "skew-symmetric\n2 2\n4\n").entries),
                   matrix({{0, -4}, {4, 0}})));
}

TEST(MatrixMarket, RefusesOtherKinds) {
  const std::string sizes = "\n1 1 1\n1 1 1\n";
  EXPECT_THAT(refusal("%%MatrixMarket matrix coordinate pattern general" + sizes),
              HasSubstr("m.mtx, line 1: 'pattern': expected 'real' or 'integer'"));
  EXPECT_THAT(refusal("%%MatrixMarket matrix coordinate complex general" + sizes),
              HasSubstr("'complex'"));
  EXPECT_THAT(refusal("%%MatrixMarket matrix coordinate real hermitian" + sizes),
              HasSubstr("'hermitian'"));
  EXPECT_THAT(refusal("%%MatrixMarket vector coordinate real general" + sizes),
              HasSubstr("'vector'"));
  EXPECT_THAT(refusal("%%MatrixMarket matrix sparse real general" + sizes), HasSubstr("'sparse'"));
  EXPECT_THAT(refusal("%%MatrixMarket matrix" + sizes), HasSubstr("2 words: expected 5"));
}

TEST(MatrixMarket, RefusesBadEntries) {
  const auto of = [](const std::string& entries) {
    return refusal("%%MatrixMarket matrix coordinate real general\n2 3 2\n1 1 1\n" + entries);
  };
  EXPECT_THAT(of("3 1 1\n"), HasSubstr("line 4: row 3: expected 1 to 2"));
  EXPECT_THAT(of("0 1 1\n"), HasSubstr("line 4: row 0: expected 1 to 2"));
  EXPECT_THAT(of("1 4 1\n"), HasSubstr("line 4: column 4: expected 1 to 3"));
  EXPECT_THAT(of("-1 1 1\n"), HasSubstr("line 4: row '-1': expected a whole number"));
  EXPECT_THAT(of("1 1.5 1\n"), HasSubstr("line 4: column '1.5'"));
  EXPECT_THAT(of("1 2 x\n"), HasSubstr("line 4: value 'x'"));
  EXPECT_THAT(of("1 2 inf\n"), HasSubstr("line 4: value 'inf'"));
  EXPECT_THAT(of("1 2 nan\n"), HasSubstr("line 4: value 'nan'"));
  EXPECT_THAT(of("1 2\n"), HasSubstr("line 4: 2 words: expected 3"));
  EXPECT_THAT(of(""), HasSubstr("ends after 1 values: expected 2"));
  EXPECT_THAT(of("1 2 3\n1 3 4\n"), HasSubstr("line 5: a line after the last of 2 values"));
  EXPECT_THAT(of("% again\n1 1 5\n"), HasSubstr("m.mtx, line 5: row 0, column 0, value 5"));
}

TEST(MatrixMarket, NamesTheLineOfAMirroredDuplicate) {
  const std::string message =
      refusal("%%MatrixMarket matrix coordinate real symmetric\n3 3 3\n2 1 1\n3 3 4\n1 2 2\n");
  EXPECT_THAT(message, HasSubstr("m.mtx, line 5"));
  EXPECT_THAT(message, HasSubstr("m.mtx, line 3"));
}

TEST(MatrixMarket, RefusesBadSizes) {
  const auto of = [](const std::string& sizes) {
    return refusal("%%MatrixMarket matrix coordinate real general\n" + sizes + "\n1 1 1\n");
  };
  EXPECT_THAT(of("0 3 0"), HasSubstr("at least one row and one column"));
  EXPECT_THAT(of("2147483648 1 1"), HasSubstr("at most 2147483647"));
  EXPECT_THAT(of("99999999999999999999 1 1"), HasSubstr("rows '99999999999999999999'"));
  EXPECT_THAT(of("2 2 5"), HasSubstr("5 entries: expected at most 4"));
  EXPECT_THAT(of("2000000000 2000000000 4000000000000000000"), HasSubstr("bytes cannot hold"));
  EXPECT_THAT(of("2 2"), HasSubstr("line 2: 2 words: expected 3"));
  EXPECT_THAT(of("2 2 0"), HasSubstr("a line after the last of 0 values"));
  EXPECT_THAT(refusal("%%MatrixMarket matrix coordinate real general\n2 2 0\n"),
              HasSubstr("none of the 2 x 2 entries is observed"));
  EXPECT_THAT(refusal("%%MatrixMarket matrix array real general\n2000000000 2000000000\n1\n"),
              HasSubstr("bytes cannot hold"));
  EXPECT_THAT(refusal("%%MatrixMarket matrix coordinate real symmetric\n2 3 1\n1 1 1\n"),
              HasSubstr("expected a square one"));
  EXPECT_THAT(refusal("%%MatrixMarket matrix coordinate real skew-symmetric\n2 2 1\n1 1 1\n"),
              HasSubstr("diagonal"));
  EXPECT_THAT(refusal("%%MatrixMarket matrix array real general\n"), HasSubstr("ends before"));
}

TEST(MatrixMarket, ManyRowsCostNothing) {
  const MatrixData data = read_market(
      "%%MatrixMarket matrix coordinate real general\n2147483647 2147483647 2\n"
      "2147483647 1 1\n1 2147483647 2\n");
  EXPECT_EQ(data.entries.rows, 2147483647);
  EXPECT_EQ(data.entries.row[1], 2147483646);
}

}  // namespace
}  // namespace hadal
