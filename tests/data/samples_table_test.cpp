#include "memory_limit.hpp"
#include "sample_support.hpp"

namespace hadal {
namespace {

using test::column;
using test::for_task;
using test::matrix;
using test::names;
using test::same;
using test::samples;
using test::with_header;
using test::with_means;
using test::with_target;
using test::with_weight;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(SampleTable, NumbersAreReadExactly) {
  const SampleData data = samples("a,b,y\n1.5,-2e-3,0.1\n+3,4,0.25\n5,.5,1e300\n");
  EXPECT_TRUE(same(data.inputs, matrix({{1.5, -2e-3}, {3, 4}, {5, 0.5}})));
  EXPECT_EQ(data.task, Task::regression);
  EXPECT_TRUE(same(data.targets, column({0.1, 0.25, 1e300})));
  EXPECT_TRUE(data.has_targets);
  EXPECT_THAT(names(data), ElementsAre("a", "b"));
  EXPECT_THAT(data.target_names, ElementsAre("y"));
  EXPECT_THAT(data.classes, IsEmpty());
  EXPECT_THAT(data.labels, IsEmpty());
  EXPECT_EQ(data.weight.size(), 0);
  EXPECT_FALSE(data.picture);
}

TEST(SampleTable, TabsSemicolonsAndQuotes) {
  const Factor expected = matrix({{1, 2}, {3, 4}});
  for (const std::string text :
       {"a\tb\ty\n1\t2\t0.5\n3\t4\t1.5\n", "a;b;y\r\n1;2;0.5\r\n\r\n3;4;1.5",
        "\"a\",\"b\",\"y\"\n\"1\",2,\"0.5\"\n3, 4 ,1.5\n",
        "\xef\xbb\xbf"
        "a,b,y\n1,2,.5\n3,4,1.5"}) {
    const SampleData data = samples(text);
    EXPECT_TRUE(same(data.inputs, expected)) << text;
    EXPECT_TRUE(same(data.targets, column({0.5, 1.5}))) << text;
    EXPECT_THAT(names(data), ElementsAre("a", "b")) << text;
  }
}

TEST(SampleTable, TextsBecomeClassesByCodePoint) {
  const SampleData data = samples("x,kind\n1,b\n2,\"a, \"\"c\"\"\"\n3,B\n4,b\n");
  EXPECT_EQ(data.task, Task::classification);
  EXPECT_THAT(data.classes, ElementsAre("B", "a, \"c\"", "b"));
  EXPECT_THAT(data.labels, ElementsAre(2, 1, 0, 2));
  EXPECT_THAT(data.target_names, ElementsAre("kind"));
  EXPECT_EQ(data.targets.size(), 0);
}

TEST(SampleTable, NumericLabelsAreSortedByValueHoweverWritten) {
  const SampleData data = samples("x,y\n1,10\n2,9\n3,-1\n4,10.0\n5,9\n6,-1.0\n7,-0\n8,0\n");
  EXPECT_THAT(data.classes, ElementsAre("-1", "0", "9", "10"));
  EXPECT_THAT(data.labels, ElementsAre(3, 2, 0, 3, 2, 0, 1, 1));
}

/// A table whose target takes the values 0 .. values - 1, each `times` times.
std::string counted(int values, int times) {
  std::string text = "x,y\n";
  for (int k = 0; k < values * times; ++k) text += "1," + std::to_string(k % values) + "\n";
  return text;
}

TEST(SampleTable, FewIntegersThatRepeatAreClasses) {
  EXPECT_EQ(samples(counted(20, 2)).task, Task::classification);
  EXPECT_EQ(samples(counted(21, 2)).task, Task::regression);
  EXPECT_EQ(samples(counted(3, 1)).task, Task::regression);
  EXPECT_EQ(samples(counted(2, 2) + "5,2\n").task, Task::regression);
  EXPECT_EQ(samples(counted(2, 2) + "5,0.5\n5,0.5\n").task, Task::regression);
  EXPECT_EQ(samples(counted(1, 4)).task, Task::regression);
}

TEST(SampleTable, TheTaskCanBeChosen) {
  const SampleData classes = samples(counted(100, 1), for_task(TaskChoice::classification));
  EXPECT_EQ(classes.task, Task::classification);
  EXPECT_EQ(classes.classes.size(), 100u);
  const SampleData numbers = samples(counted(2, 2), for_task(TaskChoice::regression));
  EXPECT_EQ(numbers.task, Task::regression);
  EXPECT_TRUE(same(numbers.targets, column({0, 1, 0, 1})));
}

TEST(SampleTable, TargetsByNameAndByPosition) {
  const std::string text = "y,a,z\n0.5,1,7\n1.5,2,8\n";
  for (const std::string field : {"y", "1"}) {
    const SampleData data = samples(text, with_target(field));
    EXPECT_TRUE(same(data.inputs, matrix({{1, 7}, {2, 8}}))) << field;
    EXPECT_TRUE(same(data.targets, column({0.5, 1.5}))) << field;
  }
  const SampleData two = samples(text, with_target("z,1"));
  EXPECT_TRUE(same(two.inputs, column({1, 2})));
  EXPECT_TRUE(same(two.targets, matrix({{7, 0.5}, {8, 1.5}})));
  EXPECT_THAT(two.target_names, ElementsAre("z", "y"));
}

TEST(SampleTable, SeveralIntegerTargetsAreNumbers) {
  const SampleData data = samples("a,y,z\n1,0,1\n2,0,1\n3,1,0\n4,1,0\n", with_target("y,z"));
  EXPECT_EQ(data.task, Task::regression);
  EXPECT_TRUE(same(data.targets, matrix({{0, 1}, {0, 1}, {1, 0}, {1, 0}})));
}

TEST(SampleTable, Weights) {
  const SampleData data = samples("a,w,y\n1,2,0.5\n2,0.25,1.5\n", with_weight("w"));
  EXPECT_TRUE(same(data.inputs, column({1, 2})));
  ASSERT_EQ(data.weight.size(), 2);
  EXPECT_EQ(data.weight[0], 2);
  EXPECT_EQ(data.weight[1], 0.25);
}

TEST(SampleTable, TextsBecomeOneInputForEachCategory) {
  const SampleData data = samples("colour,size,y\nred,1,0.5\nblue,2,1.5\nred,3,2.5\n7,4,3.5\n");
  EXPECT_THAT(names(data), ElementsAre("colour=7", "colour=blue", "colour=red", "size"));
  EXPECT_TRUE(same(data.inputs, matrix({{0, 0, 1, 1}, {0, 1, 0, 2}, {0, 0, 1, 3}, {1, 0, 0, 4}})));
  EXPECT_EQ(data.encoding.inputs(), 4);
  ASSERT_EQ(data.encoding.columns.size(), 2u);
  EXPECT_THAT(data.encoding.columns[0].categories, ElementsAre("7", "blue", "red"));
  EXPECT_TRUE(std::isnan(data.encoding.columns[0].fill));
}

TEST(SampleTable, AThousandCategoriesAreRead) {
  std::string text = "c,y\n";
  for (int k = 0; k < 1000; ++k) text += "k" + std::to_string(k) + ",0.5\n";
  const SampleData data = samples(text);
  EXPECT_EQ(data.inputs.cols(), 1000);
  EXPECT_EQ(data.inputs.sum(), 1000);
}

TEST(SampleTable, MissingValuesBecomeTheMeanOrNoCategory) {
  const std::string text =
      "a,c,y\n1,u,0.5\n,v,1.5\nNA,?,2.5\nn/a,u,3.5\nNaN,,4.5\n?,u,5.5\n4,v,6.5\n";
  const SampleData data = samples(text, with_means());
  EXPECT_TRUE(same(data.inputs, matrix({{1, 1, 0},
                                        {2.5, 0, 1},
                                        {2.5, 0, 0},
                                        {2.5, 1, 0},
                                        {2.5, 0, 0},
                                        {2.5, 1, 0},
                                        {4, 0, 1}})));
  EXPECT_EQ(data.encoding.columns[0].fill, 2.5);
  EXPECT_EQ(data.encoding.columns[1].fill, 0);
}

TEST(SampleTable, MeansOfHugeNumbersAreFinite) {
  const SampleData data = samples("a,y\n1.5e308,1.5\n1.5e308,2.5\n,3.5\n", with_means());
  EXPECT_EQ(data.inputs(2, 0), 1.5e308);
}

TEST(SampleTable, ConstantColumnsAreRead) {
  const SampleData data = samples("a,c,y\n3,u,0.5\n3,u,1.5\n");
  EXPECT_TRUE(same(data.inputs, matrix({{3, 1}, {3, 1}})));
}

TEST(SampleTable, HeadersAreFoundByTextAboveNumbers) {
  EXPECT_THAT(names(samples("a,b,kind\n1,2,u\n3,4,v\n")), ElementsAre("a", "b"));
  EXPECT_THAT(names(samples("a,b,kind\n?,2,u\n3,4,v\n", with_means())), ElementsAre("a", "b"));
  EXPECT_THAT(names(samples("a,2019,kind\n1,2,u\n3,4,v\n")), ElementsAre("a", "2019"));
  const SampleData without = samples("1,2,u\n3,4,v\n");
  EXPECT_THAT(names(without), ElementsAre("column 1", "column 2"));
  EXPECT_THAT(without.target_names, ElementsAre("column 3"));
  EXPECT_TRUE(same(without.inputs, matrix({{1, 2}, {3, 4}})));
  EXPECT_THAT(names(samples("u,1,0.5\nv,2,1.5\n")),
              ElementsAre("column 1=u", "column 1=v", "column 2"));
}

TEST(SampleTable, TextAboveNumbersAndTextIsNoHeader) {
  EXPECT_THAT(names(samples("u,1,0.5\n7,2,1.5\nv,3,2.5\n")),
              ElementsAre("column 1=7", "column 1=u", "column 1=v", "column 2"));
}

TEST(SampleTable, HeadersCanBeChosen) {
  const std::string text = "u,v\nw,x\nu,y\n";
  EXPECT_EQ(samples(text, with_header(Header::yes)).samples(), 2);
  EXPECT_THAT(names(samples(text, with_header(Header::yes))), ElementsAre("u=u", "u=w"));
  EXPECT_EQ(samples(text, with_header(Header::no)).samples(), 3);
  EXPECT_THAT(names(samples("2019,y\n1,2\n", with_header(Header::yes))), ElementsAre("2019"));
}

TEST(SampleTable, AChosenNameMeansAHeader) {
  EXPECT_EQ(samples("u,v\nw,x\nu,y\n", with_target("u")).target_names[0], "u");
}

TEST(SampleTable, TheDelimiterCanBeChosen) {
  SampleReadOptions options;
  options.delimiter = '|';
  EXPECT_TRUE(same(samples("a|y\n1|0.5\n2|1.5\n", options).inputs, column({1, 2})));
}

TEST(SampleTable, WhatDoesNotFitIntoMemoryIsRefused) {
  std::string text = "c,y\n";
  for (int k = 0; k < 10'000; ++k) text += "k" + std::to_string(k % 1000) + ",0.5\n";
  const auto path = test::write_file("large.csv", text);
  EXPECT_EQ(read_samples(path).inputs.rows(), 10'000);
  const test::MemoryLimit limit(std::uint64_t{16} << 20);
  EXPECT_THAT(test::message_of<DataError>([&] { read_samples(path); }),
              testing::AllOf(testing::HasSubstr("large.csv: needs 80"),
                             testing::HasSubstr("bytes of memory")));
}

TEST(SampleTable, EveryTruncationIsReadOrRefused) {
  const std::string whole = "a,\"b c\",kind\n1,red,\"u,\"\n2.5,blue,v\n-3,red,u\n";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    try {
      const SampleData data = samples(whole.substr(0, size));
      EXPECT_TRUE(data.inputs.allFinite()) << size;
    } catch (const DataError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("s.csv")) << size;
    }
  }
}

}  // namespace
}  // namespace hadal
