#include "model_checks.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <string>

#include "fitted_checks.hpp"
#include "hadal/model/polar_slack.hpp"

namespace hadal {
namespace {

/// The checks of one model, by part.
class Checker : public FittedChecks {
 public:
  Checker(const MatrixModel& model, const Complain& complain)
      : FittedChecks(model, complain), model_(model) {}

  void problem() const {
    loss();
    categories();
    norm();
    factor_norm("norm_u", model_.norm_u, model_.u, FactorNorm::weight_min, FactorNorm::weight_max);
    factor_norm("norm_v", model_.norm_v, model_.v, FactorNorm::weight_min, FactorNorm::weight_max);
    dictionary("dictionary_u", model_.dictionary_u, model_.u);
    dictionary("dictionary_v", model_.dictionary_v, model_.v);
    offset();
  }

  void atoms() const {
    constexpr Index limit = std::numeric_limits<std::int32_t>::max();
    require(model_.u.rows() >= 1 && model_.u.rows() <= limit, "u", shape(model_.u),
            "1 .. 2^31 - 1 rows");
    require(model_.v.rows() >= 1 && model_.v.rows() <= limit, "v", shape(model_.v),
            "1 .. 2^31 - 1 rows");
    require(model_.u.cols() == model_.v.cols(), "v", shape(model_.v),
            fmt::format("as many columns as u, {}", model_.u.cols()));
    const Index largest = model_.structured() ? model_.u.rows() * model_.v.rows()
                                              : std::min(model_.u.rows(), model_.v.rows());
    require(model_.size() <= largest, "u", shape(model_.u),
            fmt::format("at most {} columns", largest));
    finite("u", model_.u);
    finite("v", model_.v);
    if (model_.refit) refit(*model_.refit);
  }

  void claim() const {
    FittedChecks::claim();
    if (const auto& slack = model_.certificate.slack)
      require(!slack->split, "slack split", "given", "none for a matrix");
  }

  void names() const {
    labels("row_labels", model_.row_labels, model_.rows());
    labels("column_labels", model_.column_labels, model_.columns());
    without_nul("row_name", model_.row_name);
    without_nul("column_name", model_.column_name);
    without_nul("value_name", model_.value_name);
    if (model_.picture) picture(*model_.picture);
    if (model_.movie) movie(*model_.movie);
  }

 private:
  void length(std::string_view field, const Vector& values, bool present, Index expected) const {
    require(values.size() == (present ? expected : 0), field,
            fmt::format("of length {}", values.size()),
            fmt::format("length {}", present ? expected : 0));
    finite(field, values);
  }

  void loss() const {
    loss_and_lambda();
    if (model_.loss == LossKind::squared) return;
    const bool free = model_.offset.policy == OffsetPolicy::free;
    if (!predicts_in_data_units(model_.loss) && (!free || model_.loss == LossKind::multinomial))
      require(model_.offset.terms == OffsetTerms::none, "offset_terms", "given",
              "none or free ones for a loss with a link, none of categories");
    require(!model_.refit, "refit", "present", "none for any loss but the squared one");
  }

  void categories() const {
    categories_of_loss(model_.categories);
    if (model_.loss != LossKind::multinomial) return;
    const auto count = static_cast<Index>(model_.categories.size());
    require(!model_.dictionary_v.given(), "dictionary_v", "given", "none for the multinomial loss");
    require(model_.v.rows() % count == 0, "v", shape(model_.v),
            fmt::format("{} rows for each column", count));
    require(model_.norm_v.tv == 0, "norm_v", "of total variation",
            "l1 and l2 for the multinomial loss");
    require(!model_.picture && !model_.movie, "picture or movie", "given",
            "none for the multinomial loss");
  }

  void norm() const {
    const NormWeights& norm = model_.norm;
    fraction("norm_alpha", norm.alpha);
    length("row_scale", norm.row_scale, norm.alpha > 0, model_.rows());
    length("column_scale", norm.column_scale, norm.alpha > 0, model_.score_columns());
    for (const auto& [name, scale] :
         {std::pair{"row_scale", &norm.row_scale}, {"column_scale", &norm.column_scale}})
      for (const double value : *scale)
        require(value > 0 && value <= 1, name, value, "a number in 0 < x <= 1");
    require(!model_.structured() || norm.alpha == 0, "norm_alpha", norm.alpha,
            "0 with structured norms");
  }

  void dictionary(std::string_view field, const Dictionary& dictionary,
                  const Factor& factor) const {
    if (!dictionary.given()) return;
    require(dictionary.rows() <= std::numeric_limits<std::int32_t>::max(), field, dictionary.rows(),
            "at most 2^31 - 1 rows");
    require(dictionary.elements() == factor.rows(), field,
            fmt::format("of {} elements", dictionary.elements()),
            fmt::format("{}, one for each coefficient", factor.rows()));
    require(model_.norm.alpha == 0, "norm_alpha", model_.norm.alpha, "0 with a dictionary");
  }

  void offset() const {
    const Offset& offset = model_.offset;
    const bool both = offset.terms == OffsetTerms::both;
    length("offset_row", offset.row, both || offset.terms == OffsetTerms::rows, model_.rows());
    length("offset_column", offset.column, both || offset.terms == OffsetTerms::columns,
           model_.columns());
    require(std::isfinite(offset.global), "offset_global", offset.global, "a finite number");
    if (offset.terms == OffsetTerms::none)
      require(offset.global == 0, "offset_global", offset.global, "0 without offset terms");
    non_negative("offset_ridge", offset.ridge);
    if (offset.policy == OffsetPolicy::mean)
      require(offset.ridge == 0, "offset_ridge", offset.ridge, "0 for means");
    else
      require(offset.ridge > 0, "offset_ridge", offset.ridge, "> 0 for free offsets");
  }

  void refit(const Refit& refit) const {
    const bool parts = refit.kind == "parts";
    require(parts || refit.kind == "values" || refit.kind == "core", "refit kind", refit.kind,
            "values, core or parts");
    const auto fits = [&](const Factor& own, const Factor& penalised) {
      return own.rows() == penalised.rows() && own.cols() == refit.u.cols() &&
             (parts ? own.cols() <= penalised.cols() : own.cols() == penalised.cols());
    };
    require(fits(refit.u, model_.u), "refit u", shape(refit.u), shape(model_.u));
    require(fits(refit.v, model_.v), "refit v", shape(refit.v), shape(model_.v));
    finite("refit u", refit.u);
    finite("refit v", refit.v);
    non_negative_or_nan("refit validation_error", refit.validation_error);
  }

  void picture(const PictureShape& picture) const {
    require(picture.channels == 1 || picture.channels == 3, "picture channels", picture.channels,
            "1 or 3");
    require(picture.bit_depth == 8 || picture.bit_depth == 16, "picture bit_depth",
            picture.bit_depth, "8 or 16");
    require(picture.height == model_.rows(), "picture height", picture.height,
            fmt::format("{}", model_.rows()));
    require(picture.width >= 1 && picture.width <= model_.columns() &&
                picture.width * picture.channels == model_.columns(),
            "picture width", picture.width,
            fmt::format("{} columns / {} channels", model_.columns(), picture.channels));
  }

  void movie(const MovieShape& movie) const {
    require(movie.height >= 1 && movie.height <= model_.columns(), "movie height", movie.height,
            fmt::format("1 to {} columns", model_.columns()));
    require(
        movie.width >= 1 && movie.width <= model_.columns() && movie.pixels() == model_.columns(),
        "movie width", movie.width,
        fmt::format("{} columns / {} rows of pixels", model_.columns(), movie.height));
  }

  const MatrixModel& model_;
};

}  // namespace

void require_valid(const MatrixModel& model, const Complain& complain) {
  const Checker checker(model, complain);
  checker.atoms();
  checker.problem();
  checker.claim();
  checker.record();
  checker.names();
}

}  // namespace hadal
