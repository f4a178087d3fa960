#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "hadal/data/matrix_data.hpp"
#include "hadal/fit/matrix_fit.hpp"

namespace hadal::cli {

/// The options that name the matrices between coefficients and factors.
class DictionaryArguments {
 public:
  DictionaryArguments() = default;
  DictionaryArguments(const DictionaryArguments&) = delete;  // the options hold its address
  DictionaryArguments& operator=(const DictionaryArguments&) = delete;

  void add_to(CLI::App& app);

  /// Throws DataError for a file that cannot be read; before long work.
  void check_files() const;

  /// Reads or makes the dictionaries. The rows of a file that names them are put into the order of
  /// the data's rows (columns); others are in that order already. Throws ArgumentError or DataError
  /// saying what was given and what was expected.
  void apply(const MatrixData& data, MatrixFitOptions& options) const;

 private:
  std::string u_, v_;
};

}  // namespace hadal::cli
