#include "hadal/data/edges.hpp"

#include "support.hpp"

namespace hadal {
namespace {

using test::message_of;
using testing::HasSubstr;

std::vector<Edge> read(std::string_view text, Index vertices = 10) {
  return read_edges(test::write_file("edges.txt", text), vertices);
}

std::string refused(std::string_view text, Index vertices = 10) {
  return message_of<DataError>([&] { read(text, vertices); });
}

TEST(Edges, AreSeparatedByAnything) {
  const auto edges = read("# two ends\n0,1\n2\t3\r\n\n 4 5 # five\n6; 7\n8 , 9");
  ASSERT_EQ(edges.size(), 5);
  for (std::size_t k = 0; k < edges.size(); ++k) {
    EXPECT_EQ(edges[k].a, static_cast<int>(2 * k));
    EXPECT_EQ(edges[k].b, static_cast<int>(2 * k + 1));
  }
}

TEST(Edges, NameTheLineThatIsWrong) {
  EXPECT_THAT(refused("0 1\n1 2 3\n"), HasSubstr("edges.txt, line 2: 3 fields: expected two"));
  EXPECT_THAT(refused("0 1\n\n# c\n1\n"), HasSubstr("line 4: 1 field: expected two"));
  EXPECT_THAT(refused("0 10\n"), HasSubstr("line 1: '10': expected a whole number from 0 to 9"));
  EXPECT_THAT(refused("0 -1\n"), HasSubstr("'-1'"));
  EXPECT_THAT(refused("a b\n"), HasSubstr("'a'"));
  EXPECT_THAT(refused("0 1.5\n"), HasSubstr("'1.5'"));
  EXPECT_THAT(refused("0 99999999999999999999\n"), HasSubstr("'99999999999999999999'"));
  EXPECT_THAT(refused("3 3\n"), HasSubstr("line 1: an edge from 3 to itself"));
  EXPECT_THAT(refused("0 1\n2 3\n1 0\n"),
              HasSubstr("line 3: the edge between 0 and 1 was given on line 1"));
}

TEST(Edges, RefuseAFileWithoutAny) {
  EXPECT_THAT(refused(""), HasSubstr("is empty"));
  EXPECT_THAT(refused("# nothing\n"), HasSubstr("holds no edge"));
  EXPECT_THAT(refused("0 1\n", 1), HasSubstr("1 vertices: expected 2 to"));
  EXPECT_THAT(refused(std::string_view("0 1\n\0", 5)), HasSubstr("NUL"));
}

}  // namespace
}  // namespace hadal
