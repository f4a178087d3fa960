#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace hadal::cli {

/// Throws DataError unless `path` is a file that can be opened for reading; `what` names its part,
/// e.g. "model file".
void require_input(const std::filesystem::path& path, const std::string& what);

/// The same of what may be a folder, too: one of pictures.
void require_data(const std::filesystem::path& path, const std::string& what);

/// Throws ArgumentError unless a file can be written to `path`, which `option` gave: its folder
/// exists and may be written to, and neither a folder nor one of `others` is in its place.
/// Long work comes after this check, not before.
void require_output(const std::filesystem::path& path, const std::string& option,
                    const std::vector<std::filesystem::path>& others = {});

/// Throws ArgumentError unless `path`, which `option` gave, ends in one of `accepted`.
void require_extension(const std::filesystem::path& path, const std::string& option,
                       const std::vector<std::string>& accepted);

/// Writes `text` to `path` atomically, or to standard output where `path` is "-" or empty.
void write_text(const std::filesystem::path& path, const std::string& text);

/// The extension in small letters, e.g. ".csv".
std::string extension_of(const std::filesystem::path& path);

}  // namespace hadal::cli
