#include <fmt/format.h>

#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "exit_code.hpp"
#include "files.hpp"
#include "hadal/data/movie.hpp"
#include "hadal/data/write.hpp"
#include "movie_simulation.hpp"

namespace hadal::cli {
namespace {

class SimulateMovieCommand {
 public:
  explicit SimulateMovieCommand(CLI::App& app);
  int run();

 private:
  void add_counts(CLI::App& app);
  void add_numbers(CLI::App& app);
  void add_files(CLI::App& app);
  void check() const;
  void write_truth(const SimulatedMovie& movie) const;
  std::string summary() const;

  MovieSimulation plan_;
  std::filesystem::path out_, truth_;
  CLI::Option *snr_option_ = nullptr, *noise_option_ = nullptr;
};

constexpr const char* movie_group = "The movie";

SimulateMovieCommand::SimulateMovieCommand(CLI::App& app) {
  add_counts(app);
  add_numbers(app);
  add_files(app);
  app.footer(
      "Brightness is in units of one spike: a single spike of a cell adds 1 at the cell's centre "
      "in\n"
      "the frame it falls in, and decays from there. The signal-to-noise ratio is that 1 over the\n"
      "standard deviation of the noise of a pixel in one frame, so that --snr 2 is --noise 0.5.\n"
      "Examples:\n"
      "  hadal simulate movie --out movie.tif\n"
      "  hadal simulate movie --width 128 --height 96 --frames 3000 --cells 50 --snr 0.5 --seed 7 "
      "\\\n"
      "    --out movie.tif --truth truth.npz\n"
      "It prints one line of JSON that says what was made.");
}

void SimulateMovieCommand::add_counts(CLI::App& app) {
  constexpr long long most = std::numeric_limits<std::int32_t>::max();
  const auto count = [&](const char* name, Index& value, long long limit, const char* description) {
    app.add_option(name, value, description)
        ->type_name("N")
        ->check(whole_number(1, limit))
        ->group(movie_group);
  };
  count("--width", plan_.shape.width, most, "Pixels from left to right [64]");
  count("--height", plan_.shape.height, most, "Pixels from top to bottom [64]");
  count("--frames", plan_.frames, most, "Frames [1000]");
  count("--cells", plan_.cells, 1000000, "Cells, at random places; they may overlap [30]");
  app.add_option("--seed", plan_.seed, "Of the random numbers [0]")
      ->type_name("N")
      ->check(whole_number(0, std::numeric_limits<long long>::max()))
      ->group(movie_group);
}

void SimulateMovieCommand::add_numbers(CLI::App& app) {
  const auto add = [&](const char* name, double& value, const char* expected, double least,
                       double most, const char* description) {
    return app.add_option(name, value, description)
        ->type_name("X")
        ->check(number(expected, [=](double x) { return x >= least && x <= most; }))
        ->group(movie_group);
  };
  add("--radius", plan_.radius, "a number from 2 to 10000", 2, 10000,
      "Of a cell in pixels, on average, to where it is half as bright as at its centre [4]");
  add("--rate", plan_.rate, "a number from 0 to 10", 0, 10,
      "Spikes of a cell per frame, on average [0.02]");
  add("--decay", plan_.decay, "a number from 0.01 to 1e6", 0.01, 1e6,
      "Frames in which the flash of a spike falls to 1/e [10]");
  add("--background", plan_.background, "a number from 0 to 1e6", 0, 1e6,
      "Brightness of the background, about, in units of one spike [1]");
  snr_option_ =
      app.add_option_function<double>(
             "--snr", [this](double snr) { plan_.noise = 1 / snr; }, "Signal-to-noise ratio [1]")
          ->type_name("X")
          ->check(
              number("a number from 1e-6 to 1e6", [](double x) { return x >= 1e-6 && x <= 1e6; }))
          ->group(movie_group);
  noise_option_ = add("--noise", plan_.noise, "a number from 0 to 1e6", 0, 1e6,
                      "Standard deviation of the noise, in place of --snr [1]");
}

void SimulateMovieCommand::add_files(CLI::App& app) {
  constexpr const char* group = "Files";
  app.add_option("--out", out_, "The movie: .tif, one page of 32-bit floats for every frame")
      ->required()
      ->type_name("FILE")
      ->check(not_empty())
      ->group(group);
  app.add_option("--truth", truth_,
                 "What it is made of: .npz with footprints (cells x pixels), traces and spikes "
                 "(cells x frames), background (1 x pixels) and background_trace (1 x frames)")
      ->type_name("FILE")
      ->check(not_empty())
      ->group(group);
}

void SimulateMovieCommand::check() const {
  require_at_most_one({snr_option_, noise_option_});
  constexpr Index most = std::numeric_limits<std::int32_t>::max();
  if (plan_.shape.height > most / plan_.shape.width) {
    throw ArgumentError(fmt::format("--width {} --height {}: expected at most {} pixels",
                                    plan_.shape.width, plan_.shape.height, most));
  }
  require_extension(out_, "--out", {".tif", ".tiff"});
  require_output(out_, "--out");
  if (truth_.empty()) return;
  require_extension(truth_, "--truth", {".npz"});
  require_output(truth_, "--truth", {out_});
}

void SimulateMovieCommand::write_truth(const SimulatedMovie& movie) const {
  if (truth_.empty()) return;
  const Factor footprints = movie.footprints();
  write_npz(truth_, {{"footprints", footprints},
                     {"traces", movie.traces()},
                     {"spikes", movie.spikes()},
                     {"background", movie.background()},
                     {"background_trace", movie.background_trace()}});
}

std::string SimulateMovieCommand::summary() const {
  nlohmann::ordered_json json = {{"out", out_.string()},       {"frames", plan_.frames},
                                 {"width", plan_.shape.width}, {"height", plan_.shape.height},
                                 {"cells", plan_.cells},       {"noise", plan_.noise},
                                 {"seed", plan_.seed}};
  if (!truth_.empty()) json["truth"] = truth_.string();
  return json.dump() + "\n";
}

int SimulateMovieCommand::run() {
  check();
  SimulatedMovie movie(plan_);
  write_truth(movie);
  // Noise hardly compresses.
  write_movie(out_, plan_.shape, plan_.frames,
              [&](Index, float* pixels) { movie.next_frame(pixels); },
              {MovieSample::float32, false});
  write_text("", summary());
  return exit_done;
}

}  // namespace

void add_simulate_movie_command(CLI::App& simulate, Action& action) {
  CLI::App* movie = simulate.add_subcommand(
      "movie", "A fluorescence movie of flashing cells with noise, and what it is made of");
  const auto command = std::make_shared<SimulateMovieCommand>(*movie);
  movie->callback([command, &action] { action = [command] { return command->run(); }; });
}

}  // namespace hadal::cli
