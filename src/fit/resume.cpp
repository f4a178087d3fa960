#include "hadal/fit/resume.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>
#include <utility>

#include "hadal/error.hpp"
#include "hadal/model/checkpoint.hpp"
#include "problem_identity.hpp"

namespace hadal {

namespace {

std::string identity_of(const Dictionary& dictionary) {
  std::string text = fmt::format("{} of {}", to_string(dictionary.kind()), dictionary.elements());
  if (dictionary.kind() != DictionaryKind::matrix) return text;
  double sum = 0;
  const Factor& a = dictionary.matrix();
  for (Index k = 0; k < a.size(); ++k) sum += (1 + static_cast<double>(k % 65537)) * a.data()[k];
  return text + fmt::format(" (sum {})", sum);
}

FoldCheckpoint as_saved(const FoldState& state) {
  FoldCheckpoint fold;
  for (const auto& [ratio, point, penalised_error] : state.done) {
    fold.points.push_back({ratio, point.size, point.objective, point.relative_gap,
                           point.held_out_error, std::numeric_limits<double>::quiet_NaN()});
    fold.penalised_errors.push_back(penalised_error);
    fold.parts_kept.push_back(point.parts_kept);
    fold.overfits.push_back(point.overfits);
  }
  for (const auto& [ratio, atoms] : state.recent) fold.starts.push_back({ratio, atoms.u, atoms.v});
  return fold;
}

FoldState as_it_was(FoldCheckpoint fold) {
  FoldState state;
  for (std::size_t k = 0; k < fold.points.size(); ++k) {
    const PathPoint& p = fold.points[k];
    const FoldPoint point{.size = p.size,
                          .objective = p.objective,
                          .relative_gap = p.relative_gap,
                          .held_out_error = p.validation_error,
                          .parts_kept = fold.parts_kept[k],
                          .overfits = fold.overfits[k] != 0};
    state.done.push_back({p.lambda, point, fold.penalised_errors[k]});
  }
  for (FoldCheckpoint::Start& start : fold.starts)
    state.recent.push_back({start.ratio, {std::move(start.u), std::move(start.v)}});
  return state;
}

/// Whether refits decide which lambda is best.
bool judges_refits(const MatrixFitOptions& o) {
  return o.lambda.kind == LambdaChoice::Kind::cross_validated &&
         o.refit == RefitChoice::automatic && !(o.norm_u.plain() && o.norm_v.plain());
}

}  // namespace

// The sums tell data apart that agree in shape; limits, tolerance and threads may change between
// the runs.
std::string identity_of(const Entries& entries, const MatrixFitOptions& o) {
  double values = 0, places = 0, weights = 0;
  for (Index k = 0; k < entries.size(); ++k) {
    const double place =
        1 + static_cast<double>((static_cast<std::uint64_t>(k) * 2654435761) & 0xffff);
    values += place * entries.value[k];
    places += place * (entries.row[k] + 3.0 * entries.column[k]);
    if (!entries.weight.empty()) weights += place * entries.weight[k];
  }
  const std::string ridge = o.offset_policy == OffsetPolicy::free
                                ? fmt::format(", free with ridge {}", o.offset_ridge)
                                : "";
  constexpr const char* terms[] = {"none", "global", "rows", "columns", "both"};
  return fmt::format(
             "{} x {} matrix with {} entries (sums {} {} {}); {}; offset {}{}; "
             "counts to the power {}; norms {} and {}; dictionaries {} and {}",
             entries.rows, entries.columns, entries.size(), values, places, weights,
             common_identity(o), terms[static_cast<int>(o.offset_terms())], ridge, o.norm_alpha,
             identity_of(o.norm_u), identity_of(o.norm_v), identity_of(o.dictionary_u),
             identity_of(o.dictionary_v)) +
         (judges_refits(o) ? "; refits judged" : "") +
         (o.categories.empty() ? "" : fmt::format("; categories {}", fmt::join(o.categories, " ")));
}

void save_resume_point(const std::filesystem::path& file, const ResumePoint& point,
                       const std::string& identity) {
  const LoopState<RankOneAtoms>& state = point.state;
  MatrixCheckpoint c;
  c.problem = identity;
  c.lambda = point.lambda;
  c.path = point.path;
  c.u = state.atoms.u;
  c.v = state.atoms.v;
  c.found_u = state.found.u;
  c.found_v = state.found.v;
  c.collected = state.collected;
  c.iteration = state.iteration;
  c.idle = state.idle;
  c.thorough = state.thorough;
  c.reduction = state.reduction;
  c.lower_bound = state.lower_bound;
  c.passes = state.passes;
  c.seconds = state.seconds;
  c.trace = state.trace;
  for (const FoldState& fold : point.folds) c.folds.push_back(as_saved(fold));
  save_checkpoint(file, c);
}

ResumePoint load_resume_point(const std::filesystem::path& file, const std::string& identity,
                              Index rows, Index columns) {
  MatrixCheckpoint c = load_checkpoint(file);
  require_same_problem(file, c.problem, identity);
  if (c.u.rows() != rows || c.v.rows() != columns) {
    throw ModelError(fmt::format("{}: factors of {} rows and {} columns; expected {} and {}",
                                 file.string(), c.u.rows(), c.v.rows(), rows, columns));
  }
  ResumePoint point;
  point.lambda = c.lambda;
  point.path = std::move(c.path);
  LoopState<RankOneAtoms>& state = point.state;
  state.atoms = {std::move(c.u), std::move(c.v)};
  state.found = {std::move(c.found_u), std::move(c.found_v)};
  state.collected = std::move(c.collected);
  state.iteration = static_cast<int>(c.iteration);
  state.idle = static_cast<int>(c.idle);
  state.thorough = c.thorough != 0;
  state.reduction = c.reduction;
  state.lower_bound = c.lower_bound;
  state.passes = c.passes;
  state.seconds = c.seconds;
  state.trace = std::move(c.trace);
  for (FoldCheckpoint& fold : c.folds) point.folds.push_back(as_it_was(std::move(fold)));
  return point;
}

}  // namespace hadal
