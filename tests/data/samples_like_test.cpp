#include "sample_support.hpp"

namespace hadal {
namespace {

using test::column;
using test::matrix;
using test::message_of;
using test::same;
using test::samples;
using test::samples_like;
using test::with_header;
using test::with_means;
using test::with_target;
using test::with_weight;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

SampleData known() { return samples("a,c,kind\n1,u,no\n3,v,yes\n", with_means()); }

std::string refusal(const SampleData& like, const std::string& text,
                    const SampleReadOptions& options = {}) {
  return message_of<DataError>([&] { samples_like(like, text, options); });
}

TEST(SamplesLike, ColumnsAreFoundByName) {
  const SampleData data = samples_like(known(), "kind,index,c,a\nyes,9,u,7\nmaybe,8,v,8\n");
  EXPECT_TRUE(same(data.inputs, matrix({{7, 1, 0}, {8, 0, 1}})));
  EXPECT_TRUE(data.has_targets);
  EXPECT_EQ(data.task, Task::classification);
  EXPECT_THAT(data.labels, ElementsAre(1, -1));
  EXPECT_THAT(data.classes, ElementsAre("no", "yes"));
  EXPECT_THAT(data.target_names, ElementsAre("kind"));
  EXPECT_THAT(data.encoding.names(), ElementsAre("a", "c=u", "c=v"));
}

TEST(SamplesLike, TargetsNeedNotBeThere) {
  for (const std::string text : {"a,c\n7,u\n", "a,c,kind\n7,u,\n", "a,c,kind\n7,u,?\n"}) {
    const SampleData data = samples_like(known(), text);
    EXPECT_FALSE(data.has_targets) << text;
    EXPECT_THAT(data.labels, IsEmpty()) << text;
    EXPECT_THAT(data.classes, ElementsAre("no", "yes")) << text;
    EXPECT_TRUE(same(data.inputs, matrix({{7, 1, 0}}))) << text;
  }
}

TEST(SamplesLike, MissingValuesBecomeWhatTheModelSays) {
  const SampleData data = samples_like(known(), "a,c\n,u\n5,?\n");
  EXPECT_TRUE(same(data.inputs, matrix({{2, 1, 0}, {5, 0, 0}})));
  const SampleData strict = samples("a,c,kind\n1,u,no\n3,v,yes\n");
  EXPECT_THAT(refusal(strict, "a,c\n,u\n", with_means()),
              HasSubstr("line 2: column 'a' is '': expected a value"));
  EXPECT_THAT(refusal(strict, "a,c\n1,NA\n", with_means()),
              HasSubstr("line 2: column 'c' is 'NA': expected a value"));
}

TEST(SamplesLike, ColumnsAreFoundByPositionWithoutAHeader) {
  const SampleData like = samples("1,2,0.5\n3,4,1.5\n");
  const SampleData bare = samples_like(like, "5,6\n7,8\n");
  EXPECT_TRUE(same(bare.inputs, matrix({{5, 6}, {7, 8}})));
  EXPECT_FALSE(bare.has_targets);
  const SampleData whole = samples_like(like, "5,6,2.5\n7,8,3.5\n");
  EXPECT_TRUE(same(whole.inputs, bare.inputs));
  EXPECT_TRUE(same(whole.targets, column({2.5, 3.5})));
  const SampleData first = samples_like(like, "2.5,5,6\n3.5,7,8\n", with_target("1"));
  EXPECT_TRUE(same(first.inputs, bare.inputs));
  EXPECT_TRUE(same(first.targets, whole.targets));
}

TEST(SamplesLike, TheSameTableGivesTheSameSamples) {
  for (const std::string text :
       {"a,w,b,y\n1,2,u,0.5\n3,4,v,1.5\n", "1,2,u,0.5\n3,4,v,1.5\n", "1,2,u,k\n3,4,v,l\n"}) {
    const SampleReadOptions options = with_weight("2");
    const SampleData first = samples(text, options);
    const SampleData again = samples_like(first, text, options);
    EXPECT_TRUE(same(again.inputs, first.inputs)) << text;
    EXPECT_TRUE(same(again.targets, first.targets)) << text;
    EXPECT_EQ(again.labels, first.labels) << text;
    EXPECT_EQ(again.classes, first.classes) << text;
    ASSERT_EQ(again.weight.size(), 2) << text;
    EXPECT_EQ(again.weight, first.weight) << text;
  }
}

TEST(SamplesLike, WeightsNeedNotBeThere) {
  const SampleData like = samples("a,w,y\n1,2,0.5\n3,4,1.5\n", with_weight("w"));
  EXPECT_EQ(samples_like(like, "a,w,y\n1,2,0.5\n", with_weight("w")).weight[0], 2);
  EXPECT_EQ(samples_like(like, "a,y\n1,0.5\n", with_weight("w")).weight.size(), 0);
  EXPECT_EQ(samples_like(like, "y,a\n0.5,1\n", with_weight("2")).weight.size(), 0);
  EXPECT_EQ(samples_like(like, "a,n,m,y\n1,u,2,0.5\n", with_weight("2")).weight.size(), 0);
}

TEST(SamplesLike, NumericLabelsAreTheSameHoweverWritten) {
  const SampleData like = samples("a,y\n1,0\n2,1\n3,0\n4,1\n");
  EXPECT_THAT(samples_like(like, "a,y\n1,1.0\n2,+1\n3,00\n4,2\n5,other\n").labels,
              ElementsAre(1, 1, 0, -1, -1));
}

TEST(SamplesLike, ARegressionReadsIntegersAsNumbers) {
  const SampleData like = samples("a,y\n1,0.5\n2,1\n");
  const SampleData data = samples_like(like, "a,y\n1,0\n2,1\n3,0\n4,1\n");
  EXPECT_EQ(data.task, Task::regression);
  EXPECT_TRUE(same(data.targets, column({0, 1, 0, 1})));
}

TEST(SamplesLike, SeveralTargets) {
  const SampleData like = samples("a,y,z\n1,0.5,2\n2,1,3\n", with_target("y,z"));
  EXPECT_TRUE(same(samples_like(like, "z,y,a\n1,2,3\n").targets, matrix({{2, 1}})));
  EXPECT_FALSE(samples_like(like, "y,a\n2,3\n").has_targets);
}

TEST(SamplesLike, RefusesMissingColumns) {
  EXPECT_THAT(refusal(known(), "a,kind\n1,no\n"),
              EndsWith("new.csv, line 1: no column 'c': expected it, as the model has it among "
                       "its 2"));
}

TEST(SamplesLike, RefusesUnknownCategories) {
  EXPECT_THAT(refusal(known(), "a,c\n1,u\n2,w\n"),
              EndsWith("new.csv, line 3: column 'c' is 'w': expected a category that the model "
                       "knows: 'u', 'v'"));
}

TEST(SamplesLike, RefusesTextInAColumnOfNumbers) {
  EXPECT_THAT(refusal(known(), "a,c\nx,u\n"),
              EndsWith("new.csv, line 2: column 'a' is 'x': expected a finite number"));
}

TEST(SamplesLike, RefusesTargetsOfWhichSomeAreMissing) {
  EXPECT_THAT(refusal(known(), "a,c,kind\n1,u,no\n2,v,\n"),
              EndsWith("line 3: column 'kind' is '': expected a class"));
}

TEST(SamplesLike, RefusesOtherNumbersOfFields) {
  const SampleData like = samples("1,2,0.5\n3,4,1.5\n");
  EXPECT_THAT(refusal(like, "1,2,3,4\n"),
              EndsWith("line 1: 4 fields without a header: expected 2, one for each column of the "
                       "model, or 3 with what the model was fitted to"));
  EXPECT_THAT(refusal(known(), "1,u,2,no\n3,v,2,yes\n", with_target("kind")),
              EndsWith("line 1: 4 fields without a header: expected 2, one for each column of the "
                       "model, as its other fields were chosen by name"));
}

TEST(SamplesLike, RefusesFirstLinesThatMayBeEither) {
  EXPECT_THAT(refusal(samples("u,v\nw,x\nu,y\n", with_header(Header::no)), "u,v\nw,x\n"),
              HasSubstr("set header to yes or no"));
}

}  // namespace
}  // namespace hadal
