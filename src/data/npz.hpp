#pragma once

#include <functional>
#include <string>

#include "source.hpp"

namespace hadal::io {

/// Calls `read` with the NPY file that an NPZ archive holds under the name `wanted`, or its only
/// one where the name is empty. Throws ArgumentError naming the arrays there are, where there is no
/// such one.
void with_npz_array(const Source& source, const std::string& wanted,
                    const std::function<void(const Source& array)>& read);

}  // namespace hadal::io
