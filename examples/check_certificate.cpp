// Keeps a model in a file, lets the independent checker confirm it, and shows that a model that was
// tampered with is refused.
#include <fmt/format.h>

#include <hadal/hadal.hpp>

namespace {

void print(const char* title, const hadal::verify::Report& report) {
  fmt::print("{}: {}, relative gap {:.1e}\n", title, report.confirmed ? "confirmed" : "refused",
             report.found.relative_gap);
  for (const hadal::verify::Check& check : report.checks) {
    fmt::print("  {:<20} claimed {:<22} found {:<22} {}\n", check.name, check.claimed, check.found,
               check.passed ? "ok" : check.remark);
  }
}

}  // namespace

int main() {
  hadal::MatrixData data;
  data.entries.rows = data.entries.columns = 12;
  for (int i = 0; i < 12; ++i) {
    for (int j = 0; j < 12; ++j) {
      if ((i + 2 * j) % 5 == 0) continue;
      data.entries.row.push_back(i);
      data.entries.column.push_back(j);
      data.entries.value.push_back((i + 1) * (j + 2) / 10.0);
    }
  }
  hadal::MatrixFitOptions options;
  options.lambda = {.kind = hadal::LambdaChoice::Kind::ratio, .value = 0.05};
  hadal::save_model("checked.h5", hadal::fit_matrix(data, options));

  hadal::MatrixModel model = hadal::load_model("checked.h5");
  const hadal::verify::Report honest = hadal::verify::verify_matrix(model, data);
  print("as fitted", honest);

  model.u(0, 0) *= 1.001;
  const hadal::verify::Report changed = hadal::verify::verify_matrix(model, data);
  print("one weight changed by 0.1 %", changed);
  return honest.confirmed && !changed.confirmed ? 0 : 1;
}
