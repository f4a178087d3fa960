#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>

/// The checker is worth something only if it shares nothing with what it checks.
namespace {

namespace fs = std::filesystem;

fs::path root() { return fs::path(__FILE__).parent_path().parent_path().parent_path(); }

/// The project's headers that `file` names, found in its own folder or an include folder.
std::set<fs::path> included(const fs::path& file) {
  static const std::regex include(R"(^\s*#\s*include\s*["<]([^">]+)[">])");
  std::set<fs::path> found;
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (!std::regex_search(line, match, include)) continue;
    const std::string name = match[1];
    for (const fs::path& folder :
         {file.parent_path(), root() / "include", root() / "verify" / "include", root() / "src"})
      if (fs::is_regular_file(folder / name)) found.insert(fs::canonical(folder / name));
  }
  return found;
}

std::set<fs::path> reached_from_verify() {
  std::set<fs::path> reached, waiting;
  for (const auto& entry : fs::recursive_directory_iterator(root() / "verify"))
    if (const auto kind = entry.path().extension(); kind == ".cpp" || kind == ".hpp")
      waiting.insert(fs::canonical(entry.path()));
  while (!waiting.empty()) {
    const fs::path file = *waiting.begin();
    waiting.erase(waiting.begin());
    if (!reached.insert(file).second) continue;
    for (const fs::path& next : included(file)) waiting.insert(next);
  }
  return reached;
}

bool passes_through(const fs::path& file, const std::set<std::string>& folders) {
  for (const fs::path& part : file)
    if (folders.contains(part.string())) return true;
  return false;
}

TEST(IncludeGraph, the_checker_reaches_no_part_of_the_solver) {
  const std::set<std::string> forbidden{"solve", "descent", "certify", "kernel",
                                        "atom",  "loss",    "fit"};
  const auto reached = reached_from_verify();
  EXPECT_GT(reached.size(), 15u) << "the walk has to find the checker's own files";
  EXPECT_TRUE(reached.contains(fs::canonical(root() / "include/hadal/model/matrix_model.hpp")));
  for (const fs::path& file : reached)
    EXPECT_FALSE(passes_through(fs::relative(file, root()), forbidden)) << file;
}

}  // namespace
