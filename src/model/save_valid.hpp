#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <string_view>

#include "hadal/data/write.hpp"
#include "hadal/error.hpp"
#include "model_checks.hpp"

namespace hadal {

/// Writes a model with `write_file`, to a temporary that is then renamed. Throws ArgumentError
/// where it is none that could be read again.
template <class Model, class WriteFile>
void save_valid(const std::filesystem::path& path, const Model& model,
                const WriteFile& write_file) {
  require_valid(model, [&](std::string_view field, std::string_view message) {
    throw ArgumentError(
        fmt::format("the model for {} is invalid: {} {}", path.string(), field, message));
  });
  write_atomically(path,
                   [&](const std::filesystem::path& temporary) { write_file(temporary, model); });
}

}  // namespace hadal
