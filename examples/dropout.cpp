// Trains a linear network with dropout, and compares it with the optimum in closed form.
#include <fmt/format.h>

#include <hadal/hadal.hpp>

int main() {
  // A target of rank two, with something else in every entry.
  hadal::dropout::LinearData data;
  data.target = hadal::Matrix::NullaryExpr(30, 20, [](hadal::Index i, hadal::Index j) {
    return static_cast<double>((i % 3 - 1) * (j % 4) + (i % 5) * (j % 2)) +
           0.1 * static_cast<double>((7 * i + 3 * j) % 5);
  });

  hadal::DropoutFitOptions options;
  options.noise.retain = 0.5;
  options.widths = {10};
  const hadal::DropoutModel solved = fit_dropout(data, options);
  options.method = hadal::DropoutMethod::sgd;
  options.epochs = 5000;
  const hadal::DropoutModel trained = fit_dropout(data, options);

  fmt::print("closed form: objective {:.4f}, {}, rank {}\n", solved.certificate.objective,
             to_string(solved.status), solved.size());
  fmt::print("trained:     objective {:.4f}, at most {:.2g} % above the optimum\n",
             trained.certificate.objective, 100 * trained.certificate.relative_gap);
  return solved.status == hadal::Status::optimal && trained.certificate.relative_gap < 0.02 ? 0 : 1;
}
