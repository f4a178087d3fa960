#include "hadal/data/samples.hpp"

namespace hadal {

Index InputEncoding::inputs() const {
  Index count = 0;
  for (const InputColumn& column : columns) count += column.inputs();
  return count;
}

std::vector<std::string> InputEncoding::names() const {
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(inputs()));
  for (const InputColumn& column : columns) {
    if (column.categories.empty()) names.push_back(column.name);
    for (const std::string& category : column.categories)
      names.push_back(column.name + "=" + category);
  }
  return names;
}

}  // namespace hadal
