#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hadal/atom/rank_one.hpp"
#include "hadal/fit/matrix_fold.hpp"
#include "hadal/solve/options.hpp"

namespace hadal {

/// Where a fit stands: the chosen lambda (0: not chosen yet), how it was chosen, the loop's state;
/// and while a cross-validation is choosing lambda, what each of its folds has done.
struct ResumePoint {
  double lambda = 0;
  std::vector<PathPoint> path;
  LoopState<RankOneAtoms> state;
  std::vector<FoldState> folds;
};

/// What decides the answer, in words: a checkpoint is good for exactly this.
std::string identity_of(const Entries& entries, const MatrixFitOptions& options);

void save_resume_point(const std::filesystem::path& file, const ResumePoint& point,
                       const std::string& identity);

/// Throws ModelError when the file is damaged or its factors are not rows x r and columns x r, and
/// ArgumentError when it belongs to other data or options: the message says which.
ResumePoint load_resume_point(const std::filesystem::path& file, const std::string& identity,
                              Index rows, Index columns);

}  // namespace hadal
