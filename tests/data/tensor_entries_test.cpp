#include "hadal/data/tensor_entries.hpp"

#include <rapidcheck.h>

#include <array>
#include <map>

#include "support.hpp"

namespace hadal {
namespace {

using test::message_of;
using test::missing;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr double infinity = std::numeric_limits<double>::infinity();

TensorEntries small() { return {{2, 3, 2}, {{1, 0, 0}, {0, 2, 2}, {1, 1, 0}}, {10, 2, 1}, {}}; }

TEST(CanonicaliseTensor, SortsByTheIndicesTheFirstModeFirst) {
  TensorEntries entries = small();
  entries.weight = {0.5, 2, 1};
  canonicalise(entries);
  EXPECT_THAT(entries.index[0], ElementsAre(0, 0, 1));
  EXPECT_THAT(entries.index[1], ElementsAre(2, 2, 0));
  EXPECT_THAT(entries.index[2], ElementsAre(0, 1, 1));
  EXPECT_THAT(entries.value, ElementsAre(1, 2, 10));
  EXPECT_THAT(entries.weight, ElementsAre(1, 2, 0.5));
}

TEST(CanonicaliseTensor, IndicesBeyondSixteenBits) {
  TensorEntries entries{
      {200000, 70000, 3}, {{70000, 4464, 70000}, {65536, 0, 1}, {0, 0, 0}}, {3, 1, 2}, {}};
  canonicalise(entries);
  EXPECT_THAT(entries.value, ElementsAre(1, 2, 3));
}

TEST(CanonicaliseTensor, PositionsBeyondSixtyFourBits) {
  const Index size = Index{1} << 30;
  const auto last = static_cast<std::int32_t>(size - 1);
  TensorEntries entries{{size, size, size, size},
                        {{1, 0, 0, 1}, {0, last, last, 0}, {0, 1, 0, 0}, {2, last, 5, 1}},
                        {4, 2, 1, 3},
                        {}};
  canonicalise(entries);
  EXPECT_THAT(entries.value, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(entries.index[3], ElementsAre(5, last, 1, 2));
}

TEST(CanonicaliseTensor, DropsTheIndicesOfAFullTensor) {
  TensorEntries entries{{2, 1, 2}, {{1, 0, 0, 1}, {0, 0, 0, 0}, {1, 1, 0, 0}}, {4, 2, 1, 3}, {}};
  canonicalise(entries);
  EXPECT_TRUE(entries.full());
  EXPECT_THAT(entries.value, ElementsAre(1, 2, 3, 4));
}

TEST(CanonicaliseTensor, ADuplicateIsNoFurtherPosition) {
  TensorEntries entries{{2, 1, 1}, {{0, 0}, {0, 0}, {0, 0}}, {4, 2}, {}};
  canonicalise(entries, Duplicates::mean);
  EXPECT_FALSE(entries.full());
  EXPECT_THAT(entries.value, ElementsAre(3));
  EXPECT_THAT(entries.weight, ElementsAre(2));
  EXPECT_THAT(entries.index[0], ElementsAre(0));
}

TEST(CanonicaliseTensor, RefusesADuplicateNamingBothPlaces) {
  TensorEntries entries{{2, 2, 3}, {{1, 0, 1}, {1, 0, 1}, {2, 0, 2}}, {7, 1, 8}, {}};
  const auto message = message_of<DataError>([&] { canonicalise(entries); });
  EXPECT_THAT(message, HasSubstr("entry 2: indices (1, 1, 2), value 8"));
  EXPECT_THAT(message, HasSubstr("entry 0, value 7"));
}

TEST(CanonicaliseTensor, MeanIsWeightedAndAddsUpWeights) {
  TensorEntries entries{{1, 1, 2}, {{0, 0, 0}, {0, 0, 0}, {1, 0, 1}}, {3, 5, 6}, {1, 4, 2}};
  canonicalise(entries, Duplicates::mean);
  EXPECT_TRUE(entries.full());
  EXPECT_THAT(entries.value, ElementsAre(5, 5));
  EXPECT_THAT(entries.weight, ElementsAre(4, 3));
}

TEST(CanonicaliseTensor, MeanKeepsTheIndicesOfWhatFollows) {
  TensorEntries entries{{1, 3, 3}, {{0, 0, 0}, {2, 0, 0}, {1, 2, 2}}, {3, 5, 6}, {}};
  canonicalise(entries, Duplicates::mean);
  EXPECT_THAT(entries.index[1], ElementsAre(0, 2));
  EXPECT_THAT(entries.index[2], ElementsAre(2, 1));
  EXPECT_THAT(entries.value, ElementsAre(5.5, 3));
}

TEST(CanonicaliseTensor, RefusesBrokenInvariants) {
  const auto refusal = [](auto change) {
    TensorEntries entries = small();
    change(entries);
    return message_of<DataError>([&] { canonicalise(entries); });
  };
  EXPECT_THAT(refusal([](auto& e) { e.index[1][1] = 3; }),
              HasSubstr("entry 1: indices (0, 3, 1), value 2: expected an index of mode 1 from 0 "
                        "to 2"));
  EXPECT_THAT(refusal([](auto& e) { e.index[0][0] = -1; }), HasSubstr("mode 0 from 0 to 1"));
  EXPECT_THAT(refusal([](auto& e) { e.value[2] = missing; }),
              HasSubstr("entry 2: indices (0, 2, 0), value nan: expected a finite value"));
  EXPECT_THAT(refusal([](auto& e) { e.value[2] = infinity; }), HasSubstr("finite value"));
  EXPECT_THAT(refusal([](auto& e) { e.weight = {1, 0, 1}; }), HasSubstr("weight > 0"));
  EXPECT_THAT(refusal([](auto& e) { e.weight = {1, 1}; }), HasSubstr("2 weights"));
  EXPECT_THAT(refusal([](auto& e) { e.index[2].pop_back(); }), HasSubstr("2 indices of a mode"));
  EXPECT_THAT(refusal([](auto& e) { e.index.pop_back(); }), HasSubstr("indices of 2 modes"));
  EXPECT_THAT(refusal([](auto& e) { e.index.clear(); }), HasSubstr("3 values without indices"));
  EXPECT_THAT(refusal([](auto& e) { e.shape[1] = 0; }), HasSubstr("sizes from 1 to 2147483647"));
  EXPECT_THAT(refusal([](auto& e) { e.shape[1] = Index{1} << 31; }), HasSubstr("2147483647"));
  EXPECT_THAT(refusal([](auto& e) { e.shape = {6}; }), HasSubstr("order 1: expected an order"));
}

TEST(CanonicaliseTensor, ChecksValuesAndWeightsOfAFullTensor) {
  TensorEntries entries{{1, 2, 2}, {}, {1, 2, infinity, 4}, {}};
  EXPECT_THAT(message_of<DataError>([&] { canonicalise(entries); }),
              HasSubstr("entry 2: indices (0, 1, 0), value inf: expected a finite value"));
  entries.value[2] = 3;
  entries.weight = {1, 1, 1, -1};
  EXPECT_THAT(message_of<DataError>([&] { canonicalise(entries); }),
              HasSubstr("entry 3: indices (0, 1, 1), value 4: weight -1"));
}

TEST(CanonicaliseTensor, APositionCountBeyondSixtyFourBitsIsNotAFullTensor) {
  const Index most = (Index{1} << 31) - 1;
  TensorEntries entries{{most, most, most, 2}, {{most - 1}, {0}, {1}, {1}}, {5}, {}};
  canonicalise(entries);
  EXPECT_FALSE(entries.full());
  entries = {{Index{1} << 16, Index{1} << 16, Index{1} << 16, Index{1} << 16}, {}, {}, {}};
  EXPECT_THAT(message_of<DataError>([&] { canonicalise(entries); }),
              HasSubstr("0 values without indices"));
}

TEST(CanonicaliseTensor, GivesTheSameForEveryOrderOfTheInput) {
  rc::check([] {
    const auto index = rc::gen::inRange(0, 4);
    const auto cells = *rc::gen::container<std::map<std::array<int, 3>, double>>(
        rc::gen::apply(
            [](int i, int j, int k) {
              return std::array{i, j, k};
            },
            index, index, index),
        rc::gen::cast<double>(rc::gen::inRange(-99, 99)));
    std::vector<std::pair<std::array<int, 3>, double>> shuffled(cells.begin(), cells.end());
    const auto seed = *rc::gen::arbitrary<unsigned>();
    for (std::size_t i = shuffled.size(); i > 1; --i) {
      std::swap(shuffled[i - 1], shuffled[(seed * i) % i]);
    }
    TensorEntries entries{{4, 4, 5}, {{}, {}, {}}, {}, {}};
    for (const auto& [cell, value] : shuffled) {
      for (std::size_t mode = 0; mode < 3; ++mode) entries.index[mode].push_back(cell[mode]);
      entries.value.push_back(value);
    }
    canonicalise(entries);
    std::size_t k = 0;
    for (const auto& [cell, value] : cells) {
      for (std::size_t mode = 0; mode < 3; ++mode) {
        RC_ASSERT(entries.index[mode][k] == cell[mode]);
      }
      RC_ASSERT(entries.value[k++] == value);
    }
  });
}

TEST(TensorFromDense, KeepsAFullTensorInRowMajorOrder) {
  const TensorEntries entries = tensor_from_dense({1, 2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(entries.shape, ElementsAre(1, 2, 2));
  EXPECT_THAT(entries.index, IsEmpty());
  EXPECT_THAT(entries.value, ElementsAre(1, 2, 3, 4));
}

TEST(TensorFromDense, SkipsNaN) {
  const TensorEntries entries = tensor_from_dense({2, 1, 3}, {missing, 2, 3, 4, missing, 6});
  EXPECT_THAT(entries.index[0], ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(entries.index[1], ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(entries.index[2], ElementsAre(1, 2, 0, 2));
  EXPECT_THAT(entries.value, ElementsAre(2, 3, 4, 6));
}

TEST(TensorFromDense, RefusesInfinityAndShapesThatDoNotFit) {
  EXPECT_THAT(message_of<DataError>([] {
                tensor_from_dense({1, 2, 2}, {1, 2, -infinity, 4});
              }),
              HasSubstr("indices (0, 1, 0): value -inf: expected a finite number"));
  const auto of = [](std::vector<Index> shape, std::vector<double> values) {
    return message_of<ArgumentError>([&] { tensor_from_dense(shape, values); });
  };
  EXPECT_THAT(of({1, 2, 2}, {1, 2, 3}), HasSubstr("3 values for a tensor of shape (1, 2, 2)"));
  EXPECT_THAT(of({0, 2}, {}), HasSubstr("sizes from 1"));
  EXPECT_THAT(of({2}, {1, 2}), HasSubstr("order 1"));
}

}  // namespace
}  // namespace hadal
