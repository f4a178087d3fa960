#include "checks.hpp"

#include <cmath>
#include <utility>

namespace hadal::verify {

void Checks::add(std::string name, double claimed, double found, bool passed, std::string remark) {
  checks_.push_back(
      {std::move(name), claimed, found, passed, passed ? std::string() : std::move(remark)});
}

void Checks::equal(std::string name, double claimed, double found, double slack,
                   std::string remark) {
  // A slack in proportion to what is found would forgive anything where that has overflowed.
  const bool passed =
      std::isfinite(found) && std::isfinite(slack) && std::abs(claimed - found) <= slack;
  add(std::move(name), claimed, found, passed, std::move(remark));
}

void Checks::note(std::string name, std::string remark) {
  checks_.push_back({std::move(name), 0, 0, true, std::move(remark)});
}

bool Checks::all_passed() const {
  for (const Check& check : checks_)
    if (!check.passed) return false;
  return true;
}

}  // namespace hadal::verify
