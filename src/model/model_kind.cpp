#include <string>

#include "hadal/error.hpp"
#include "hadal/model/model_io.hpp"
#include "hdf5_reader.hpp"
#include "model_layout.hpp"
#include "reading.hpp"

namespace hadal {

ModelKind model_kind(const std::filesystem::path& path) {
  const hdf5::Session session;
  const hdf5::Reader root = hdf5::Reader::open(path);
  return hdf5::read_word(root, "format",
                         [](const std::string& text) { return layout::formats.value(text); });
}

}  // namespace hadal
