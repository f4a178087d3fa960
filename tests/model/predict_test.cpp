#include "hadal/model/predict.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "hadal/error.hpp"
#include "model_support.hpp"

namespace hadal {
namespace {

using ::testing::HasSubstr;

TEST(Predict, adds_offset_and_scaled_inner_product) {
  const MatrixModel model = test::full_model();
  for (const PredictWith with : {PredictWith::penalised, PredictWith::refit}) {
    const Factor& u = with == PredictWith::refit ? model.refit->u : model.u;
    const Factor& v = with == PredictWith::refit ? model.refit->v : model.v;
    const Factor all = predict_all(model, with);
    for (Index i = 0; i < model.rows(); ++i)
      for (Index j = 0; j < model.columns(); ++j) {
        double expected = 0;
        for (Index k = 0; k < model.size(); ++k) expected += u(i, k) * v(j, k);
        expected *= model.norm.row_scale[i] * model.norm.column_scale[j];
        expected += 3.5 + model.offset.row[i] + model.offset.column[j];
        EXPECT_NEAR(predict_entry(model, i, j, with), expected, 1e-14);
        EXPECT_NEAR(all(i, j), expected, 1e-14);
      }
  }
}

TEST(Predict, goes_through_the_link_of_the_loss) {
  MatrixModel model = test::full_model();
  model.refit.reset();
  const Factor z = predict_all(model);
  model.loss = LossKind::logistic;
  const Factor probability = predict_all(model);
  model.loss = LossKind::poisson;
  const Factor mean = predict_all(model);
  for (Index i = 0; i < model.rows(); ++i)
    for (Index j = 0; j < model.columns(); ++j) {
      EXPECT_NEAR(probability(i, j), 1 / (1 + std::exp(-z(i, j))), 1e-15);
      EXPECT_NEAR(mean(i, j), std::exp(z(i, j)), 1e-12 * mean(i, j));
      EXPECT_NEAR(predict_entry(model, i, j), mean(i, j), 1e-12 * mean(i, j));
    }
  const double most = mean.row(1).maxCoeff();
  EXPECT_NEAR(top_columns(model, 1, 1, {})[0].value, most, 1e-12 * most);
}

TEST(Predict, agrees_with_itself_by_entry_by_row_and_altogether) {
  for (MatrixModel model : {test::full_model(), test::model_with_dictionaries()}) {
    model.u(1, 0) = -0.7;
    model.v(2, 1) = 1.9;
    for (const LossKind loss : {LossKind::squared, LossKind::logistic}) {
      model.loss = loss;
      const Factor all = predict_all(model);
      for (Index i = 0; i < model.rows(); ++i) {
        const Vector row = predict_row(model, i);
        ASSERT_EQ(row.size(), model.columns());
        for (Index j = 0; j < model.columns(); ++j) {
          EXPECT_NEAR(row[j], all(i, j), 1e-13);
          EXPECT_NEAR(predict_entry(model, i, j), all(i, j), 1e-13);
        }
      }
    }
  }
}

TEST(Predict, gives_probabilities_of_categories_and_the_most_probable) {
  const MatrixModel model = test::model_of_categories();
  const Factor all = predict_all(model);
  EXPECT_EQ(all.cols(), 2);
  for (Index i = 0; i < model.rows(); ++i)
    for (Index j = 0; j < model.columns(); ++j) {
      Vector z = Vector::Zero(3);
      for (Index c = 0; c < 3; ++c)
        z[c] = model.norm.row_scale[i] * model.norm.column_scale[3 * j + c] *
               model.u.row(i).dot(model.v.row(3 * j + c));
      const Vector p = z.array().exp() / z.array().exp().sum();
      EXPECT_LT((category_probabilities(model, i, j) - p).norm(), 1e-15);
      Index top = 0;
      p.maxCoeff(&top);
      EXPECT_EQ(predict_entry(model, i, j), model.categories[static_cast<std::size_t>(top)]);
      EXPECT_EQ(all(i, j), predict_entry(model, i, j));
      EXPECT_EQ(predict_row(model, i)[j], all(i, j));
    }
  EXPECT_THROW(predict_entry(model, 0, 2), ArgumentError);
  EXPECT_THROW(top_columns(model, 0, 1, {}), ArgumentError);
  EXPECT_THROW(category_probabilities(test::full_model(), 0, 0), ArgumentError);
}

TEST(Predict, finds_the_gross_errors_of_a_huber_model) {
  MatrixModel model = test::full_model();
  model.refit.reset();
  model.loss = LossKind::huber;
  model.huber_threshold = 0.5;
  Factor data = predict_all(model);
  data(0, 1) += 0.5 - 1e-9;
  data(2, 0) -= 3;
  data(3, 2) += 0.75;
  const Entries entries = entries_from_dense(data);
  const std::vector<GrossError> errors = gross_errors(model, entries);
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(entries.row[errors[0].entry], 2);
  EXPECT_NEAR(errors[0].error, -2.5, 1e-12);
  EXPECT_EQ(entries.column[errors[1].entry], 2);
  EXPECT_NEAR(errors[1].error, 0.25, 1e-12);
  EXPECT_NEAR(errors[1].prediction, data(3, 2) - 0.75, 1e-12);
}

TEST(Predict, takes_the_refit_where_there_is_one) {
  MatrixModel model = test::full_model();
  EXPECT_EQ(predict_entry(model, 1, 2), predict_entry(model, 1, 2, PredictWith::refit));
  model.refit.reset();
  EXPECT_EQ(predict_entry(model, 1, 2), predict_entry(model, 1, 2, PredictWith::penalised));
  EXPECT_THROW(predict_entry(model, 1, 2, PredictWith::refit), ArgumentError);
}

TEST(Predict, refuses_indices_out_of_range_and_results_out_of_memory) {
  const MatrixModel model = test::full_model();
  EXPECT_THROW(predict_entry(model, -1, 0), ArgumentError);
  EXPECT_THROW(predict_entry(model, 4, 0), ArgumentError);
  EXPECT_THROW(predict_entry(model, 0, 3), ArgumentError);
  EXPECT_NO_THROW(predict_all(model, PredictWith::best, 4 * 3 * 8));
  EXPECT_THROW(predict_all(model, PredictWith::best, 4 * 3 * 8 - 1), ArgumentError);
  EXPECT_THROW(top_columns(model, 4, 1, {}), ArgumentError);
}

TEST(Predict, predicts_the_offset_where_there_are_no_atoms) {
  MatrixModel model;
  model.u = Factor(2, 0);
  model.v = Factor(3, 0);
  model.offset.terms = OffsetTerms::global;
  model.offset.global = 1.5;
  EXPECT_EQ(predict_entry(model, 1, 2), 1.5);
  EXPECT_TRUE(predict_all(model).isConstant(1.5));
}

TEST(TopColumns, ranks_unseen_columns_and_breaks_ties_by_index) {
  MatrixModel model;
  model.u = Factor::Ones(1, 1);
  model.v = Factor(6, 1);
  model.v << 2, 5, 5, 1, 9, 5;
  const auto columns = [&](std::size_t n, const std::vector<Index>& seen) {
    std::vector<Index> result;
    for (const Recommendation& best : top_columns(model, 0, n, seen)) {
      result.push_back(best.column);
      EXPECT_EQ(best.value, predict_entry(model, 0, best.column));
    }
    return result;
  };
  EXPECT_THAT(columns(3, {}), ::testing::ElementsAre(4, 1, 2));
  EXPECT_THAT(columns(3, {1, 4}), ::testing::ElementsAre(2, 5, 0));
  EXPECT_THAT(columns(100, {0, 1, 2, 3}), ::testing::ElementsAre(4, 5));
  EXPECT_THAT(columns(0, {}), ::testing::IsEmpty());
}

TEST(Find, by_label_or_else_by_number) {
  MatrixModel model = test::full_model();
  EXPECT_EQ(find_row(model,
                     "r\xc3\xa9"
                     "3"),
            3);
  EXPECT_EQ(find_column(model, ""), 0);
  try {
    find_row(model, "3");
    FAIL();
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("userId '3'"));
  }
  model.row_labels.clear();
  EXPECT_EQ(find_row(model, "3"), 3);
  for (const char* bad : {"4", "-1", "", "1.0", "1x", " 1", "99999999999999999999"})
    EXPECT_THROW(find_row(model, bad), DataError) << bad;
}

MatrixData labelled_data() {
  MatrixData data;
  data.row_labels = {"c", "stranger", "a"};
  data.column_labels = {"y", "x"};
  data.entries = {3, 2, {0, 1, 2, 2}, {1, 0, 0, 1}, {10, 20, 30, 40}, {1, 2, 3, 4}};
  return data;
}

MatrixModel labelled_model() {
  MatrixModel model;
  model.u = Factor(3, 0);
  model.v = Factor(2, 0);
  model.row_labels = {"a", "b", "c"};
  model.column_labels = {"x", "y"};
  model.row_name = "user";
  return model;
}

TEST(AlignToModel, moves_entries_to_the_rows_and_columns_of_their_labels) {
  Index dropped = 0;
  const MatrixData aligned = align_to_model(labelled_model(), labelled_data(), true, &dropped);
  EXPECT_EQ(dropped, 1);
  EXPECT_EQ(aligned.entries.rows, 3);
  EXPECT_EQ(aligned.entries.columns, 2);
  EXPECT_THAT(aligned.entries.row, ::testing::ElementsAre(0, 0, 2));
  EXPECT_THAT(aligned.entries.column, ::testing::ElementsAre(0, 1, 0));
  EXPECT_THAT(aligned.entries.value, ::testing::ElementsAre(40, 30, 10));
  EXPECT_THAT(aligned.entries.weight, ::testing::ElementsAre(4, 3, 1));
  EXPECT_EQ(aligned.row_labels, labelled_model().row_labels);
}

TEST(AlignToModel, names_the_first_unknown_row) {
  try {
    align_to_model(labelled_model(), labelled_data(), false);
    FAIL();
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("user 'stranger'"));
  }
}

TEST(AlignToModel, counts_rows_without_labels_from_zero) {
  MatrixModel model = labelled_model();
  model.row_labels.clear();
  model.column_labels.clear();
  MatrixData data;
  data.entries = {5, 2, {0, 4}, {1, 0}, {1, 2}, {}};
  Index dropped = 0;
  EXPECT_EQ(align_to_model(model, data, true, &dropped).entries.size(), 1);
  EXPECT_EQ(dropped, 1);
  EXPECT_THROW(align_to_model(model, data, false), DataError);
}

}  // namespace
}  // namespace hadal
