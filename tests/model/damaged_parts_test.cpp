#include <limits>

#include "damaged_model.hpp"

/// Damage to parts that only some models have.
namespace hadal {
namespace {

using test::Damaged;
using ::testing::HasSubstr;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(DamagedModel, has_a_dictionary_that_is_none) {
  const auto refused = [](const std::function<void(Damaged&)>& damage, const char* part) {
    test::expect_refused(test::model_with_dictionaries(), damage, part);
  };
  const char* const matrix = "problem/dictionary_u/matrix";
  const char *const given = "problem/dictionary_u", *const basis = "problem/dictionary_v";
  refused([&](Damaged& f) { f.value(matrix, 4, not_a_number); }, "expected a finite number");
  refused([&](Damaged& f) { f.value(matrix, 4, -infinity); }, "expected a finite number");
  refused([&](Damaged& f) { f.value(matrix, 0, 1e200); }, "1e+200");
  refused(
      [&](Damaged& f) {
        for (const int k : {4, 10, 13}) f.value(matrix, k, 0.0);
      },
      "zeros alone");
  refused([&](Damaged& f) { f.dataset(matrix, H5T_IEEE_F64LE, {0, 3}); }, "0 x 3");
  refused([&](Damaged& f) { f.remove(matrix); }, "is missing");
  refused([&](Damaged& f) { f.attribute(given, "kind", std::string("wavelet")); }, "'wavelet'");
  refused([&](Damaged& f) { f.attribute(given, "kind", std::string("none")); }, "is missing");
  refused([&](Damaged& f) { f.attribute(given, "kind", std::string("dct")); }, "is missing");
  refused([&](Damaged& f) { f.remove_attribute(basis, "elements"); }, "is missing");
  refused([&](Damaged& f) { f.attribute(basis, "elements", std::int64_t{5}); }, "of 5 elements");
  refused([&](Damaged& f) { f.attribute(basis, "elements", std::int64_t{7}); }, "7 elements");
  refused([&](Damaged& f) { f.attribute(basis, "rows", std::int64_t{-6}); }, "-6 rows");
  refused([&](Damaged& f) { f.attribute(basis, "rows", std::int64_t{1} << 62); }, "at most");
  refused([&](Damaged& f) { f.remove("atoms/u"); }, "is missing");
  refused([&](Damaged& f) { f.remove(given), f.attribute(basis, "rows", std::int64_t{3}); },
          "4 elements");
}

TEST(DamagedModel, has_categories_that_are_none) {
  const auto refused = [](const std::function<void(Damaged&)>& damage, const char* part) {
    test::expect_refused(test::model_of_categories(), damage, part);
  };
  const char* const categories = "problem/categories";
  refused([&](Damaged& f) { f.remove(categories); }, "is missing");
  for (const std::int64_t bad : {-3, -4, 12, 13, -(1 << 30)})
    refused([&](Damaged& f) { f.value(categories, 1, bad); }, "increasing");
  refused([&](Damaged& f) { f.value(categories, 2, std::int64_t{1} << 60); }, "2^53");
  refused([&](Damaged& f) { f.dataset(categories, H5T_STD_I64LE, {0}); }, "2 to 100");
  refused([&](Damaged& f) { f.dataset(categories, H5T_STD_I64LE, {1}); }, "2 to 100");
  refused([&](Damaged& f) { f.dataset(categories, H5T_STD_I64LE, {101}); }, "2 to 100");
  refused([&](Damaged& f) { f.dataset(categories, H5T_STD_I64LE, {3, 1}); }, "categories");
  refused([&](Damaged& f) { f.dataset(categories, H5T_IEEE_F64LE, {3}); }, "expected type int64");
  refused([](Damaged& f) { f.attribute("problem", "loss", std::string("poisson")); },
          "categories is given");
  refused([](Damaged& f) { f.attribute("problem", "offset_terms", std::string("global")); },
          "offset_terms");
  refused(
      [](Damaged& f) {
        f.dataset("atoms/v", H5T_IEEE_F64LE, {5, 2});
      },
      "3 rows for each column");
  refused([](Damaged& f) { f.dataset("atoms/v", H5T_IEEE_F64LE, {9, 2}); }, "column_scale");
  // Categories where there are none.
  Damaged logistic;
  logistic.dataset(categories, H5T_STD_I64LE, {3});
  EXPECT_THAT(logistic.refusal(), HasSubstr("categories is given"));
}

}  // namespace
}  // namespace hadal
