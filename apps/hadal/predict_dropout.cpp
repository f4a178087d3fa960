#include "predict_dropout.hpp"

#include <fmt/format.h>

#include "files.hpp"
#include "hadal/data/write.hpp"
#include "hadal/error.hpp"
#include "linear_reading.hpp"

namespace hadal::cli {

void predict_outputs(const DropoutModel& model, const std::filesystem::path& inputs,
                     const ReadOptions& options, const std::filesystem::path& out) {
  if (model.with_input == inputs.empty())
    throw ArgumentError(model.with_input
                            ? "the model was fitted with an input; expected a file with inputs"
                            : "the model has no input; expected --all");
  Matrix product = model.network.product();
  if (model.with_input) {
    const Matrix x = read_dense(inputs, options);
    if (x.cols() != model.network.inputs())
      throw DataError(fmt::format("{} has {} columns; expected the model's {} inputs",
                                  inputs.string(), x.cols(), model.network.inputs()));
    product = x * product.transpose();
  }
  const Factor dense = product;
  if (extension_of(out) == ".npy") {
    write_npy(out, dense);
  } else {
    write_dense_csv(out, dense);
  }
  fmt::print("{}: {} x {}\n", out.string(), dense.rows(), dense.cols());
}

}  // namespace hadal::cli
