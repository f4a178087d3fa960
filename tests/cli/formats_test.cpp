#include <fmt/format.h>

#include <cmath>
#include <random>

#include "command.hpp"
#include "hadal/data/read.hpp"
#include "hadal/data/write.hpp"

namespace hadal::test {
namespace {

constexpr Index rows = 20, columns = 14;

/// Rank two with noise; a third of the entries is missing (NaN).
Factor values_with_holes() {
  std::mt19937_64 generator(3);
  const auto uniform = [&] { return static_cast<double>(generator() >> 11) * 0x1p-53; };
  Factor dense(rows, columns);
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < columns; ++j) {
      const double x = static_cast<double>(i) / rows, y = static_cast<double>(j) / columns;
      const double value = 3 * std::sin(5 * x + 2 * y) + 0.1 * uniform();
      dense(i, j) = uniform() < 0.33 ? std::numeric_limits<double>::quiet_NaN() : value;
    }
  return dense;
}

std::string triplets(const Factor& dense, const std::string& begin, char delimiter, int first) {
  std::string text = begin;
  for (Index i = 0; i < dense.rows(); ++i)
    for (Index j = 0; j < dense.cols(); ++j)
      if (!std::isnan(dense(i, j)))
        text += fmt::format("{1}{0}{2}{0}{3}\n", delimiter, i + first, j + first, dense(i, j));
  return text;
}

struct Form {
  const char* name;
  std::function<void(const std::filesystem::path&, const Factor&)> write;
};

void PrintTo(const Form& form, std::ostream* out) { *out << form.name; }

const std::vector<Form>& forms() {
  static const std::vector<Form> all = {
      {"triplets.csv",
       [](const auto& path, const Factor& x) {
         write_text(path, triplets(x, "row,column,value\n", ',', 0));
       }},
      {"triplets.tsv",
       [](const auto& path, const Factor& x) { write_text(path, triplets(x, "", '\t', 1)); }},
      {"market.mtx",
       [](const auto& path, const Factor& x) {
         const auto count = static_cast<Index>(x.size() - x.array().isNaN().count());
         write_text(
             path, triplets(x,
                            fmt::format("%%MatrixMarket matrix coordinate real general\n{} {} {}\n",
                                        x.rows(), x.cols(), count),
                            ' ', 1));
       }},
      {"array.npy", [](const auto& path, const Factor& x) { write_npy(path, x); }},
      {"archive.npz",
       [](const auto& path, const Factor& x) {
         write_npz(path, {{"x", x}});
       }},
      {"dense.csv", [](const auto& path, const Factor& x) { write_dense_csv(path, x); }}};
  return all;
}

class Formats : public CommandTest, public testing::WithParamInterface<Form> {};

/// The same matrix is the same problem in whichever form it comes.
TEST_P(Formats, GiveTheSameModelAndVerify) {
  const Factor values = values_with_holes();
  const std::string options = " --lambda-ratio 0.1 --threads 1 --quiet ";
  forms().front().write(file("reference.csv"), values);
  done("fit matrix reference.csv" + options + "--json reference.json");
  const std::string name = GetParam().name;
  GetParam().write(file(name), values);
  done("fit matrix " + name + options + "--out model.h5 --json fit.json");
  const auto expected = json_of("reference.json"), found = json_of("fit.json");
  EXPECT_EQ(found["status"], "optimal");
  for (const char* key : {"objective", "lambda", "size", "rows", "columns", "train_error"})
    EXPECT_EQ(found[key], expected[key]) << key;
  EXPECT_EQ(hadal("verify model.h5 " + name).code, 0);
}

INSTANTIATE_TEST_SUITE_P(OfFiles, Formats, testing::ValuesIn(forms()));

using Completion = CommandTest;

TEST_F(Completion, OfEverythingIsTheSameInTextAndBinary) {
  const Factor values = values_with_holes();
  write_npy(file("x.npy"), values);
  done("fit matrix x.npy --lambda-ratio 0.02 --quiet --out model.h5 --json fit.json");
  done("predict model.h5 --all --out all.csv");
  done("predict model.h5 --all --out all.npy");
  const Entries text = read_matrix(file("all.csv")).entries;
  const Entries binary = read_matrix(file("all.npy")).entries;
  ASSERT_EQ(binary.size(), rows * columns);
  EXPECT_EQ(text.rows, rows);
  EXPECT_EQ(text.value, binary.value);
  double squares = 0, observed = 0;
  for (Index k = 0; k < binary.size(); ++k) {
    const double known = values(binary.row[k], binary.column[k]);
    if (std::isnan(known)) continue;
    squares += std::pow(binary.value[k] - known, 2);
    ++observed;
  }
  const double error = json_of("fit.json")["train_error"];
  EXPECT_NEAR(std::sqrt(squares / observed), error, 1e-9 * error);
}

/// A picture of 16 bits in which pixels of one colour are missing.
TEST_F(Completion, OfAPictureWhoseHolesHaveAColour) {
  const PictureShape shape{24, 20, 3, 16};
  Factor whole(shape.height, 3 * shape.width), holed(shape.height, 3 * shape.width);
  const double magenta[] = {65535, 0, 65535};
  for (Index y = 0; y < shape.height; ++y)
    for (Index x = 0; x < shape.width; ++x)
      for (Index c = 0; c < 3; ++c) {
        const auto value = static_cast<double>(9000 * (c + 1) + 1000 * y + 500 * x);
        whole(y, c * shape.width + x) = value;
        holed(y, c * shape.width + x) = (5 * x + 3 * y) % 7 == 0 ? magenta[c] : value;
      }
  write_png(file("photo.png"), holed, shape);
  done(
      "fit matrix photo.png --mask-color 65535,0,65535 --lambda-ratio 0.0003 --quiet "
      "--out model.h5 --json fit.json");
  done("verify model.h5 photo.png");
  done("predict model.h5 --all --out completed.png");
  const MatrixData completed = read_matrix(file("completed.png"));
  ASSERT_TRUE(completed.picture);
  EXPECT_EQ(completed.picture->bit_depth, 16);
  EXPECT_EQ(completed.picture->channels, 3);
  for (Index k = 0; k < completed.entries.size(); ++k) {
    const double truth = whole(completed.entries.row[k], completed.entries.column[k]);
    EXPECT_NEAR(completed.entries.value[k], truth, 500) << k;
  }
}

}  // namespace
}  // namespace hadal::test
