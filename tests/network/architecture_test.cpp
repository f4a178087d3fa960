#include "hadal/network/architecture.hpp"

#include <gmock/gmock.h>

#include <functional>

#include "hadal/error.hpp"
#include "hadal/network/plan.hpp"
#include "hadal/network/static_degree.hpp"

namespace hadal {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Plan planned(const std::string& text, const Shape& input = {4, 1, 1, true}, Index outputs = 2) {
  return plan(Architecture::from_text(text, "net"), input, outputs);
}

std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const ArgumentError& error) {
    return error.what();
  }
  return "nothing was refused";
}

std::string refusal_of(const std::string& text, const Shape& input = {4, 1, 1, true}) {
  return refusal([&] { planned(text, input); });
}

constexpr Shape picture{2, 8, 6, false};

TEST(Degree, CountsWeightLayersAndDoublesAtSquares) {
  const Plan three = planned("linear 5\nrelu\nlinear 3\nabs\noutput\n");
  EXPECT_THAT(three.degrees, ElementsAre(1, 1, 1));
  EXPECT_EQ(three.degree(), 3);
  const Plan squared = planned("linear 5\nsquare\nlinear 3\nsquare\noutput\n");
  EXPECT_THAT(squared.degrees, ElementsAre(4, 2, 1));
  EXPECT_EQ(squared.degree(), 7);
  const Plan pictures = planned(
      "conv2d 6 kernel 3\nmaxout:3\nmax-pool 2\nmean-pool kernel 2 stride 1\nleaky:0.1\nflatten\n"
      "output\n",
      picture);
  EXPECT_EQ(pictures.degree(), 2);
}

TEST(Degree, OfBranchesIsOneBlockForEachDepth) {
  const Plan branched = planned("linear 4\nskip\n linear 4\n relu\nand\n linear 4\nend\noutput\n");
  EXPECT_THAT(branched.degrees, ElementsAre(1, 1, 1));
  EXPECT_EQ(branched.weights.size(), 4u);
  EXPECT_EQ(branched.weights[1].block, branched.weights[2].block);
  const Plan passed_on = planned("linear 4\nskip\n relu\nand\nend\noutput\n");
  EXPECT_EQ(passed_on.degree(), 2);
}

TEST(Degree, ThatDiffersBetweenBranchesIsRefusedWithBoth) {
  EXPECT_THAT(refusal_of("linear 4\nskip\n linear 4\nand\nend\noutput\n"),
              AllOf(HasSubstr("layer 2 (skip)"), HasSubstr("branch 1 has degree 2"),
                    HasSubstr("branch 2 has degree 1")));
  // Equal in all: but no scaling of one layer scales the sum.
  EXPECT_THAT(refusal_of("skip\n linear 4\n square\nand\n linear 4\n linear 4\nend\noutput\n"),
              AllOf(HasSubstr("degrees 2 through branch 1"), HasSubstr("1, 1 through branch 2")));
}

TEST(Degree, OfThePenaltyHasToMatch) {
  const Plan three = planned("linear 5\nrelu\nlinear 3\nrelu\noutput\n");
  EXPECT_NO_THROW(require_matched(three, 3));
  EXPECT_THAT(refusal([&] { require_matched(three, 2); }),
              AllOf(HasSubstr("penalty has degree 2"), HasSubstr("subnetwork has degree 3")));
}

TEST(Degree, ThatGrowsBeyondMeasureIsRefused) {
  std::string text = "linear 2\n";
  for (int k = 0; k < 7; ++k) text += "square\n";
  EXPECT_THAT(refusal_of(text + "output\n"), HasSubstr("degree 128"));
}

TEST(Degree, OfStaticTypesIsKnownWhenTheProgramIsCompiled) {
  using namespace static_degree;
  using Unit = Sequence<Weights, SameDegree, Weights>;
  static_assert(degree<Unit> == 2);
  static_assert(degree<Sequence<Weights, Square, Weights>> == 3);
  static_assert(degree<Sequence<Weights, Branches<Sequence<>, SameDegree>, Weights>> == 2);
  static_assert(Matched<Unit, 2> && !Matched<Unit, 3>);
  static_assert(!Homogeneous<Branches<Weights, SameDegree>>);
  static_assert(Homogeneous<Branches<Sequence<Weights, Square>, Sequence<Weights, Weights>>>);
  static_assert(!Homogeneous<Sequence<Weights, Branches<Square, SameDegree>>>);
}

TEST(Shape, IsCarriedThroughTheLayers) {
  const Plan p = planned(
      "conv2d 5 kernel 3 stride 2 padding 1\nrelu\nmax-pool kernel 3 stride 1 padding 1\nflatten\n"
      "linear 7\noutput\n",
      picture, 3);
  EXPECT_EQ(to_string(p.layers[0].out), "5x4x3");
  EXPECT_EQ(to_string(p.layers[2].out), "5x4x3");
  EXPECT_EQ(to_string(p.layers[3].out), "60");
  EXPECT_EQ(p.weights[0].size(), 5 * 2 * 9 + 5 + 1);
  EXPECT_EQ(p.weights[1].size(), 7 * 60 + 7 + 1);
  EXPECT_EQ(p.weights[2].size(), 3 * 7 + 3);
  EXPECT_EQ(planned("no-bias\nlinear 3\noutput\n").parameters(), 3 * 4 + 2 * 3);
}

TEST(Shape, ThatDoesNotFitALayerIsRefusedByName) {
  EXPECT_THAT(refusal_of("relu\nlinear 3\noutput\n", picture),
              AllOf(HasSubstr("layer 2 (linear 3)"), HasSubstr("2x8x6"), HasSubstr("flatten")));
  EXPECT_THAT(refusal_of("conv2d 3 kernel 3\noutput\n"),
              AllOf(HasSubstr("layer 1 (conv2d 3"), HasSubstr("was given 4")));
  EXPECT_THAT(refusal_of("conv2d 3 kernel 9\nflatten\noutput\n", picture),
              AllOf(HasSubstr("was given 2x8x6"), HasSubstr("at least 9")));
  EXPECT_THAT(refusal_of("maxout:3\noutput\n"), HasSubstr("that 3 divides"));
  EXPECT_THAT(refusal_of("skip\n linear 4\nand\n linear 5\nend\noutput\n"),
              AllOf(HasSubstr("branch 2 gives 5"), HasSubstr("expected 4")));
  EXPECT_THAT(refusal_of("input 3x2x2\nflatten\noutput\n"), HasSubstr("12 values; expected 4"));
  // As many values in another order are other pictures.
  EXPECT_THAT(refusal_of("input 1x24x8\nflatten\noutput\n", {3, 8, 8, false}),
              HasSubstr("is 1x24x8; expected 3x8x8"));
}

TEST(Architecture, RefusesWhatIsNotHomogeneousWithTheReason) {
  for (const auto& [layer, reason] : {std::pair{"sigmoid", "saturates"},
                                      {"tanh", "saturates"},
                                      {"softplus", "ReLU only far from 0"},
                                      {"batch-norm", "spread of a batch"},
                                      {"BatchNorm2d", "spread of a batch"},
                                      {"local-response-norm", "neighbours"},
                                      {"LRN", "neighbours"},
                                      {"layer_norm", "spread of its input"},
                                      {"Tanh", "saturates"},
                                      {"swish", "slope"},
                                      {"dropout", "random factor"},
                                      {"softmax", "multinomial"}})
    EXPECT_THAT(
        refusal_of(std::string("linear 3\n") + layer + "\noutput\n"),
        AllOf(HasSubstr("net, line 2"), HasSubstr(reason), HasSubstr("not positively homogeneous")))
        << layer;
}

TEST(Architecture, SaysWhichLineIsWrong) {
  for (const auto& [text, message] :
       {std::pair{"linear\noutput\n", "line 1: '' was given after linear"},
        {"linear 3 4\noutput\n", "line 1: '4' was given after 3"},
        {"linear 0\noutput\n", "expected a whole number from 1"},
        {"\n# a comment\nconv2d 3\noutput\n", "line 3: conv2d has no kernel"},
        {"max-pool kernel 3 padding 2\noutput\n", "at most half"},
        {"relu 3\noutput\n", "expected the end of the line"},
        {"rellu\noutput\n", "'rellu' was given; expected linear N"},
        {"leaky:2\noutput\n", "line 1"},
        {"skip\nrelu\nend\noutput\n", "has one branch"},
        {"skip\nrelu\nand\noutput\n", "output stands within a skip"},
        {"skip\nrelu\nand\n", "does not end"},
        {"and\noutput\n", "outside of a skip"},
        {"linear 3\n", "expected 'output' as its last line"},
        {"input 3x\noutput\n", "CHANNELSxHEIGHTxWIDTH"}})
    EXPECT_THAT(refusal_of(text), HasSubstr(message)) << text;
}

TEST(Architecture, IsReadAsItIsWritten) {
  const std::string text =
      "input 2x8x6\nno-bias\nconv2d 4 kernel 3 stride 1 padding 1\nskip\n  relu\n  skip\n    abs\n"
      "  and\n  end\nand\n  max-pool kernel 3 stride 1 padding 1\nend\nmaxout:2\nflatten\n"
      "linear 3\nleaky:0.25\noutput\n";
  EXPECT_EQ(Architecture::from_text(text, "net").to_text(), text);
}

TEST(Architecture, HasBuilders) {
  EXPECT_EQ(plan(*Architecture::built("mlp:8,4"), {5, 1, 1, true}, 1).degree(), 3);
  const Plan convnet = plan(*Architecture::built("convnet:4,6"), {1, 8, 8, false}, 10);
  EXPECT_EQ(convnet.degree(), 3);
  EXPECT_EQ(convnet.weights.back().inputs, 6 * 2 * 2);
  const Plan alexnet = plan(*Architecture::built("alexnet"), {3, 227, 227, false}, 1000);
  EXPECT_EQ(alexnet.degree(), 8);
  EXPECT_EQ(to_string(alexnet.layers[0].out), "96x55x55");
  EXPECT_EQ(alexnet.weights[5].inputs, 256 * 6 * 6);
  EXPECT_FALSE(Architecture::built("resnet"));
  EXPECT_THAT(refusal([] { Architecture::built("mlp:3,x"); }), HasSubstr("mlp:3,x"));
}

}  // namespace
}  // namespace hadal
