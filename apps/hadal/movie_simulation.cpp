#include "movie_simulation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace hadal::cli {
namespace {

constexpr double full_turn = 2 * std::numbers::pi;

/// Brightness at distance 1 from the centre of a cell is 1/2; it is 1 up to `core`, 0 from `edge`
/// on, and falls smoothly between them.
constexpr double core = 0.5, edge = 1.5;

double brightness(double distance) {
  const double t = std::clamp((edge - distance) / (edge - core), 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

/// A sum of slow waves, within -1 .. 1.
class Waves {
 public:
  Waves(MovieRandom& random, double least, double most) {
    for (Wave& wave : waves_) {
      wave = {random.uniform(least, most), random.uniform(least, most),
              random.uniform(0, full_turn)};
    }
  }
  /// x and y: 0 .. 1.
  double at(double x, double y = 0) const {
    double sum = 0;
    for (const Wave& wave : waves_) {
      sum += std::cos(full_turn * (wave.x * x + wave.y * y) + wave.phase);
    }
    return sum / static_cast<double>(waves_.size());
  }

 private:
  struct Wave {
    double x = 0, y = 0, phase = 0;
  };
  std::array<Wave, 3> waves_;
};

double fraction_of(Index k, Index count) {
  return static_cast<double>(k) / static_cast<double>(count);
}

}  // namespace

double MovieRandom::uniform(double low, double high) {
  return low + (high - low) * static_cast<double>(engine_() >> 11) * 0x1p-53;
}

/// Marsaglia's polar method: two numbers at a time.
double MovieRandom::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  for (;;) {
    const double x = uniform(-1, 1), y = uniform(-1, 1), square = x * x + y * y;
    if (square >= 1 || square == 0) continue;
    const double scale = std::sqrt(-2 * std::log(square) / square);
    spare_ = scale * y;
    has_spare_ = true;
    return scale * x;
  }
}

/// Knuth's multiplication of uniform numbers.
int MovieRandom::poisson(double mean) {
  const double limit = std::exp(-mean);
  int count = -1;
  for (double product = 1; product > limit; ++count) product *= uniform();
  return count;
}

SimulatedMovie::SimulatedMovie(const MovieSimulation& plan)
    : plan_(plan),
      random_(plan.seed),
      traces_(plan.cells, plan.frames),
      spikes_(plan.cells, plan.frames),
      background_(1, plan.shape.pixels()),
      background_trace_(1, plan.frames),
      sum_(static_cast<std::size_t>(plan.shape.pixels())) {
  for (Index k = 0; k < plan.cells; ++k) cells_.push_back(draw_cell());
  draw_spikes();
  draw_background();
}

/// An ellipse of random axes, direction and place; it may be cut by the border.
SimulatedMovie::Footprint SimulatedMovie::draw_cell() {
  const auto [height, width] = plan_.shape;
  const double x0 = random_.uniform(0, static_cast<double>(width - 1));
  const double y0 = random_.uniform(0, static_cast<double>(height - 1));
  const double a = plan_.radius * random_.uniform(0.8, 1.2);
  const double b = plan_.radius * random_.uniform(0.8, 1.2);
  const double angle = random_.uniform(0, full_turn);
  const double cosine = std::cos(angle), sine = std::sin(angle);
  const double reach = edge * std::max(a, b);
  const auto first = [&](double centre) {
    return std::max<Index>(0, static_cast<Index>(std::floor(centre - reach)));
  };
  const auto last = [&](double centre, Index size) {
    return std::min<Index>(size - 1, static_cast<Index>(std::ceil(centre + reach)));
  };
  Footprint cell;
  for (Index y = first(y0); y <= last(y0, height); ++y) {
    for (Index x = first(x0); x <= last(x0, width); ++x) {
      const double dx = static_cast<double>(x) - x0, dy = static_cast<double>(y) - y0;
      const double along = (cosine * dx + sine * dy) / a, across = (cosine * dy - sine * dx) / b;
      const double value = brightness(std::sqrt(along * along + across * across));
      if (value == 0) continue;
      cell.pixel.push_back(y * width + x);
      cell.value.push_back(value);
    }
  }
  return cell;
}

void SimulatedMovie::draw_spikes() {
  const double kept = std::exp(-1 / plan_.decay);
  for (Index k = 0; k < plan_.cells; ++k) {
    double calcium = 0;
    for (Index t = 0; t < plan_.frames; ++t) {
      spikes_(k, t) = random_.poisson(plan_.rate);
      calcium = kept * calcium + spikes_(k, t);
      traces_(k, t) = calcium;
    }
  }
}

void SimulatedMovie::draw_background() {
  const auto [height, width] = plan_.shape;
  const Waves in_space(random_, -1, 1), in_time(random_, 0.5, 3);
  for (Index y = 0; y < height; ++y) {
    for (Index x = 0; x < width; ++x) {
      background_(0, y * width + x) =
          plan_.background * (1 + 0.5 * in_space.at(fraction_of(x, width), fraction_of(y, height)));
    }
  }
  for (Index t = 0; t < plan_.frames; ++t) {
    background_trace_(0, t) = 1 + 0.1 * in_time.at(fraction_of(t, plan_.frames));
  }
}

void SimulatedMovie::next_frame(float* pixels) {
  const double level = background_trace_(0, frame_);
  for (std::size_t p = 0; p < sum_.size(); ++p) {
    sum_[p] = level * background_(0, static_cast<Index>(p)) + plan_.noise * random_.normal();
  }
  for (std::size_t k = 0; k < cells_.size(); ++k) {
    const double calcium = traces_(static_cast<Index>(k), frame_);
    const Footprint& cell = cells_[k];
    for (std::size_t i = 0; i < cell.pixel.size(); ++i) {
      sum_[static_cast<std::size_t>(cell.pixel[i])] += calcium * cell.value[i];
    }
  }
  std::transform(sum_.begin(), sum_.end(), pixels,
                 [](double value) { return static_cast<float>(value); });
  ++frame_;
}

Factor SimulatedMovie::footprints() const {
  Factor dense = Factor::Zero(plan_.cells, plan_.shape.pixels());
  for (std::size_t k = 0; k < cells_.size(); ++k) {
    const Footprint& cell = cells_[k];
    for (std::size_t i = 0; i < cell.pixel.size(); ++i) {
      dense(static_cast<Index>(k), cell.pixel[i]) = cell.value[i];
    }
  }
  return dense;
}

}  // namespace hadal::cli
