#include <hadal/hadal.hpp>

/// Fits a 3 x 3 matrix of rank one with one entry missing, keeps the model in a file and checks it.
int main() {
  hadal::MatrixData data;
  data.entries.rows = data.entries.columns = 3;
  data.entries.row = {0, 0, 0, 1, 1, 1, 2, 2};
  data.entries.column = {0, 1, 2, 0, 1, 2, 0, 1};
  data.entries.value = {1, 2, 3, 2, 4, 6, 3, 6};

  hadal::MatrixFitOptions options;
  options.lambda = {.kind = hadal::LambdaChoice::Kind::ratio, .value = 0.1};
  options.offset = hadal::OffsetTerms::none;
  hadal::save_model("consumer.h5", hadal::fit_matrix(data, options));

  const hadal::MatrixModel model = hadal::load_model("consumer.h5");
  const hadal::verify::Report report = hadal::verify::verify_matrix(model, data);
  return report.confirmed && report.status == hadal::Status::optimal ? 0 : 1;
}
