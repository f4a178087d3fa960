#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hadal::io {

/// Numbers identifiers in order of first appearance, and then in an order that does not depend on
/// it: by number where every identifier is a string of digits, by bytes otherwise.
class Labels {
 public:
  /// The number of `label`, a new one where it is new.
  std::int32_t index_of(std::string_view label);

  std::size_t size() const { return index_.size(); }
  /// True when `index_of` was last called with a label not seen before.
  bool last_was_new() const { return last_was_new_; }

  /// The labels in their final order; `rank[i]` becomes the final position of number i.
  std::vector<std::string> sorted(std::vector<std::int32_t>& rank) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Map = std::unordered_map<std::string, std::int32_t, Hash, std::equal_to<>>;

  void remember(std::size_t number, std::int32_t index);

  Map index_;
  std::vector<std::int32_t> by_number_;    ///< of labels that are short numbers: saves the hashing
  const Map::value_type* last_ = nullptr;  ///< files are often sorted: most labels repeat the last
  bool last_was_new_ = false;
};

}  // namespace hadal::io
