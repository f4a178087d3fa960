#include "hadal/data/pairs.hpp"

#include "support.hpp"

namespace hadal::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Pairs pairs_from(std::string_view text, const ReadOptions& options = {},
                 const PairNames& names = {"user", "item", "score"}) {
  return read_pairs(write_file("pairs.csv", text), options, names);
}

TEST(ReadPairs, FindsTheFieldsOfTheFitByName) {
  const Pairs pairs = pairs_from("id,item,user,score\n1,a,7,2.5\n2,b,8,\n");
  EXPECT_THAT(pairs.row, ElementsAre("7", "8"));
  EXPECT_THAT(pairs.column, ElementsAre("a", "b"));
  ASSERT_EQ(pairs.value.size(), 2u);
  EXPECT_EQ(pairs.value[0], 2.5);
  EXPECT_TRUE(std::isnan(pairs.value[1]));
  EXPECT_EQ(pairs.row_name, "user");
}

TEST(ReadPairs, NeedsNoValues) {
  EXPECT_THAT(pairs_from("user,item\n7,a\n").value, IsEmpty());
  EXPECT_THAT(pairs_from("7,a\n8,b\n").row, ElementsAre("7", "8"));
  // A header without the value's name has no values, whatever its third field is.
  EXPECT_THAT(pairs_from("user,item,time\n7,a,100\n").value, IsEmpty());
}

TEST(ReadPairs, FollowsTheOptionsOfTheFit) {
  ReadOptions options;
  options.row_field = "2";
  options.column_field = "1";
  options.header = Header::no;
  const Pairs pairs = pairs_from("a,7\n", options);
  EXPECT_THAT(pairs.row, ElementsAre("7"));
  EXPECT_THAT(pairs.column, ElementsAre("a"));
  options.row_field = "9";
  EXPECT_THROW(pairs_from("a,7\n", options), DataError);
}

TEST(ReadPairs, RefusesWhatIsNotAPair) {
  EXPECT_THROW(pairs_from("7\n"), DataError);
  EXPECT_THROW(pairs_from("user,item\n"), DataError);
  EXPECT_THROW(pairs_from("user,item\n7,\n"), DataError);
  EXPECT_THROW(pairs_from("user,item\n7,a,3\n"), DataError);
  EXPECT_THROW(pairs_from("user,item,score\n7,a,much\n"), DataError);
  EXPECT_THROW(pairs_from("7,a,inf\n"), DataError);
}

}  // namespace
}  // namespace hadal::test
