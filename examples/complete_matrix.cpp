// Completes a matrix from a third of its entries and prints what is proved about the answer.
#include <fmt/format.h>

#include <cmath>
#include <hadal/hadal.hpp>

namespace {

/// A 40 x 30 matrix of rank two.
double truth(hadal::Index i, hadal::Index j) {
  return std::sin(0.2 * double(i)) * double(j) + std::cos(0.3 * double(i)) * std::sqrt(double(j));
}

}  // namespace

int main() {
  hadal::MatrixData data;
  data.entries.rows = 40;
  data.entries.columns = 30;
  for (int i = 0; i < 40; ++i) {
    for (int j = 0; j < 30; ++j) {
      if ((7 * i + 5 * j + i * j) % 3 != 0) continue;
      data.entries.row.push_back(i);
      data.entries.column.push_back(j);
      data.entries.value.push_back(truth(i, j));
    }
  }

  hadal::MatrixFitOptions options;
  options.lambda = {.kind = hadal::LambdaChoice::Kind::ratio, .value = 0.01};
  options.offset = hadal::OffsetTerms::none;
  const hadal::MatrixModel model = hadal::fit_matrix(data, options);

  const hadal::Certificate& certificate = model.certificate;
  fmt::print("{} of {} entries observed, {} components found\n", data.entries.size(), 40 * 30,
             model.size());
  fmt::print("objective {:.6f}, no model of any size is below {:.6f}\n", certificate.objective,
             certificate.lower_bound);
  fmt::print("{}: {} proof, relative gap {:.1e}\n", to_string(model.status),
             to_string(certificate.proof), certificate.relative_gap);
  fmt::print("entry (3, 4): predicted {:.3f}, true {:.3f}\n", predict_entry(model, 3, 4),
             truth(3, 4));
  return model.status == hadal::Status::optimal ? 0 : 1;
}
