#pragma once

#include <algorithm>
#include <cstdlib>

namespace hadal::test {

/// How many random problems to try: `most`, or as many as HADAL_TEST_PROBLEMS says where that is
/// fewer, as under sanitizers.
inline int problem_count(int most) {
  const char* given = std::getenv("HADAL_TEST_PROBLEMS");
  return given ? std::min(most, std::atoi(given)) : most;
}

}  // namespace hadal::test
