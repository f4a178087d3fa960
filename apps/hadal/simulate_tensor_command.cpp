#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>

#include "commands.hpp"
#include "exit_code.hpp"
#include "files.hpp"
#include "hadal/data/write_tensor.hpp"
#include "hadal/error.hpp"
#include "hadal/kernel/tensor_products.hpp"
#include "tensor_reading.hpp"

namespace hadal::cli {
namespace {

namespace fs = std::filesystem;

/// A random sum of rank-one tensors with noise, of which some entries are observed.
class SimulateTensorCommand {
 public:
  explicit SimulateTensorCommand(CLI::App& app);
  int run();

 private:
  TensorEntries positions(std::mt19937_64& generator) const;
  void write_observed(const TensorEntries& entries) const;
  void write_truth(const std::vector<Factor>& factors) const;
  Index elements() const {
    Index product = 1;
    for (const Index size : shape_) product *= size;
    return product;
  }

  std::vector<Index> shape_{30, 20, 10};
  Index rank_ = 3;
  double fraction_ = 1, noise_ = 0.1;
  bool nonnegative_ = false;
  std::uint64_t seed_ = 0;
  fs::path out_, truth_;
};

SimulateTensorCommand::SimulateTensorCommand(CLI::App& app) {
  constexpr const char* group = "The tensor";
  app.add_option_function<std::string>(
         "--shape", [this](const std::string& text) { shape_ = parse_sizes(text, "--shape"); },
         "Sizes of the 3 to 8 modes [30x20x10]")
      ->type_name("SIZES")
      ->group(group);
  app.add_option("--rank", rank_, "Components of the tensor without noise [3]")
      ->type_name("N")
      ->check(whole_number(1, 100'000))
      ->group(group);
  app.add_flag("--nonneg", nonnegative_, "Components without negative elements")->group(group);
  app.add_option("--observed", fraction_, "Fraction of entries observed [1]")
      ->type_name("F")
      ->check(number("a number > 0 and <= 1", [](double f) { return f > 0 && f <= 1; }))
      ->group(group);
  app.add_option("--noise", noise_,
                 "Standard deviation of the noise; that of the tensor without noise is about 1 "
                 "[0.1]")
      ->type_name("SD")
      ->check(number("a number >= 0", [](double sd) { return sd >= 0; }))
      ->group(group);
  app.add_option("--seed", seed_, "Of the random numbers [0]")
      ->type_name("N")
      ->check(whole_number(0, std::numeric_limits<long long>::max()))
      ->group(group);
  constexpr const char* files = "Files";
  app.add_option("--out", out_, "Observed entries: .tns, or .npy with NaN where missing")
      ->required()
      ->type_name("FILE")
      ->check(not_empty())
      ->group(files);
  app.add_option("--truth", truth_, "The whole tensor without noise: .npy")
      ->type_name("FILE")
      ->check(not_empty())
      ->group(files);
  app.footer(
      "Examples:\n"
      "  hadal simulate tensor --shape 50x40x30 --rank 4 --nonneg --out data.npy\n"
      "  hadal simulate tensor --shape 1000x1000x1000 --observed 0.001 --out data.tns\n"
      "It prints one line of JSON that says what was made.");
}

/// Each position on its own with the given probability: gaps between them are geometric.
TensorEntries SimulateTensorCommand::positions(std::mt19937_64& generator) const {
  TensorEntries entries;
  entries.shape = shape_;
  const Index all = elements();
  if (fraction_ == 1) {
    entries.value.resize(static_cast<std::size_t>(all));
    return entries;
  }
  entries.index.resize(shape_.size());
  std::geometric_distribution<std::int64_t> gap(fraction_);
  for (Index at = gap(generator); at < all; at += 1 + gap(generator)) {
    Index rest = at;
    for (std::size_t m = shape_.size(); m-- > 0; rest /= shape_[m])
      entries.index[m].push_back(static_cast<std::int32_t>(rest % shape_[m]));
    entries.value.push_back(0);
  }
  if (entries.value.empty())
    throw ArgumentError(fmt::format("--observed {}: no entry was drawn; expected more", fraction_));
  return entries;
}

void SimulateTensorCommand::write_observed(const TensorEntries& entries) const {
  if (extension_of(out_) == ".tns" && entries.full()) {
    TensorEntries listed = entries;
    listed.index.resize(shape_.size());
    TensorPattern(entries).for_each([&](Index, const TensorPattern::Position& at) {
      for (std::size_t m = 0; m < shape_.size(); ++m)
        listed.index[m].push_back(static_cast<std::int32_t>(at[m]));
    });
    write_tns(out_, listed);
  } else if (extension_of(out_) == ".tns") {
    write_tns(out_, entries);
  } else {
    std::vector<double> dense(static_cast<std::size_t>(elements()),
                              std::numeric_limits<double>::quiet_NaN());
    TensorPattern(entries).for_each([&](Index k, const TensorPattern::Position& at) {
      Index place = 0;
      for (std::size_t m = 0; m < shape_.size(); ++m) place = place * shape_[m] + at[m];
      dense[static_cast<std::size_t>(place)] = entries.value[static_cast<std::size_t>(k)];
    });
    write_npy(out_, shape_, dense);
  }
}

void SimulateTensorCommand::write_truth(const std::vector<Factor>& factors) const {
  TensorEntries all;
  all.shape = shape_;
  all.value.resize(static_cast<std::size_t>(elements()));
  Vector z;
  tensor_values(TensorPattern(all), factors, z);
  write_npy(truth_, shape_, {z.data(), static_cast<std::size_t>(z.size())});
}

int SimulateTensorCommand::run() {
  double count = 1;
  for (const Index size : shape_) count *= static_cast<double>(size);
  if (count * (truth_.empty() && fraction_ < 1 ? fraction_ : 1.0) > 1e9)
    throw ArgumentError("--shape: more than a thousand million entries were asked for");
  require_extension(out_, "--out", {".tns", ".npy"});
  require_output(out_, "--out");
  if (!truth_.empty()) {
    require_extension(truth_, "--truth", {".npy"});
    require_output(truth_, "--truth", {out_});
  }
  std::mt19937_64 generator(seed_);
  std::normal_distribution<double> normal;
  std::vector<Factor> factors;
  for (const Index size : shape_) {
    factors.push_back(Factor::NullaryExpr(size, rank_, [&] { return normal(generator); }));
    if (nonnegative_) factors.back() = factors.back().cwiseAbs();
  }
  factors.front() /= std::sqrt(static_cast<double>(rank_));
  TensorEntries entries = positions(generator);
  Vector z;
  tensor_values(TensorPattern(entries), factors, z);
  for (Index k = 0; k < z.size(); ++k)
    entries.value[static_cast<std::size_t>(k)] = z[k] + noise_ * normal(generator);
  write_observed(entries);
  if (!truth_.empty()) write_truth(factors);
  nlohmann::ordered_json json = {{"out", out_.string()},      {"shape", shape_}, {"rank", rank_},
                                 {"entries", entries.size()}, {"noise", noise_}, {"seed", seed_}};
  if (!truth_.empty()) json["truth"] = truth_.string();
  write_text("", json.dump() + "\n");
  return exit_done;
}

}  // namespace

void add_simulate_tensor_command(CLI::App& simulate, Action& action) {
  CLI::App* tensor =
      simulate.add_subcommand("tensor", "A random sum of rank-one tensors with noise");
  const auto command = std::make_shared<SimulateTensorCommand>(*tensor);
  tensor->callback([command, &action] { action = [command] { return command->run(); }; });
}

}  // namespace hadal::cli
