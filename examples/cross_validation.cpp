// Lets held-out pixels of a photograph choose lambda, watching the fit while it runs.
#include <fmt/format.h>

#include <hadal/hadal.hpp>

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: {} PICTURE.png MASK.png\n", argv[0]);
    return 2;
  }
  hadal::ReadOptions reading;
  reading.mask = argv[2];
  const hadal::MatrixData data = hadal::read_matrix(argv[1], reading);

  hadal::MatrixFitOptions options;
  options.lambda.folds = 3;
  options.tolerance = 1e-4;
  options.refit = hadal::RefitChoice::automatic;
  const hadal::MatrixModel model =
      hadal::fit_matrix(data, options, [](const hadal::FitProgress& progress) {
        fmt::print("{} {}/{}: size {}, gap {:.1e}\n", progress.stage, progress.step, progress.steps,
                   progress.iteration.size, progress.iteration.relative_gap);
        return true;
      });

  fmt::print("lambda / lambda_max   size   held-out error\n");
  for (const hadal::PathPoint& point : model.path) {
    fmt::print("{:19.4f} {:6} {:12.3f} +- {:.3f}\n", point.lambda / model.lambda_max, point.size,
               point.validation_error, point.validation_standard_error);
  }
  fmt::print("chosen: lambda {:.2f}, {} components, {}\n", model.lambda, model.size(),
             to_string(model.status));
  hadal::write_png("completed.png", hadal::predict_all(model), *data.picture);
  return 0;
}
