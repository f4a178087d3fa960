#include "hadal/model/model_io.hpp"

#include <gmock/gmock.h>
#include <rapidcheck.h>

#include <cstdlib>
#include <fstream>
#include <functional>

#include "hadal/error.hpp"
#include "model_support.hpp"
#include "same_model.hpp"

namespace hadal {
namespace {

using test::same;
using test::same_array;
using ::testing::HasSubstr;

MatrixModel through_file(const MatrixModel& model) {
  const auto path = test::model_path("model.h5");
  save_model(path, model);
  return load_model(path);
}

void expect_same(const MatrixModel& a, const MatrixModel& b) {
  test::expect_same_fit(a, b);
  EXPECT_EQ(a.categories, b.categories);
  EXPECT_TRUE(same(a.norm.alpha, b.norm.alpha));
  EXPECT_TRUE(same_array(a.norm.row_scale, b.norm.row_scale));
  EXPECT_TRUE(same_array(a.norm.column_scale, b.norm.column_scale));
  EXPECT_EQ(a.offset.terms, b.offset.terms);
  EXPECT_EQ(a.offset.policy, b.offset.policy);
  EXPECT_TRUE(same(a.offset.ridge, b.offset.ridge));
  EXPECT_TRUE(same(a.offset.global, b.offset.global));
  EXPECT_TRUE(same_array(a.offset.row, b.offset.row));
  EXPECT_TRUE(same_array(a.offset.column, b.offset.column));
  EXPECT_TRUE(same_array(a.u, b.u));
  EXPECT_TRUE(same_array(a.v, b.v));
  ASSERT_EQ(a.refit.has_value(), b.refit.has_value());
  if (a.refit) {
    EXPECT_EQ(a.refit->kind, b.refit->kind);
    EXPECT_TRUE(same_array(a.refit->u, b.refit->u));
    EXPECT_TRUE(same_array(a.refit->v, b.refit->v));
    EXPECT_TRUE(same(a.refit->validation_error, b.refit->validation_error));
  }
  EXPECT_EQ(a.row_labels, b.row_labels);
  EXPECT_EQ(a.column_labels, b.column_labels);
  EXPECT_EQ(a.row_name, b.row_name);
  EXPECT_EQ(a.column_name, b.column_name);
  EXPECT_EQ(a.value_name, b.value_name);
  ASSERT_EQ(a.picture.has_value(), b.picture.has_value());
  if (a.picture) {
    EXPECT_EQ(a.picture->height, b.picture->height);
    EXPECT_EQ(a.picture->width, b.picture->width);
    EXPECT_EQ(a.picture->channels, b.picture->channels);
    EXPECT_EQ(a.picture->bit_depth, b.picture->bit_depth);
  }
  ASSERT_EQ(a.movie.has_value(), b.movie.has_value());
  if (a.movie) {
    EXPECT_EQ(a.movie->height, b.movie->height);
    EXPECT_EQ(a.movie->width, b.movie->width);
  }
}

TEST(ModelFile, keeps_every_field_bit_for_bit) {
  const MatrixModel model = test::full_model();
  expect_same(model, through_file(model));
}

TEST(ModelFile, keeps_a_model_without_atoms_labels_or_history) {
  MatrixModel model;
  model.u = Factor(5, 0);
  model.v = Factor(2, 0);
  expect_same(model, through_file(model));
}

/// A model that may have any loss.
MatrixModel plain_model(LossKind loss) {
  MatrixModel model = test::full_model();
  model.refit.reset();
  model.offset = {};
  model.loss = loss;
  model.huber_threshold = loss == LossKind::huber ? 0.3 : 0;
  return model;
}

TEST(ModelFile, keeps_every_loss_and_refuses_what_a_loss_does_not_have) {
  for (const LossKind loss :
       {LossKind::squared, LossKind::huber, LossKind::logistic, LossKind::poisson}) {
    const MatrixModel model = plain_model(loss);
    expect_same(model, through_file(model));
    const auto path = test::model_path("loss.h5");
    MatrixModel other = model;
    other.huber_threshold = loss == LossKind::huber ? 0 : 0.3;
    EXPECT_THROW(save_model(path, other), ArgumentError);
    if (loss == LossKind::squared) continue;
    other = model;
    other.refit = Refit{"values", model.u, model.v, 0.5};
    EXPECT_THROW(save_model(path, other), ArgumentError);
    other = model;
    other.offset = {OffsetTerms::global, OffsetPolicy::free, 1, 0.5, {}, {}};
    expect_same(other, through_file(other));
    other.offset.ridge = 0;
    EXPECT_THROW(save_model(path, other), ArgumentError);
    if (loss == LossKind::huber) continue;
    other.offset.policy = OffsetPolicy::mean;
    EXPECT_THROW(save_model(path, other), ArgumentError);
  }
}

TEST(ModelFile, keeps_a_refit_of_some_parts_and_of_no_others) {
  MatrixModel model = test::full_model();
  ASSERT_EQ(model.size(), 2);
  const auto with = [&](const char* kind, const Factor& u, const Factor& v) {
    MatrixModel other = model;
    other.refit = Refit{kind, u, v, 0.5};
    return other;
  };
  const Factor u = model.u.leftCols(1), v = model.v.leftCols(1);
  Factor wide_u(model.u.rows(), 3), wide_v(model.v.rows(), 3);
  wide_u << model.u, u;
  wide_v << model.v, v;
  const MatrixModel some = with("parts", u, v);
  expect_same(some, through_file(some));
  const auto path = test::model_path("parts.h5");
  EXPECT_THROW(save_model(path, with("values", u, v)), ArgumentError);
  EXPECT_THROW(save_model(path, with("parts", u, model.v)), ArgumentError);
  EXPECT_THROW(save_model(path, with("parts", wide_u, wide_v)), ArgumentError);
}

TEST(ModelFile, keeps_categories_and_refuses_what_they_do_not_have) {
  const MatrixModel model = test::model_of_categories();
  EXPECT_EQ(model.columns(), 2);
  expect_same(model, through_file(model));
  const auto path = test::model_path("categories.h5");
  const auto refused = [&](const std::function<void(MatrixModel&)>& change, const char* part) {
    MatrixModel bad = model;
    change(bad);
    try {
      save_model(path, bad);
      ADD_FAILURE() << "accepted: " << part;
    } catch (const ArgumentError& error) {
      EXPECT_THAT(error.what(), HasSubstr(part));
    }
  };
  refused([](MatrixModel& m) { m.categories.clear(); }, "2 to 100 values");
  refused([](MatrixModel& m) { m.categories = {1, 2, 3, 4}; }, "4 rows for each column");
  refused([](MatrixModel& m) { m.categories = {1, 3, 3}; }, "increasing");
  refused([](MatrixModel& m) { m.categories = {1, 2, std::int64_t{1} << 60}; }, "2^53");
  refused([](MatrixModel& m) { m.loss = LossKind::logistic; }, "categories is given");
  refused([](MatrixModel& m) { m.huber_threshold = 1; }, "huber_threshold");
  refused([](MatrixModel& m) { m.offset.terms = OffsetTerms::global; }, "offset_terms");
  refused([](MatrixModel& m) { m.refit = Refit{"core", m.u, m.v, 1}; }, "refit");
  refused([](MatrixModel& m) { m.movie = MovieShape{1, 2}; }, "picture or movie");
  refused([](MatrixModel& m) { m.picture = PictureShape{4, 2, 1, 8}; }, "picture or movie");
  refused([](MatrixModel& m) { m.norm.column_scale = Vector::Ones(2); }, "column_scale");
  refused([](MatrixModel& m) { m.column_labels = {"x", "y", "z"}; }, "column_labels");
  refused(
      [](MatrixModel& m) {
        m.norm = {};
        m.dictionary_v = Dictionary(DictionaryKind::dct, 6, 6);
      },
      "dictionary_v");
  refused(
      [](MatrixModel& m) {
        m.norm = {};
        m.norm_v = parse_norm("l2 + tv(chain)");
        m.norm_v.graph = lattice(GraphKind::chain, {6, 1, 1});
      },
      "total variation");
}

TEST(ModelFile, keeps_any_shape_and_any_finite_values) {
  ::setenv("RC_PARAMS", "seed=1", 1);
  rc::check([] {
    const Index rows = *rc::gen::inRange<Index>(1, 9), columns = *rc::gen::inRange<Index>(1, 9);
    const Index size = *rc::gen::inRange<Index>(0, std::min(rows, columns) + 1);
    MatrixModel model = test::full_model(rows, columns, size);
    for (Index k = 0; k < model.u.size(); ++k)
      model.u.data()[k] = std::ldexp(model.u.data()[k], *rc::gen::inRange(-1070, 1000));
    model.seed = *rc::gen::arbitrary<std::uint64_t>();
    model.offset.global = -0.0;
    if (*rc::gen::arbitrary<bool>()) model.refit.reset();
    if (*rc::gen::arbitrary<bool>()) model.row_labels.clear();
    expect_same(model, through_file(model));
  });
}

TEST(ModelFile, replaces_an_older_file_and_leaves_it_when_the_model_is_invalid) {
  const auto path = test::model_path("replaced.h5");
  MatrixModel model = test::full_model();
  save_model(path, model);
  model.lambda = 2;
  save_model(path, model);
  EXPECT_EQ(load_model(path).lambda, 2);
  model.lambda = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(save_model(path, model), ArgumentError);
  EXPECT_EQ(load_model(path).lambda, 2);
}

TEST(ModelFile, names_the_file_that_cannot_be_written_or_read) {
  const auto path = test::model_path("no_such_folder") / "model.h5";
  for (const bool write : {true, false}) try {
      if (write)
        save_model(path, test::full_model());
      else
        load_model(path);
      FAIL();
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("no_such_folder"));
    }
}

TEST(ModelFile, prints_nothing_when_it_refuses) {
  const auto path = test::model_path("text.h5");
  std::ofstream(path) << "this is not HDF5";
  ::testing::internal::CaptureStderr();
  EXPECT_THROW(load_model(path), ModelError);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

/// A given matrix is kept entry by entry; of a basis, its name and its numbers.
TEST(ModelIo, dictionaries_come_back_as_they_were) {
  const MatrixModel model = test::model_with_dictionaries();
  const MatrixModel loaded = through_file(model);
  expect_same(model, loaded);
  EXPECT_EQ(loaded.dictionary_u.kind(), DictionaryKind::matrix);
  EXPECT_TRUE(same_array(loaded.dictionary_u.matrix(), model.dictionary_u.matrix()));
  EXPECT_EQ(loaded.dictionary_v.kind(), DictionaryKind::dct);
  EXPECT_EQ(loaded.dictionary_v.elements(), model.dictionary_v.elements());
  EXPECT_TRUE(same_array(loaded.dictionary_v.matrix(), model.dictionary_v.matrix()));
  EXPECT_EQ(loaded.rows(), 5);
  EXPECT_EQ(loaded.columns(), 6);
  MatrixModel wrong = model;
  wrong.dictionary_u = Dictionary(Factor::Ones(5, 2));
  EXPECT_THROW(through_file(wrong), ArgumentError);
  EXPECT_FALSE(through_file(test::full_model()).dictionary_u.given());
}

}  // namespace
}  // namespace hadal
