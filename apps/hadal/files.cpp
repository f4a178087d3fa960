#include "files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <system_error>

#include "hadal/data/write.hpp"
#include "hadal/error.hpp"

namespace hadal::cli {

namespace fs = std::filesystem;

void require_input(const fs::path& path, const std::string& what) {
  std::error_code error;
  if (fs::is_directory(path, error))
    throw DataError(fmt::format("{} '{}' is a folder: expected a file", what, path.string()));
  require_data(path, what);
}

void require_data(const fs::path& path, const std::string& what) {
  std::error_code error;
  if (!fs::exists(fs::status(path, error)))
    throw DataError(fmt::format("{} '{}' does not exist", what, path.string()));
  if (::access(path.c_str(), R_OK) != 0) {
    throw DataError(
        fmt::format("{} '{}' cannot be read: {}", what, path.string(), std::strerror(errno)));
  }
}

void require_output(const fs::path& path, const std::string& option,
                    const std::vector<fs::path>& others) {
  const auto refuse = [&](const std::string& reason) {
    throw ArgumentError(
        fmt::format("{} '{}' cannot be written: {}", option, path.string(), reason));
  };
  std::error_code error;
  if (path.empty()) refuse("expected a file name");
  if (fs::is_directory(path, error)) refuse("it is a folder, expected a file name");
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, error)) {
    refuse(fmt::format("there is no folder '{}'", folder.string()));
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    refuse(fmt::format("folder '{}': {}", folder.string(), std::strerror(errno)));
  }
  for (const auto& other : others) {
    if (path == other || fs::equivalent(path, other, error)) {
      refuse("another file of this command is in its place");
    }
  }
}

void require_extension(const fs::path& path, const std::string& option,
                       const std::vector<std::string>& accepted) {
  const std::string extension = extension_of(path);
  if (std::find(accepted.begin(), accepted.end(), extension) != accepted.end()) return;
  throw ArgumentError(fmt::format("{} '{}': expected a name that ends in {}", option, path.string(),
                                  fmt::join(accepted, ", ")));
}

void write_text(const fs::path& path, const std::string& text) {
  if (path.empty() || path == "-") {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout)) {
      throw Error(fmt::format("standard output: {}", std::strerror(errno)));
    }
    return;
  }
  write_atomically(path, [&](const fs::path& temporary) {
    std::ofstream stream(temporary, std::ios::binary);
    stream << text;
    if (!stream.flush()) throw Error(fmt::format("'{}' cannot be written", path.string()));
  });
}

std::string extension_of(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension;
}

}  // namespace hadal::cli
