#include "hadal/data/write.hpp"
#include "memory_limit.hpp"
#include "npy_support.hpp"
#include "sample_support.hpp"

namespace hadal {
namespace {

using test::column;
using test::elements;
using test::for_task;
using test::matrix;
using test::message_of;
using test::missing;
using test::npy;
using test::same;
using test::with_means;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

/// Reads two NPY files.
SampleData read(const std::string& inputs, const std::string& targets,
                SampleReadOptions options = {}) {
  options.target_file = test::write_file("targets.npy", targets);
  return read_samples(test::write_file("inputs.npy", inputs), options);
}

std::string refusal(const std::string& inputs, const std::string& targets,
                    const SampleReadOptions& options = {}) {
  return message_of<DataError>([&] { read(inputs, targets, options); });
}

const std::string two_by_two = npy("<f8", "(2, 2)", elements<double>({1, 2, 3, 4.5}));
const std::string two_targets = npy("<f8", "(2,)", elements<double>({0.5, -1.5}));

TEST(SampleArrays, AreReadExactly) {
  const SampleData data = read(two_by_two, two_targets);
  EXPECT_TRUE(same(data.inputs, matrix({{1, 2}, {3, 4.5}})));
  EXPECT_EQ(data.task, Task::regression);
  EXPECT_TRUE(same(data.targets, column({0.5, -1.5})));
  EXPECT_THAT(data.target_names, ElementsAre("target"));
  EXPECT_THAT(data.encoding.names(), ElementsAre("input 1", "input 2"));
  EXPECT_FALSE(data.picture);
  EXPECT_TRUE(data.has_targets);
  EXPECT_EQ(data.weight.size(), 0);
}

TEST(SampleArrays, OfEveryTypeAndOrder) {
  const Factor expected = matrix({{1, 2, 3}, {4, 5, 6}});
  const auto inputs = [&](const std::string& bytes) { return read(bytes, two_targets).inputs; };
  EXPECT_TRUE(
      same(inputs(npy("|u1", "(2, 3)", elements<std::uint8_t>({1, 2, 3, 4, 5, 6}))), expected));
  EXPECT_TRUE(
      same(inputs(npy("<i8", "(2, 3)", elements<std::int64_t>({1, 2, 3, 4, 5, 6}))), expected));
  EXPECT_TRUE(
      same(inputs(npy(">f4", "(2, 3)", elements<float>({1, 2, 3, 4, 5, 6}, true))), expected));
  EXPECT_TRUE(
      same(inputs(npy("<f8", "(2, 3)", elements<double>({1, 4, 2, 5, 3, 6}), true)), expected));
}

TEST(SampleArrays, OfThreeAndFourDimensionsArePictures) {
  const auto bytes = elements<std::uint8_t>({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255});
  const Factor expected = matrix({{0, 1, 2, 3, 4, 5}, {6, 7, 8, 9, 10, 255}});
  const SampleData grey = read(npy("|u1", "(2, 3, 2)", bytes), two_targets);
  EXPECT_TRUE(same(grey.inputs, expected));
  ASSERT_TRUE(grey.picture);
  EXPECT_EQ(grey.picture->height, 3);
  EXPECT_EQ(grey.picture->width, 2);
  EXPECT_EQ(grey.picture->channels, 1);
  EXPECT_EQ(grey.encoding.names()[3], "pixel 1 1");

  const SampleData colour = read(npy("|u1", "(2, 1, 2, 3)", bytes), two_targets);
  EXPECT_TRUE(same(colour.inputs, expected));
  EXPECT_EQ(colour.picture->height, 1);
  EXPECT_EQ(colour.picture->width, 2);
  EXPECT_EQ(colour.picture->channels, 3);
  EXPECT_EQ(colour.encoding.names()[5], "pixel 0 1 2");
}

TEST(SampleArrays, InFortranOrderOfFourDimensions) {
  // Element (i, y, x, c) is 12 i + 4 y + 2 x + c, the first index fastest.
  std::string bytes;
  for (int c = 0; c < 2; ++c)
    for (int x = 0; x < 2; ++x)
      for (int y = 0; y < 3; ++y)
        for (int i = 0; i < 2; ++i)
          bytes += elements<std::uint8_t>({static_cast<std::uint8_t>(12 * i + 4 * y + 2 * x + c)});
  const SampleData data = read(npy("|u1", "(2, 3, 2, 2)", bytes, true), two_targets);
  EXPECT_TRUE(same(data.inputs, matrix({{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
                                        {12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}})));
}

TEST(SampleArrays, IntegerTargetsThatRepeatAreClasses) {
  const std::string inputs = npy("|u1", "(4, 1)", elements<std::uint8_t>({1, 2, 3, 4}));
  const std::string labels = npy("<i4", "(4,)", elements<std::int32_t>({10, -1, 10, -1}));
  const SampleData data = read(inputs, labels);
  EXPECT_EQ(data.task, Task::classification);
  EXPECT_THAT(data.classes, ElementsAre("-1", "10"));
  EXPECT_THAT(data.labels, ElementsAre(1, 0, 1, 0));
  const SampleData numbers = read(inputs, labels, for_task(TaskChoice::regression));
  EXPECT_TRUE(same(numbers.targets, column({10, -1, 10, -1})));
}

TEST(SampleArrays, SeveralTargets) {
  const SampleData data =
      read(two_by_two, npy("<i2", "(2, 2)", elements<std::int16_t>({1, 2, 3, 4})));
  EXPECT_TRUE(same(data.targets, matrix({{1, 2}, {3, 4}})));
  EXPECT_THAT(data.target_names, ElementsAre("target 1", "target 2"));
}

TEST(SampleArrays, MissingInputsBecomeTheMean) {
  const SampleData data =
      read(npy("<f8", "(3, 2)", elements<double>({1, missing, missing, 4, 2, 8})),
           npy("<f8", "(3,)", elements<double>({0.5, 1, 2})), with_means());
  EXPECT_TRUE(same(data.inputs, matrix({{1, 6}, {1.5, 4}, {2, 8}})));
  EXPECT_EQ(data.encoding.columns[0].fill, 1.5);
}

TEST(SampleArrays, ForAModel) {
  const SampleData like = read(two_by_two, two_targets, with_means());
  const auto inputs =
      test::write_file("new.npy", npy("<f8", "(1, 2)", elements<double>({missing, 7})));
  const SampleData bare = read_samples(inputs, {}, like);
  EXPECT_TRUE(same(bare.inputs, matrix({{2, 7}})));
  EXPECT_FALSE(bare.has_targets);
  EXPECT_THAT(bare.target_names, ElementsAre("target"));
  const auto targets = test::write_file("t.npy", npy("|u1", "(1,)", elements<std::uint8_t>({9})));
  EXPECT_TRUE(
      same(read_samples(inputs, test::with_target_file(targets), like).targets, column({9})));
}

TEST(SampleArrays, OfTwoDimensionsForAModelOfPictures) {
  const SampleData like =
      read(npy("|u1", "(2, 2, 1)", elements<std::uint8_t>({1, 2, 3, 4})), two_targets);
  const auto path = test::write_file("flat.npy", two_by_two);
  const SampleData data = read_samples(path, {}, like);
  ASSERT_TRUE(data.picture);
  EXPECT_EQ(data.picture->height, 2);
  EXPECT_EQ(data.picture->width, 1);
}

TEST(SampleArrays, ForAModelRefusesOtherInputs) {
  const SampleData like = read(two_by_two, two_targets);
  const SampleData square =
      read(npy("|u1", "(2, 2, 1)", elements<std::uint8_t>({1, 2, 3, 4})), two_targets);
  const auto of = [](const std::string& bytes, const SampleData& model) {
    return message_of<DataError>(
        [&] { read_samples(test::write_file("n.npy", bytes), {}, model); });
  };
  EXPECT_THAT(of(npy("|u1", "(1, 3)", elements<std::uint8_t>({1, 2, 3})), like),
              EndsWith("n.npy: samples of 3 inputs: expected 2, as the model has"));
  EXPECT_THAT(of(npy("|u1", "(1, 1, 2)", elements<std::uint8_t>({1, 2})), square),
              EndsWith("n.npy: 1 x 2 pixels of 1 channel: expected 2 x 1 pixels of 1 channel, as "
                       "the model has"));
  EXPECT_THAT(of(npy("<f8", "(1, 2)", elements<double>({1, missing})), like),
              HasSubstr("element (0, 1) is NaN: expected a value"));
}

TEST(SampleArrays, ForAModelRefusesOtherTargets) {
  const SampleData like = read(two_by_two, two_targets);
  const auto path =
      test::write_file("two.npy", npy("|u1", "(2, 2)", elements<std::uint8_t>({1, 2, 3, 4})));
  EXPECT_THAT(
      message_of<DataError>([&] { read_samples(path, test::with_target_file(path), like); }),
      EndsWith("two.npy: 2 targets for every sample: expected 1"));
}

TEST(SampleArrays, TargetsAreNeeded) {
  const auto path = test::write_file("inputs.npy", two_by_two);
  EXPECT_THAT(message_of<ArgumentError>([&] { read_samples(path); }),
              EndsWith("inputs.npy holds inputs: expected an NPY file with their targets as "
                       "the target file"));
}

TEST(SampleArrays, RefuseMissingAndInfiniteValues) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const std::string bytes = npy("<f8", "(2, 2)", elements<double>({1, 2, missing, 4}));
  const std::size_t offset = bytes.size() - 16;
  EXPECT_THAT(refusal(bytes, two_targets),
              EndsWith("inputs.npy, byte " + std::to_string(offset) +
                       ": element (1, 0) is NaN: expected a value (a fit with missing = mean puts "
                       "the mean of the others in its place)"));
  EXPECT_THAT(refusal(npy("<f8", "(2, 1, 2)", elements<double>({1, 2, 3, -infinity})), two_targets,
                      with_means()),
              HasSubstr("element (1, 0, 1) is -inf: expected a finite number"));
  EXPECT_THAT(refusal(two_by_two, npy("<f8", "(2,)", elements<double>({1, missing})), with_means()),
              AllOf(HasSubstr("targets.npy, byte "),
                    HasSubstr("element (1) is NaN: expected a finite number, as it is a target")));
  EXPECT_THAT(refusal(two_by_two, npy("<f8", "(2,)", elements<double>({1, infinity}))),
              HasSubstr("element (1) is inf: expected a finite number"));
  EXPECT_THAT(refusal(npy("<f8", "(2, 2)", elements<double>({1, missing, 3, missing})), two_targets,
                      with_means()),
              HasSubstr("input 2 is missing in all samples: expected a value"));
}

TEST(SampleArrays, RefuseOtherShapes) {
  EXPECT_THAT(refusal(two_targets, two_targets),
              EndsWith("inputs.npy: an array of shape (2): expected 2 to 4 dimensions"));
  EXPECT_THAT(refusal(npy("|u1", "(1, 1, 1, 1, 1)", "x"), two_targets), HasSubstr("2 to 4"));
  EXPECT_THAT(refusal(two_by_two, npy("|u1", "(2, 1, 1)", "xy")),
              EndsWith("targets.npy: an array of shape (2, 1, 1): expected 1 to 2 dimensions"));
  EXPECT_THAT(refusal(two_by_two, npy("|u1", "(3,)", "xyz")),
              EndsWith("targets.npy: targets of 3 samples: expected 2, as there are inputs of"));
  EXPECT_THAT(refusal(npy("|u1", "(0, 2)", ""), two_targets),
              HasSubstr("0 samples of 2 inputs: expected 1 to 2147483647 of each"));
  EXPECT_THAT(refusal(npy("|u1", "(2, 0, 2)", ""), two_targets),
              HasSubstr("2 samples of 0 inputs"));
}

TEST(SampleArrays, RefuseSizesThatTheFileDoesNotHold) {
  EXPECT_THAT(refusal(npy("|u1", "(2, 3)", "12345"), two_targets),
              HasSubstr("5 bytes of elements: expected 2 x 3 elements of 1 bytes"));
  EXPECT_THAT(refusal(npy("|u1", "(4294967296, 4294967296)", "1"), two_targets),
              HasSubstr("too many elements for any memory"));
  EXPECT_THAT(refusal(npy("|u1", "(2, 4294967296, 4294967296)", "1"), two_targets),
              HasSubstr("too many elements for any memory"));
  EXPECT_THAT(refusal(npy("|u1", "(2, 9000000000)", "1"), two_targets),
              HasSubstr("bytes of elements"));
}

TEST(SampleArrays, RefuseOtherFiles) {
  EXPECT_THAT(refusal("a,y\n1,2\n", two_targets), HasSubstr("inputs.npy: does not begin with"));
  EXPECT_THAT(refusal(two_by_two, "1\n2\n"), HasSubstr("targets.npy: does not begin with"));
  EXPECT_THAT(refusal(two_by_two, ""), EndsWith("targets.npy: is empty: expected targets"));
  EXPECT_THAT(
      message_of<ArgumentError>([] { read(two_by_two, two_targets, test::with_target("2")); }),
      EndsWith("the option target_field does not apply to the format npy"));
}

TEST(SampleArrays, RefuseClassesOfSeveralTargets) {
  EXPECT_THAT(refusal(two_by_two, npy("|u1", "(2, 2)", elements<std::uint8_t>({1, 2, 3, 4})),
                      for_task(TaskChoice::classification)),
              EndsWith("2 targets for every sample: expected 1, as they are classes"));
}

TEST(SampleArrays, WhatDoesNotFitIntoMemoryIsRefused) {
  const auto path =
      test::write_file("ones.npy", npy("|u1", "(2000, 2000)", std::string(4'000'000, '\1')));
  const test::MemoryLimit limit(std::uint64_t{24} << 20);
  EXPECT_THAT(message_of<DataError>([&] { read_samples(path); }),
              AllOf(HasSubstr("ones.npy: needs 32"), HasSubstr("bytes of memory")));
}

}  // namespace
}  // namespace hadal
