#include "hadal/data/entries.hpp"

#include <rapidcheck.h>

#include <map>

#include "support.hpp"

namespace hadal {
namespace {

using test::message_of;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr double infinity = std::numeric_limits<double>::infinity();

Entries small() { return {2, 3, {1, 0, 0}, {0, 2, 1}, {10.0, 2.0, 1.0}, {}}; }

TEST(Canonicalise, SortsByRowThenColumn) {
  Entries entries = small();
  entries.weight = {0.5, 2.0, 1.0};
  canonicalise(entries);
  EXPECT_THAT(entries.row, ElementsAre(0, 0, 1));
  EXPECT_THAT(entries.column, ElementsAre(1, 2, 0));
  EXPECT_THAT(entries.value, ElementsAre(1.0, 2.0, 10.0));
  EXPECT_THAT(entries.weight, ElementsAre(1.0, 2.0, 0.5));
}

TEST(Canonicalise, RefusesADuplicateNamingBothPlaces) {
  Entries entries{2, 2, {1, 0, 1}, {1, 0, 1}, {7.0, 1.0, 8.0}, {}};
  const auto message = message_of<DataError>([&] { canonicalise(entries); });
  EXPECT_THAT(message, HasSubstr("entry 2: row 1, column 1, value 8"));
  EXPECT_THAT(message, HasSubstr("entry 0, value 7"));
}

TEST(Canonicalise, NamesTheFirstDuplicateOfTheInput) {
  Entries entries{2, 2, {1, 1, 0, 0}, {1, 1, 0, 0}, {1, 2, 3, 4}, {}};
  EXPECT_THAT(message_of<DataError>([&] { canonicalise(entries); }), HasSubstr("entry 1:"));
}

TEST(Canonicalise, MeanIsWeightedAndAddsUpWeights) {
  Entries entries{1, 2, {0, 0, 0}, {1, 0, 1}, {3.0, 5.0, 6.0}, {1.0, 4.0, 2.0}};
  canonicalise(entries, Duplicates::mean);
  EXPECT_THAT(entries.column, ElementsAre(0, 1));
  EXPECT_THAT(entries.value, ElementsAre(5.0, 5.0));
  EXPECT_THAT(entries.weight, ElementsAre(4.0, 3.0));
}

TEST(Canonicalise, MeanOfUnweightedDuplicatesCountsThem) {
  Entries entries{1, 2, {0, 0, 0}, {1, 0, 1}, {3.0, 5.0, 6.0}, {}};
  canonicalise(entries, Duplicates::mean);
  EXPECT_THAT(entries.value, ElementsAre(5.0, 4.5));
  EXPECT_THAT(entries.weight, ElementsAre(1.0, 2.0));
}

TEST(Canonicalise, MeanWithoutDuplicatesAddsNoWeights) {
  Entries entries = small();
  canonicalise(entries, Duplicates::mean);
  EXPECT_TRUE(entries.weight.empty());
}

TEST(Canonicalise, MeanOfHugeValuesStaysFinite) {
  const double huge = std::numeric_limits<double>::max();
  Entries entries{1, 1, {0, 0}, {0, 0}, {huge, -huge}, {}};
  canonicalise(entries, Duplicates::mean);
  EXPECT_THAT(entries.value, ElementsAre(0.0));
}

TEST(Canonicalise, RefusesBrokenInvariants) {
  const auto refusal = [](auto change) {
    Entries entries = small();
    change(entries);
    return message_of<DataError>([&] { canonicalise(entries); });
  };
  EXPECT_THAT(refusal([](Entries& e) { e.row[1] = 2; }),
              HasSubstr("entry 1: row 2, column 2, value 2: expected a row from 0 to 1"));
  EXPECT_THAT(refusal([](Entries& e) { e.column[0] = -1; }), HasSubstr("expected a column"));
  EXPECT_THAT(refusal([](Entries& e) { e.value[2] = test::missing; }), HasSubstr("finite value"));
  EXPECT_THAT(refusal([](Entries& e) { e.value[2] = infinity; }), HasSubstr("finite value"));
  EXPECT_THAT(refusal([](Entries& e) { e.weight = {1, 0, 1}; }), HasSubstr("weight > 0"));
  EXPECT_THAT(refusal([](Entries& e) { e.weight = {1, infinity, 1}; }), HasSubstr("finite weight"));
  EXPECT_THAT(refusal([](Entries& e) { e.row.pop_back(); }), HasSubstr("as many of each"));
  EXPECT_THAT(refusal([](Entries& e) { e.weight = {1}; }), HasSubstr("as many of each"));
  EXPECT_THAT(refusal([](Entries& e) { e.rows = Index{1} << 31; }), HasSubstr("2147483647"));
}

TEST(Canonicalise, GivesTheSameForEveryOrderOfTheInput) {
  rc::check([] {
    const auto cells = *rc::gen::container<std::map<std::pair<int, int>, double>>(
        rc::gen::pair(rc::gen::inRange(0, 9), rc::gen::inRange(0, 9)),
        rc::gen::cast<double>(rc::gen::inRange(-99, 99)));
    std::vector<std::pair<std::pair<int, int>, double>> shuffled(cells.begin(), cells.end());
    const auto seed = *rc::gen::arbitrary<unsigned>();
    for (std::size_t i = shuffled.size(); i > 1; --i) {
      std::swap(shuffled[i - 1], shuffled[(seed * i) % i]);
    }
    Entries entries{9, 9, {}, {}, {}, {}};
    for (const auto& [cell, value] : shuffled) {
      entries.row.push_back(cell.first);
      entries.column.push_back(cell.second);
      entries.value.push_back(value);
    }
    canonicalise(entries);
    std::size_t k = 0;
    for (const auto& [cell, value] : cells) {
      RC_ASSERT(std::pair(entries.row[k], entries.column[k]) == cell);
      RC_ASSERT(entries.value[k++] == value);
    }
  });
}

TEST(EntriesFromDense, SkipsNaN) {
  const Entries entries = entries_from_dense(test::matrix({{1, test::missing}, {0, 4}}));
  EXPECT_EQ(entries.rows, 2);
  EXPECT_EQ(entries.columns, 2);
  EXPECT_THAT(entries.row, ElementsAre(0, 1, 1));
  EXPECT_THAT(entries.column, ElementsAre(0, 0, 1));
  EXPECT_THAT(entries.value, ElementsAre(1.0, 0.0, 4.0));
}

TEST(EntriesFromDense, RefusesInfinity) {
  const auto message = message_of<DataError>([] {
    entries_from_dense(test::matrix({{1, 2}, {3, -infinity}}));
  });
  EXPECT_THAT(message, HasSubstr("row 1, column 1: value -inf"));
}

}  // namespace
}  // namespace hadal
