#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hadal/fit/tensor_fold.hpp"
#include "hadal/solve/options.hpp"

namespace hadal {

/// Where a tensor fit stands; see ResumePoint.
struct TensorResumePoint {
  double lambda = 0;
  std::vector<PathPoint> path;
  LoopState<TensorAtoms> state;
  std::vector<TensorFoldState> folds;
};

/// What decides the answer, in words: a checkpoint is good for exactly this.
std::string identity_of(const TensorEntries& entries, const TensorFitOptions& options);

void save_resume_point(const std::filesystem::path& file, const TensorResumePoint& point,
                       const std::string& identity);

/// Throws ModelError when the file is damaged or its factors are not those of this shape, and
/// ArgumentError when it belongs to other data or options: the message says which.
TensorResumePoint load_resume_point(const std::filesystem::path& file, const std::string& identity,
                                    const std::vector<Index>& shape);

}  // namespace hadal
