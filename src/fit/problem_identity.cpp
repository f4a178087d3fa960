#include "problem_identity.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "hadal/error.hpp"

namespace hadal {
namespace {

std::vector<std::string_view> parts_of(std::string_view identity) {
  constexpr std::string_view separator = "; ";
  std::vector<std::string_view> parts;
  for (std::size_t end = 0; end != identity.npos;) {
    end = identity.find(separator);
    parts.push_back(identity.substr(0, end));
    if (end != identity.npos) identity.remove_prefix(end + separator.size());
  }
  return parts;
}

std::string only_in(std::string_view one, std::string_view other) {
  const std::vector<std::string_view> known = parts_of(other);
  std::vector<std::string_view> parts = parts_of(one);
  std::erase_if(parts, [&](std::string_view part) {
    return std::find(known.begin(), known.end(), part) != known.end();
  });
  return parts.empty() ? "nothing of the kind" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string in_words(const LambdaChoice& lambda) {
  if (lambda.kind == LambdaChoice::Kind::cross_validated)
    return fmt::format("lambda by {} folds{}", lambda.folds,
                       lambda.one_standard_error ? ", one standard error" : "");
  const bool given = lambda.kind == LambdaChoice::Kind::absolute;
  return fmt::format("lambda {}{}", given ? "" : "ratio ", lambda.value);
}

}  // namespace

std::string common_identity(const FitOptions& o) {
  const std::string threshold =
      o.huber_threshold > 0 ? fmt::format(" from {}", o.huber_threshold) : "";
  return fmt::format("loss {}{}; {}; seed {}", to_string(o.loss), threshold, in_words(o.lambda),
                     o.seed);
}

std::string identity_of(const FactorNorm& norm) {
  std::string text = to_string(norm) + (norm.nonnegative ? " >= 0" : "");
  if (norm.tv > 0)
    text += fmt::format(" over {} elements with {} edges", fmt::join(norm.graph.shape, " x "),
                        norm.graph.edges.size());
  return text;
}

void require_same_problem(const std::filesystem::path& checkpoint, const std::string& saved,
                          const std::string& fitted) {
  if (saved == fitted) return;
  throw ArgumentError(
      fmt::format("{}: the checkpoint is of another problem, with {} where this fit has {}; "
                  "expected the same data and options",
                  checkpoint.string(), only_in(saved, fitted), only_in(fitted, saved)));
}

}  // namespace hadal
