#include <cmath>
#include <vector>

#include "checks.hpp"

namespace hadal::verify {
namespace {

/// Weighted sums over the entries of one row, one column, or all.
struct Mean {
  Real weight = 0, sum = 0, size = 0;  ///< size: the sum over absolute values

  void add(double w, Real value, Real magnitude) {
    weight += w;
    sum += w * value;
    size += w * magnitude;
  }
  Real value() const { return weight > 0 ? sum / weight : 0; }
  Real magnitude() const { return weight > 0 ? size / weight : 0; }
};

/// The largest disagreement between stored and expected numbers, relative to their size.
struct Worst {
  double stored = 0, expected = 0;
  Real excess = -1;

  void see(double stored_value, Real expected_value, Real size) {
    const Real difference = std::abs(stored_value - expected_value);
    const Real relative = size > 0 ? difference / size : (difference > 0 ? Real{1} : Real{0});
    if (relative > excess || std::isnan(relative)) {
      stored = stored_value;
      expected = static_cast<double>(expected_value);
      excess = relative;
    }
  }
};

class MeanOffsets {
 public:
  MeanOffsets(const Problem& problem, const EachEntry& each) : problem_(problem), each_(each) {}

  Worst global() const {
    Mean mean;
    each_([&](Index, Index, double w, double y) { mean.add(w, y, std::abs(y)); });
    Worst worst;
    worst.see(problem_.offset.global, mean.value(), mean.magnitude());
    return worst;
  }

  /// Row (or column) means of what the global mean leaves.
  Worst lines(bool by_row) const {
    const Vector& stored = by_row ? problem_.offset.row : problem_.offset.column;
    const double global = problem_.offset.global;
    std::vector<Mean> means(static_cast<std::size_t>(stored.size()));
    each_([&](Index i, Index j, double w, double y) {
      means[static_cast<std::size_t>(by_row ? i : j)].add(w, Real{y} - global,
                                                          std::abs(y) + std::abs(global));
    });
    Worst worst;
    for (std::size_t i = 0; i < means.size(); ++i)
      worst.see(stored[static_cast<Index>(i)], means[i].value(), means[i].magnitude());
    return worst;
  }

  /// Optimality of a least-squares fit of global + row + column effects: the residuals of every row
  /// and column average to zero. Lines without entries have effect 0.
  Worst both() const {
    const Offset& offset = problem_.offset;
    std::vector<Mean> rows(static_cast<std::size_t>(problem_.rows));
    std::vector<Mean> columns(static_cast<std::size_t>(problem_.columns));
    each_([&](Index i, Index j, double w, double y) {
      const Real rest = Real{y} - offset.global - offset.row[i] - offset.column[j];
      const Real size = std::abs(y) + std::abs(offset.global) + std::abs(offset.row[i]) +
                        std::abs(offset.column[j]);
      rows[static_cast<std::size_t>(i)].add(w, rest, size);
      columns[static_cast<std::size_t>(j)].add(w, rest, size);
    });
    Worst worst;
    const auto see = [&](const std::vector<Mean>& means, const Vector& stored) {
      for (std::size_t i = 0; i < means.size(); ++i) {
        const double effect = stored[static_cast<Index>(i)];
        if (means[i].weight > 0)
          worst.see(effect, effect + means[i].value(), means[i].magnitude());
        else
          worst.see(effect, 0, 0);
      }
    };
    see(rows, offset.row);
    see(columns, offset.column);
    return worst;
  }

 private:
  const Problem& problem_;
  const EachEntry& each_;
};

}  // namespace

void check_mean_offsets(const Problem& problem, const EachEntry& each, const Options& options,
                        Checks& checks) {
  const auto add = [&](const char* name, const Worst& worst, double slack) {
    checks.add(name, problem.scaling.to_data(worst.stored), problem.scaling.to_data(worst.expected),
               worst.excess <= slack, "the stored offset is not the mean computed from the data");
  };
  // A least-squares fit is iterated, a mean is not.
  constexpr double fitted_slack = 1e-8;
  const MeanOffsets offsets(problem, each);
  switch (problem.offset.terms) {
    case OffsetTerms::none:
      break;
    case OffsetTerms::global:
      add("global offset", offsets.global(), options.figure_tolerance);
      break;
    case OffsetTerms::rows:
      add("global offset", offsets.global(), options.figure_tolerance);
      add("row offsets", offsets.lines(true), options.figure_tolerance);
      break;
    case OffsetTerms::columns:
      add("global offset", offsets.global(), options.figure_tolerance);
      add("column offsets", offsets.lines(false), options.figure_tolerance);
      break;
    case OffsetTerms::both:
      add("row and column offsets", offsets.both(), fitted_slack);
      break;
  }
}

}  // namespace hadal::verify
