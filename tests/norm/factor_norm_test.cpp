#include "hadal/norm/factor_norm.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "hadal/error.hpp"

namespace hadal {
namespace {

TEST(FactorNorm, ReadsWhatAPersonWrites) {
  const FactorNorm all = parse_norm(" l1 + 0.5*l2+ 0.6 * tv( grid8 ) ");
  EXPECT_EQ(all.l1, 1);
  EXPECT_EQ(all.l2, 0.5);
  EXPECT_EQ(all.tv, 0.6);
  EXPECT_EQ(all.graph.kind, GraphKind::grid8);
  const FactorNorm plain = parse_norm("l2");
  EXPECT_TRUE(plain.plain());
  EXPECT_EQ(plain.l2, 1);
  EXPECT_EQ(parse_norm("2e-1*l1").l1, 0.2);
  EXPECT_EQ(parse_norm("2e-1*l1").l2, 0);
}

TEST(FactorNorm, WritesWhatItReads) {
  for (const char* text : {"l2", "l1", "l1 + 0.5*l2 + 0.6*tv(grid8)", "0.1*l2 + tv(chain)"})
    EXPECT_EQ(to_string(parse_norm(text)), text);
  EXPECT_EQ(to_string(parse_norm("tv(chain)+0.1*l2")), "0.1*l2 + tv(chain)");
}

TEST(FactorNorm, RefusesEverythingElseSayingWhere) {
  for (const char* text : {"", "l3", "l1 +", "l1 l2", "0*l1", "-1*l1", "inf*l1", "l1 + l1", "2 l1",
                           "tv(grid8)", "l2 + tv(grid9)", "l2 + tv(grid8", "l2 + tv", "l2 + tv()"})
    EXPECT_THROW(parse_norm(text), ArgumentError) << text;
  try {
    parse_norm("l1 + l3");
    FAIL();
  } catch (const ArgumentError& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr("character 6"));
  }
}

TEST(FactorNorm, AddsItsTerms) {
  FactorNorm norm = parse_norm("2*l1 + 3*l2 + 0.5*tv(chain)");
  norm.graph = lattice(GraphKind::chain, {3, 1, 1});
  const Vector x = (Vector(3) << 2, -1, 2).finished();
  EXPECT_NEAR(norm(x), 2 * 5 + 3 * 3 + 0.5 * 6, 1e-14);
}

}  // namespace
}  // namespace hadal
