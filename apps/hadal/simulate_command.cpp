#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "exit_code.hpp"
#include "files.hpp"
#include "hadal/data/write.hpp"
#include "simulation.hpp"

namespace hadal::cli {
namespace {

namespace fs = std::filesystem;

void write_matrix_market(const fs::path& path, const Entries& entries) {
  write_atomically(path, [&](const fs::path& temporary) {
    std::ofstream stream(temporary);
    stream << "%%MatrixMarket matrix coordinate real general\n"
           << fmt::format("{} {} {}\n", entries.rows, entries.columns, entries.size());
    for (std::size_t k = 0; k < entries.value.size(); ++k) {
      stream << fmt::format("{} {} {}\n", entries.row[k] + 1, entries.column[k] + 1,
                            entries.value[k]);
    }
    if (!stream.flush()) throw Error(fmt::format("'{}' cannot be written", path.string()));
  });
}

Factor dense_with_missing(const Entries& entries) {
  Factor dense =
      Factor::Constant(entries.rows, entries.columns, std::numeric_limits<double>::quiet_NaN());
  for (std::size_t k = 0; k < entries.value.size(); ++k) {
    dense(entries.row[k], entries.column[k]) = entries.value[k];
  }
  return dense;
}

void write_entries(const fs::path& path, const Entries& entries) {
  const std::string extension = extension_of(path);
  if (extension == ".mtx") {
    write_matrix_market(path, entries);
  } else if (extension == ".npy") {
    write_npy(path, dense_with_missing(entries));
  } else {
    MatrixData data;
    data.entries = entries;
    write_triplets_csv(path, data);
  }
}

class SimulateMatrixCommand {
 public:
  explicit SimulateMatrixCommand(CLI::App& app);
  int run();

 private:
  void add_matrix_options(CLI::App& app);
  void add_file_options(CLI::App& app);
  void count_entries();
  void check_files();

  Simulation plan_;
  double fraction_ = 0.3, held_out_fraction_ = 0;
  fs::path out_, truth_, held_out_;
  CLI::Option *observed_option_ = nullptr, *entries_option_ = nullptr;
};

SimulateMatrixCommand::SimulateMatrixCommand(CLI::App& app) {
  add_matrix_options(app);
  add_file_options(app);
  app.footer(
      "Examples:\n"
      "  hadal simulate matrix --rows 200 --columns 100 --rank 5 --observed 0.3 --out data.csv\n"
      "  hadal simulate matrix --entries 5000 --held-out 0.1 --truth truth.npy --out data.mtx\n"
      "It prints one line of JSON that says what was made.");
}

void SimulateMatrixCommand::add_matrix_options(CLI::App& app) {
  constexpr const char* group = "The matrix";
  constexpr long long most = std::numeric_limits<std::int32_t>::max();
  const auto count = [&](const char* name, Index& value, const char* description) {
    return app.add_option(name, value, description)
        ->type_name("N")
        ->check(whole_number(1, most))
        ->group(group);
  };
  count("--rows", plan_.rows, "Rows [100]");
  count("--columns", plan_.columns, "Columns [80]");
  count("--rank", plan_.rank, "Rank of the matrix without noise [3]");
  observed_option_ =
      app.add_option("--observed", fraction_, "Fraction of entries observed [0.3]")
          ->type_name("F")
          ->check(number("a number > 0 and <= 1", [](double f) { return f > 0 && f <= 1; }))
          ->group(group);
  entries_option_ = count("--entries", plan_.observed, "Number of entries observed");
  app.add_option("--noise", plan_.noise,
                 "Standard deviation of the noise; that of the matrix "
                 "without noise is about 1 [0.1]")
      ->type_name("SD")
      ->check(number("a number >= 0", [](double sd) { return sd >= 0; }))
      ->group(group);
  app.add_option("--held-out", held_out_fraction_,
                 "Fraction of the observed entries to keep aside in a file of their own")
      ->type_name("F")
      ->check(fraction())
      ->group(group);
  app.add_option("--seed", plan_.seed, "Of the random numbers [0]")
      ->type_name("N")
      ->check(whole_number(0, std::numeric_limits<long long>::max()))
      ->group(group);
}

void SimulateMatrixCommand::add_file_options(CLI::App& app) {
  constexpr const char* group = "Files";
  app.add_option("--out", out_, "Observed entries: .csv (triplets), .mtx or .npy")
      ->required()
      ->type_name("FILE")
      ->check(not_empty())
      ->group(group);
  app.add_option("--held-out-file", held_out_,
                 "Held-out entries [the name of --out with -held-out before its extension]")
      ->type_name("FILE")
      ->check(not_empty())
      ->group(group);
  app.add_option("--truth", truth_, "The whole matrix without noise: .csv or .npy")
      ->type_name("FILE")
      ->check(not_empty())
      ->group(group);
}

void SimulateMatrixCommand::count_entries() {
  const Index all = plan_.rows * plan_.columns;
  if (entries_option_->count() == 0) {
    plan_.observed = std::max<Index>(1, std::llround(fraction_ * static_cast<double>(all)));
  }
  if (plan_.observed > all) {
    throw ArgumentError(fmt::format("--entries {}: expected at most {}, as the matrix is {} x {}",
                                    plan_.observed, all, plan_.rows, plan_.columns));
  }
  plan_.held_out = std::llround(held_out_fraction_ * static_cast<double>(plan_.observed));
  if (plan_.held_out == plan_.observed) {
    throw ArgumentError(fmt::format("--held-out {} of {} entries leaves none: expected less",
                                    held_out_fraction_, plan_.observed));
  }
}

void SimulateMatrixCommand::check_files() {
  const std::vector<std::string> entry_files = {".csv", ".mtx", ".npy"};
  require_extension(out_, "--out", entry_files);
  require_output(out_, "--out");
  if (held_out_.empty() && plan_.held_out > 0) {
    held_out_ =
        out_.parent_path() / (out_.stem().string() + "-held-out" + out_.extension().string());
  }
  if (!held_out_.empty()) {
    if (plan_.held_out == 0)
      throw ArgumentError("--held-out-file was given: expected --held-out F");
    require_extension(held_out_, "--held-out-file", entry_files);
    require_output(held_out_, "--held-out-file", {out_});
  }
  if (truth_.empty()) return;
  require_extension(truth_, "--truth", {".csv", ".npy"});
  require_output(truth_, "--truth", {out_, held_out_});
}

int SimulateMatrixCommand::run() {
  require_at_most_one({observed_option_, entries_option_});
  count_entries();
  check_files();
  const Simulated made = simulate(plan_);
  write_entries(out_, made.observed);
  if (!held_out_.empty()) write_entries(held_out_, made.held_out);
  if (!truth_.empty()) {
    const Factor truth = made.left * made.right.transpose();
    extension_of(truth_) == ".npy" ? write_npy(truth_, truth) : write_dense_csv(truth_, truth);
  }
  nlohmann::ordered_json json = {{"out", out_.string()},
                                 {"rows", plan_.rows},
                                 {"columns", plan_.columns},
                                 {"rank", plan_.rank},
                                 {"entries", made.observed.size()},
                                 {"held_out", made.held_out.size()},
                                 {"noise", plan_.noise},
                                 {"seed", plan_.seed}};
  if (!held_out_.empty()) json["held_out_file"] = held_out_.string();
  if (!truth_.empty()) json["truth"] = truth_.string();
  write_text("", json.dump() + "\n");
  return exit_done;
}

}  // namespace

void add_simulate_command(CLI::App& app, Action& action) {
  CLI::App* simulate = app.add_subcommand("simulate", "Make data to try things on");
  simulate->require_subcommand(1);
  CLI::App* matrix =
      simulate->add_subcommand("matrix", "A random low-rank matrix with noise, partly observed");
  const auto command = std::make_shared<SimulateMatrixCommand>(*matrix);
  matrix->callback([command, &action] { action = [command] { return command->run(); }; });
  add_simulate_movie_command(*simulate, action);
  add_simulate_tensor_command(*simulate, action);
  add_simulate_network_command(*simulate, action);
}

}  // namespace hadal::cli
