#pragma once

#include <CLI/CLI.hpp>
#include <array>
#include <filesystem>
#include <optional>
#include <string>

#include "hadal/data/matrix_data.hpp"
#include "hadal/fit/matrix_fit.hpp"

namespace hadal::cli {

/// The options that say how the factors are penalised and constrained.
class NormArguments {
 public:
  NormArguments() = default;
  NormArguments(const NormArguments&) = delete;  // the options hold its address
  NormArguments& operator=(const NormArguments&) = delete;

  void add_to(CLI::App& app);

  /// Fills in the norms, their graphs laid over the rows and columns of the data, or over the
  /// elements of the options' dictionaries.
  void apply(const MatrixData& data, MatrixFitOptions& options) const;

 private:
  using Shape = std::array<Index, 3>;
  struct Side {
    std::string norm = "l2";
    std::optional<Shape> shape;
    std::filesystem::path edges;
  };
  FactorNorm norm_of(const Side& side, const char* name, Index elements,
                     std::optional<Shape> natural) const;

  Side u_, v_;
  bool nonnegative_u_ = false, nonnegative_v_ = false;
};

}  // namespace hadal::cli
