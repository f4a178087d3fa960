#include "fit_memory.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "hadal/data/memory.hpp"
#include "hadal/solve/options.hpp"

namespace hadal {
namespace {

std::uint64_t count(Index n) { return static_cast<std::uint64_t>(n); }

}  // namespace

std::uint64_t memory_of_fit(const Entries& entries, const MatrixFitOptions& options) {
  constexpr std::uint64_t number = sizeof(double);
  const std::uint64_t scores = std::max<std::uint64_t>(1, options.categories.size());
  const std::uint64_t observed = count(entries.size()) * scores;
  const std::uint64_t rows = count(entries.rows), columns = count(entries.columns) * scores;
  const bool full = observed == rows * columns;

  // Data and residual, and where they stand: four bytes an entry and an index for every line.
  const std::uint64_t of_entries = observed * (2 * number + (full ? 0 : 4));
  const std::uint64_t of_lines = full ? 0 : (rows + columns) * sizeof(Index);

  // Unknowns are those of the coefficients where there is a dictionary. The first search returns as
  // many atoms as the loop appends at once, if there are so many, out of a Lanczos basis on the
  // smaller side of twice as many vectors.
  const auto unknowns = [](const Dictionary& dictionary, std::uint64_t lines) {
    return dictionary.given() ? count(dictionary.elements()) : lines;
  };
  const std::uint64_t u = unknowns(options.dictionary_u, rows);
  const std::uint64_t v = unknowns(options.dictionary_v, columns);
  const std::uint64_t smaller = std::min(u, v), wanted = count(SolveOptions{}.first_growth);
  const bool plain = options.norm_u.plain() && options.norm_v.plain();
  const std::uint64_t atoms = std::min({wanted, smaller, observed}) * (u + v);
  const std::uint64_t basis = plain ? std::min(2 * wanted, smaller) * smaller : 0;
  return of_entries + of_lines + (atoms + basis) * number;
}

void require_memory_of_fit(const Entries& entries, const MatrixFitOptions& options) {
  require_memory(memory_of_fit(entries, options),
                 fmt::format("a fit of a {} x {} matrix with {} observed entries", entries.rows,
                             entries.columns, entries.size()));
}

}  // namespace hadal
