#include "tensor_reading.hpp"

#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "arguments.hpp"

namespace hadal::cli {

std::vector<Index> parse_sizes(const std::string& text, const std::string& option) {
  const auto refuse = [&] {
    throw ArgumentError(fmt::format(
        "{}: expected the sizes of 3 to 8 modes, as in 10x20x30, got '{}'", option, text));
  };
  std::vector<Index> sizes;
  const char *at = text.data(), *end = at + text.size();
  while (true) {
    std::int64_t size = 0;
    const auto result = std::from_chars(at, end, size);
    if (result.ec != std::errc() || size < 1 || size > std::numeric_limits<std::int32_t>::max())
      refuse();
    sizes.push_back(size);
    if (result.ptr == end) break;
    if (*result.ptr != 'x') refuse();
    at = result.ptr + 1;
  }
  if (static_cast<Index>(sizes.size()) < tensor_order_min ||
      static_cast<Index>(sizes.size()) > tensor_order_max)
    refuse();
  return sizes;
}

void TensorReadingArguments::add_to(CLI::App& app) {
  constexpr const char* group = "How the data file is read";
  add_choice<TensorFormat>(
      app, "--format",
      {{"auto", TensorFormat::automatic},
       {"tns", TensorFormat::tns},
       {"npy", TensorFormat::npy},
       {"npz", TensorFormat::npz},
       {"hdf5", TensorFormat::hdf5}},
      [this](TensorFormat f) { options_.format = f; }, "File format [auto: from the content]")
      ->group(group);
  app.add_option("--array", options_.array_name,
                 "Array in an NPZ archive, or dataset or group in an HDF5 file [the only one]")
      ->type_name("NAME")
      ->group(group);
  app.add_option("--index-base", options_.index_base,
                 "Of a .tns file: the number that indices start from, 0 or 1 [1]")
      ->type_name("N")
      ->check(whole_number(0, 1))
      ->group(group);
  app.add_flag("--weighted", options_.weighted, "Of a .tns file: the last column holds weights > 0")
      ->group(group);
  app.add_option_function<std::string>(
         "--shape",
         [this](const std::string& text) { options_.shape = parse_sizes(text, "--shape"); },
         "Of a .tns file: sizes of the modes, as in 10x20x30 [the largest indices]")
      ->type_name("SIZES")
      ->group(group);
  add_choice<Duplicates>(
      app, "--duplicates", {{"error", Duplicates::error}, {"mean", Duplicates::mean}},
      [this](Duplicates d) { options_.duplicates = d; },
      "What to do with an entry given more than once [error]")
      ->group(group);
  app.add_option("--mask", options_.mask, "NPY array of the data's shape: 0 marks a missing entry")
      ->type_name("FILE")
      ->check(not_empty())
      ->group(group);
  app.add_option("--weights", options_.weights, "NPY array of the data's shape: weights > 0")
      ->type_name("FILE")
      ->check(not_empty())
      ->group(group);
}

}  // namespace hadal::cli
