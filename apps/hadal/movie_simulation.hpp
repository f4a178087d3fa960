#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "hadal/data/matrix_data.hpp"

namespace hadal::cli {

/// A fluorescence movie: cells that flash, a background that changes slowly, noise.
struct MovieSimulation {
  MovieShape shape = {64, 64};
  Index frames = 1000, cells = 30;
  double radius = 4;   ///< of a cell in pixels, where it is half as bright as at its centre; >= 2
  double rate = 0.02;  ///< spikes of a cell per frame
  double decay = 10;   ///< frames after which a flash has fallen to 1/e
  double background = 1;  ///< its mean
  double noise = 1;       ///< standard deviation; a single spike is 1 at the centre of its cell
  std::uint64_t seed = 0;
};

/// Random numbers that are the same everywhere: the standard fixes the engine, and leaves its own
/// distributions to each library.
class MovieRandom {
 public:
  explicit MovieRandom(std::uint64_t seed) : engine_(seed) {}

  double uniform(double low = 0, double high = 1);  ///< low <= value < high
  double normal();                                  ///< mean 0, standard deviation 1
  int poisson(double mean);                         ///< for small means: takes time in proportion

 private:
  std::mt19937_64 engine_;
  double spare_ = 0;
  bool has_spare_ = false;
};

/// What a simulated movie is made of: movie = traces^T footprints + background_trace^T background +
/// noise, frames x pixels.
class SimulatedMovie {
 public:
  explicit SimulatedMovie(const MovieSimulation& plan);

  /// To be called for frames 0, 1, ... in order: the noise is drawn as it is needed.
  void next_frame(float* pixels);

  Factor footprints() const;                        ///< cells x pixels: 0 .. 1, 1 at the centre
  const Factor& traces() const { return traces_; }  ///< cells x frames
  const Factor& spikes() const { return spikes_; }  ///< cells x frames
  const Factor& background() const { return background_; }              ///< 1 x pixels
  const Factor& background_trace() const { return background_trace_; }  ///< 1 x frames

 private:
  struct Footprint {
    std::vector<Index> pixel;
    std::vector<double> value;
  };

  Footprint draw_cell();
  void draw_spikes();
  void draw_background();

  MovieSimulation plan_;
  MovieRandom random_;
  std::vector<Footprint> cells_;
  Factor traces_, spikes_, background_, background_trace_;
  Index frame_ = 0;
  std::vector<double> sum_;
};

}  // namespace hadal::cli
