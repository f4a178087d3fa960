#include "hadal/fit/tensor_resume.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>
#include <utility>

#include "hadal/error.hpp"
#include "hadal/model/tensor_checkpoint.hpp"
#include "problem_identity.hpp"

namespace hadal {
namespace {

TensorFoldCheckpoint as_saved(const TensorFoldState& state) {
  TensorFoldCheckpoint fold;
  for (const auto& [ratio, point, penalised_error] : state.done) {
    fold.points.push_back({ratio, point.size, point.objective, point.relative_gap,
                           point.held_out_error, std::numeric_limits<double>::quiet_NaN()});
    fold.penalised_errors.push_back(penalised_error);
  }
  for (const auto& [ratio, atoms] : state.recent) fold.starts.push_back({ratio, atoms.factors});
  return fold;
}

TensorFoldState as_it_was(TensorFoldCheckpoint fold) {
  TensorFoldState state;
  for (std::size_t k = 0; k < fold.points.size(); ++k) {
    const PathPoint& p = fold.points[k];
    state.done.push_back({p.lambda,
                          {p.size, p.objective, p.relative_gap, p.validation_error, 0, false},
                          fold.penalised_errors[k]});
  }
  for (TensorFoldCheckpoint::Start& start : fold.starts)
    state.recent.push_back({start.ratio, {std::move(start.factors)}});
  return state;
}

}  // namespace

// The sums tell data apart that agree in shape; limits, tolerance and threads may change between
// the runs.
std::string identity_of(const TensorEntries& entries, const TensorFitOptions& o) {
  double values = 0, places = 0, weights = 0;
  for (Index k = 0; k < entries.size(); ++k) {
    const auto n = static_cast<std::size_t>(k);
    const double place =
        1 + static_cast<double>((static_cast<std::uint64_t>(k) * 2654435761) & 0xffff);
    values += place * entries.value[n];
    for (std::size_t m = 0; m < entries.index.size(); ++m)
      places += place * static_cast<double>(2 * m + 1) * entries.index[m][n];
    if (!entries.weight.empty()) weights += place * entries.weight[n];
  }
  std::string norms;
  for (const FactorNorm& norm : o.norms) norms += (norms.empty() ? "" : ", ") + identity_of(norm);
  const bool judges =
      o.lambda.kind == LambdaChoice::Kind::cross_validated && o.refit != TensorRefitChoice::none;
  return fmt::format(
      "tensor of {} with {} entries (sums {} {} {}); {}; norms {}{}",
      fmt::join(entries.shape, " x "), entries.size(), values, places, weights, common_identity(o),
      norms,
      (judges ? fmt::format("; refits judged {}", static_cast<int>(o.refit)) : "") +
          (o.categories.empty() ? ""
                                : fmt::format("; categories {}", fmt::join(o.categories, " "))));
}

void save_resume_point(const std::filesystem::path& file, const TensorResumePoint& point,
                       const std::string& identity) {
  const LoopState<TensorAtoms>& state = point.state;
  TensorCheckpoint c;
  c.problem = identity;
  c.lambda = point.lambda;
  c.path = point.path;
  c.factors = state.atoms.factors;
  c.found = state.found.factors;
  c.collected = state.collected;
  c.iteration = state.iteration;
  c.idle = state.idle;
  c.thorough = state.thorough;
  c.reduction = state.reduction;
  c.lower_bound = state.lower_bound;
  c.passes = state.passes;
  c.seconds = state.seconds;
  c.trace = state.trace;
  for (const TensorFoldState& fold : point.folds) c.folds.push_back(as_saved(fold));
  save_checkpoint(file, c);
}

TensorResumePoint load_resume_point(const std::filesystem::path& file, const std::string& identity,
                                    const std::vector<Index>& shape) {
  TensorCheckpoint c = load_tensor_checkpoint(file);
  require_same_problem(file, c.problem, identity);
  std::vector<Index> sizes;
  for (const Factor& factor : c.factors) sizes.push_back(factor.rows());
  if (sizes != shape)
    throw ModelError(fmt::format("{}: factors of a tensor of {}; expected {}", file.string(),
                                 fmt::join(sizes, " x "), fmt::join(shape, " x ")));
  TensorResumePoint point;
  point.lambda = c.lambda;
  point.path = std::move(c.path);
  LoopState<TensorAtoms>& state = point.state;
  state.atoms = {std::move(c.factors)};
  state.found = {std::move(c.found)};
  state.collected = std::move(c.collected);
  state.iteration = static_cast<int>(c.iteration);
  state.idle = static_cast<int>(c.idle);
  state.thorough = c.thorough != 0;
  state.reduction = c.reduction;
  state.lower_bound = c.lower_bound;
  state.passes = c.passes;
  state.seconds = c.seconds;
  state.trace = std::move(c.trace);
  for (TensorFoldCheckpoint& fold : c.folds) point.folds.push_back(as_it_was(std::move(fold)));
  return point;
}

}  // namespace hadal
