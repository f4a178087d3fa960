#include "hadal/verify/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "categories.hpp"
#include "checks.hpp"
#include "evidence.hpp"
#include "factor_norm.hpp"
#include "figures.hpp"
#include "hadal/error.hpp"
#include "hadal/model/predict.hpp"
#include "polar.hpp"
#include "streamed.hpp"
#include "verification.hpp"

namespace hadal::verify {
namespace {

void require_categories(const MatrixModel& model) {
  require_count_of_categories(model.loss, model.categories.size());
  if (model.loss != LossKind::multinomial) return;
  if (model.dictionary_v.given() || model.v.rows() % model.scores() != 0)
    throw ModelError(fmt::format(
        "the model has {} scores in a row, expected {} for each column and no dictionary of them",
        model.score_columns(), model.scores()));
}

void require_shapes(const MatrixModel& model) {
  const auto require = [](const char* what, Index size, Index expected) {
    if (size != expected)
      throw ModelError(
          fmt::format("the model's {} has length {}, expected {}", what, size, expected));
  };
  const OffsetTerms terms = model.offset.terms;
  const bool both = terms == OffsetTerms::both;
  const bool weighted = model.norm.alpha != 0;
  require_categories(model);
  require("row of factors v", model.v.cols(), model.u.cols());
  require("row_scale", model.norm.row_scale.size(), weighted ? model.rows() : 0);
  require("column_scale", model.norm.column_scale.size(), weighted ? model.score_columns() : 0);
  require("row offset", model.offset.row.size(),
          both || terms == OffsetTerms::rows ? model.rows() : 0);
  require("column offset", model.offset.column.size(),
          both || terms == OffsetTerms::columns ? model.columns() : 0);
  require_norm(model.norm_u, model.u.rows(), FactorNorm::weight_min, FactorNorm::weight_max);
  require_norm(model.norm_v, model.v.rows(), FactorNorm::weight_min, FactorNorm::weight_max);
  const bool lifted = model.dictionary_u.given() || model.dictionary_v.given();
  if ((model.structured() || lifted) && weighted)
    throw ModelError(
        "the model weighs the penalty by counts, expected none with structured norms or "
        "dictionaries");
  if (model.dictionary_u.given())
    require("column of factors u", model.u.rows(), model.dictionary_u.elements());
  if (model.dictionary_v.given())
    require("column of factors v", model.v.rows(), model.dictionary_v.elements());
  const Index most = std::min(model.u.rows(), model.v.rows());
  if (!model.structured() && model.size() > most)
    throw ModelError(
        fmt::format("the model has {} atoms, expected at most {}", model.size(), most));
}

/// The data in the model's order of rows and columns.
MatrixData fitted_to(const MatrixModel& model, const MatrixData& data) {
  const bool unnamed = data.row_labels.empty() && data.column_labels.empty() &&
                       model.row_labels.empty() && model.column_labels.empty();
  const Index rows = data.entries.rows, columns = data.entries.columns;
  if (unnamed && (rows != model.rows() || columns != model.columns()))
    throw ModelError(fmt::format("the data are {} x {} but the model is {} x {}", rows, columns,
                                 model.rows(), model.columns()));
  try {
    return align_to_model(model, data, false);
  } catch (const ModelError&) {
    throw;
  } catch (const DataError& error) {
    throw ModelError(fmt::format("the data do not fit the model: {}", error.what()));
  }
}

bool same_order(const MatrixModel& model, const MatrixData& data) {
  return data.entries.rows == model.rows() && data.entries.columns == model.columns() &&
         data.row_labels == model.row_labels && data.column_labels == model.column_labels;
}

/// Of data that are in memory.
class EntryEvidence : public Evidence {
 public:
  EntryEvidence(const MatrixModel& model, Problem problem)
      : model_(model), problem_(std::move(problem)), each_(each_entry_of(problem_)) {}

  const Problem& problem() const override { return problem_; }
  const EachEntry& each() const override { return each_; }
  void remove_data() override { verify::remove_data(problem_); }
  Figures figures() override { return figures_of(problem_); }
  void check_model(const Options& options, Checks& checks) override {
    verify::check_model(model_, problem_, each_, options, checks);
  }
  void check_lambda_max(Checks& checks) override {
    verify::check_lambda_max(model_, problem_, checks);
  }
  PolarBound polar_bound(const Figures& figures, const Certificate& claim,
                         const Enough& enough) override {
    return derive_polar_bound(problem_, figures, claim, enough);
  }

 private:
  const MatrixModel& model_;
  Problem problem_;
  EachEntry each_;
};

}  // namespace

Report verify_matrix(const MatrixModel& model, const MatrixData& data, const Options& options) {
  return timed(options, [&] {
    require_shapes(model);
    EntryEvidence evidence(model, same_order(model, data)
                                      ? scaled_problem(model, data.entries)
                                      : scaled_problem(model, fitted_to(model, data).entries));
    return verification(model, evidence, options);
  });
}

Report verify_matrix(const MatrixModel& model, RowSource& source, const Options& options) {
  require_shapes(model);
  const bool streamed = model.structured() && model.loss == LossKind::squared &&
                        model.offset.policy == OffsetPolicy::mean;
  if (!streamed || !model.row_labels.empty() || !model.column_labels.empty())
    throw ModelError(
        "the model was not fitted to streamed data; expected the squared loss, structured norms, "
        "offsets that are means, and numbered rows and columns");
  if (source.rows() != model.rows() || source.columns() != model.columns())
    throw ModelError(fmt::format("the data are {} x {} but the model is {} x {}", source.rows(),
                                 source.columns(), model.rows(), model.columns()));
  return timed(options, [&] {
    const std::unique_ptr<Evidence> evidence = streamed_evidence(model, source);
    return verification(model, *evidence, options);
  });
}

}  // namespace hadal::verify
