#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "exit_code.hpp"
#include "files.hpp"
#include "hadal/data/memory.hpp"
#include "hadal/data/write.hpp"
#include "hadal/error.hpp"
#include "network_simulation.hpp"

namespace hadal::cli {
namespace {

namespace fs = std::filesystem;

const Words<SampleShape> shapes = {{"spirals", SampleShape::spirals},
                                   {"rings", SampleShape::rings},
                                   {"checkerboard", SampleShape::checkerboard},
                                   {"teacher", SampleShape::teacher}};

std::string word_of(SampleShape shape) {
  for (const auto& [word, value] : shapes) {
    if (value == shape) return word;
  }
  return {};
}

class SimulateNetworkCommand {
 public:
  explicit SimulateNetworkCommand(CLI::App& app);
  int run();

 private:
  bool has_teacher() const { return plan_.shape == SampleShape::teacher; }
  void check() const;
  std::string header() const;
  void write(const Factor& table) const;

  SampleSimulation plan_;
  fs::path out_;
  CLI::Option *classes_ = nullptr, *inputs_ = nullptr, *units_ = nullptr;
};

SimulateNetworkCommand::SimulateNetworkCommand(CLI::App& app) {
  constexpr const char* group = "The samples";
  const auto count = [&](const char* name, Index& value, long long low, long long high,
                         const char* description) {
    return app.add_option(name, value, description)
        ->type_name("N")
        ->check(whole_number(low, high))
        ->group(group);
  };
  add_choice<SampleShape>(
      app, "--shape", shapes, [this](SampleShape shape) { plan_.shape = shape; },
      "Classes in the plane, or the output of a random network [spirals]")
      ->group(group);
  count("--samples", plan_.samples, 1, 100'000'000, "Samples [500]");
  app.add_option("--noise", plan_.noise,
                 "Standard deviation of the noise on the coordinates or the output [0.05]")
      ->type_name("SD")
      ->check(number("a number >= 0", [](double sd) { return sd >= 0; }))
      ->group(group);
  classes_ = count("--classes", plan_.classes, 2, 100, "Classes in the plane [2]");
  inputs_ = count("--inputs", plan_.inputs, 1, 100'000, "Inputs of the teacher [5]");
  units_ = count("--units", plan_.units, 1, 100'000, "Hidden ReLU units of the teacher [5]");
  app.add_option("--seed", plan_.seed, "Of the random numbers [0]")
      ->type_name("N")
      ->check(whole_number(0, std::numeric_limits<long long>::max()))
      ->group(group);
  app.add_option("--out", out_, "The samples: .csv with a header")
      ->required()
      ->type_name("FILE")
      ->check(not_empty())
      ->group("Files");
  app.footer(
      "Examples:\n"
      "  hadal simulate network --shape spirals --samples 400 --classes 3 --out spirals.csv\n"
      "  hadal simulate network --shape teacher --inputs 10 --units 4 --out teacher.csv\n"
      "It prints one line of JSON that says what was made.");
}

void SimulateNetworkCommand::check() const {
  const auto require = [this](const CLI::Option* option, bool fits, const char* expected) {
    if (option->count() == 0 || fits) return;
    throw ArgumentError(fmt::format("{} was given with --shape {}: expected --shape {}",
                                    option->get_name(), word_of(plan_.shape), expected));
  };
  require(classes_, !has_teacher(), "spirals, rings or checkerboard");
  require(inputs_, has_teacher(), "teacher");
  require(units_, has_teacher(), "teacher");
  if (!has_teacher() && plan_.samples < plan_.classes) {
    throw ArgumentError(fmt::format("--samples {}: expected at least {}, one of each class",
                                    plan_.samples, plan_.classes));
  }
  require_extension(out_, "--out", {".csv"});
  require_output(out_, "--out");
  const Index columns = has_teacher() ? plan_.inputs + 1 : 3;
  require_memory(static_cast<std::uint64_t>(plan_.samples * columns) * sizeof(double),
                 "the table of samples");
}

std::string SimulateNetworkCommand::header() const {
  if (!has_teacher()) return "x,y,class\n";
  std::string text;
  for (Index k = 1; k <= plan_.inputs; ++k) text += fmt::format("x{},", k);
  return text + "y\n";
}

void SimulateNetworkCommand::write(const Factor& table) const {
  write_atomically(out_, [&](const fs::path& temporary) {
    std::ofstream stream(temporary);
    stream << header();
    for (Index i = 0; i < table.rows(); ++i) {
      fmt::memory_buffer line;
      for (Index k = 0; k < table.cols(); ++k)
        fmt::format_to(std::back_inserter(line), "{}{}", k > 0 ? "," : "", table(i, k));
      line.push_back('\n');
      stream.write(line.data(), static_cast<std::streamsize>(line.size()));
    }
    if (!stream.flush()) throw Error(fmt::format("'{}' cannot be written", out_.string()));
  });
}

int SimulateNetworkCommand::run() {
  check();
  write(simulate(plan_));
  nlohmann::ordered_json json = {{"out", out_.string()},
                                 {"shape", word_of(plan_.shape)},
                                 {"samples", plan_.samples},
                                 {"inputs", has_teacher() ? plan_.inputs : 2}};
  if (has_teacher()) {
    json["units"] = plan_.units;
  } else {
    json["classes"] = plan_.classes;
  }
  json["noise"] = plan_.noise;
  json["seed"] = plan_.seed;
  write_text("", json.dump() + "\n");
  return exit_done;
}

}  // namespace

void add_simulate_network_command(CLI::App& simulate, Action& action) {
  CLI::App* network = simulate.add_subcommand(
      "network", "Samples for a network: classes in the plane, or a random network's output");
  const auto command = std::make_shared<SimulateNetworkCommand>(*network);
  network->callback([command, &action] { action = [command] { return command->run(); }; });
}

}  // namespace hadal::cli
