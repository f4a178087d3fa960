#include "npy_header.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>
#include <charconv>
#include <string_view>

namespace hadal::io {
namespace {

constexpr std::string_view magic = "\x93NUMPY";

/// Reads the header's Python dictionary {'descr': '<f8', 'fortran_order': False, 'shape': (2, 3),
/// }.
class DictionaryParser {
 public:
  DictionaryParser(const Source& source, std::size_t first, std::size_t last)
      : source_(source), position_(first), last_(last) {}

  void parse(NpyHeader& header) {
    bool has_descr = false, has_order = false, has_shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr" && !has_descr) {
        parse_type(header);
        has_descr = true;
      } else if (key == "fortran_order" && !has_order) {
        header.fortran_order = boolean();
        has_order = true;
      } else if (key == "shape" && !has_shape) {
        header.shape = tuple();
        has_shape = true;
      } else {
        fail(fmt::format("key {}", shown(key)), "'descr', 'fortran_order' and 'shape', once each");
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_blanks();
    if (position_ != last_) fail("text after the header's '}'", "none");
    if (!has_descr || !has_order || !has_shape) {
      fail("a header without one of its keys", "'descr', 'fortran_order' and 'shape'");
    }
  }

 private:
  [[noreturn]] void fail(std::string_view found, std::string_view expected) const {
    refuse_byte(source_, position_, fmt::format("{}: expected {}", found, expected));
  }

  char peek() const { return position_ < last_ ? source_.bytes[position_] : '\0'; }

  void skip_blanks() {
    while (position_ < last_ && (peek() == ' ' || peek() == '\n')) ++position_;
  }

  bool accept(char c) {
    skip_blanks();
    if (peek() != c) return false;
    ++position_;
    return true;
  }

  void expect(char c) {
    if (!accept(c)) fail(shown(source_.bytes.substr(position_, 1)), fmt::format("'{}'", c));
  }

  std::string_view quoted() {
    const char quote = accept('"') ? '"' : (expect('\''), '\'');
    const std::size_t end = source_.bytes.substr(0, last_).find(quote, position_);
    if (end == std::string_view::npos) fail("text without a closing quote", "one");
    const std::string_view text = source_.bytes.substr(position_, end - position_);
    position_ = end + 1;
    return text;
  }

  bool boolean() {
    skip_blanks();
    for (const std::string_view word : {std::string_view("True"), std::string_view("False")}) {
      if (source_.bytes.substr(position_, last_ - position_).starts_with(word)) {
        position_ += word.size();
        return word == "True";
      }
    }
    fail("'fortran_order'", "True or False");
  }

  std::vector<std::uint64_t> tuple() {
    std::vector<std::uint64_t> values;
    expect('(');
    while (!accept(')')) {
      values.push_back(whole_number());
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return values;
  }

  std::uint64_t whole_number() {
    skip_blanks();
    std::uint64_t value = 0;
    const char* first = source_.bytes.data() + position_;
    const auto [end, code] = std::from_chars(first, source_.bytes.data() + last_, value);
    if (code != std::errc()) fail("a size in 'shape'", "a whole number from 0 to 2^64 - 1");
    position_ += static_cast<std::size_t>(end - first);
    if (peek() == 'L') ++position_;  // as written by Python 2
    return value;
  }

  void parse_type(NpyHeader& header) {
    constexpr std::string_view expected =
        "a plain type: f4, f8, i1, i2, i4, i8, u1, u2, u4, u8 or b1, in either byte order";
    skip_blanks();
    if (peek() != '\'' && peek() != '"') fail("a structured 'descr'", expected);
    const std::string_view descr = quoted();
    const auto refuse_type = [&] { fail(fmt::format("'descr' {}", shown(descr)), expected); };
    if (descr.size() != 3) refuse_type();
    header.byte_order = descr[0];
    header.kind = descr[1];
    header.item_size = static_cast<std::size_t>(descr[2] - '0');
    const std::string_view type = descr.substr(1);
    const bool integer = (header.kind == 'i' || header.kind == 'u') &&
                         (descr[2] == '1' || descr[2] == '2' || descr[2] == '4' || descr[2] == '8');
    const bool known = integer || type == "f4" || type == "f8" || type == "b1";
    const bool ordered = descr[0] == '<' || descr[0] == '>';
    if (!known || !(ordered || (descr[0] == '|' && header.item_size == 1))) refuse_type();
  }

  const Source& source_;
  std::size_t position_;
  std::size_t last_;
};

}  // namespace

NpyHeader parse_npy_header(const Source& source) {
  const std::string_view bytes = source.bytes;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (!bytes.starts_with(magic))
    refuse(source, "does not begin with '\\x93NUMPY': not an NPY file");
  const auto require = [&](std::size_t length) {
    if (bytes.size() >= length) return;
    refuse(source, fmt::format("ends after {} bytes, inside the header: expected at least {}",
                               bytes.size(), length));
  };
  require(10);
  const unsigned version = byte(6);
  if (version < 1 || version > 3 || byte(7) != 0) {
    refuse_byte(source, 6,
                fmt::format("NPY version {}.{}: expected 1.0, 2.0 or 3.0", version, byte(7)));
  }
  NpyHeader header;
  std::size_t first = 10;
  std::size_t length = byte(8) + (std::size_t{byte(9)} << 8);
  if (version > 1) {
    first = 12;
    require(first);
    length += (std::size_t{byte(10)} << 16) + (std::size_t{byte(11)} << 24);
  }
  header.data_offset = first + length;
  require(header.data_offset);
  DictionaryParser(source, first, header.data_offset).parse(header);
  return header;
}

std::string npy_header(std::span<const Index> shape) {
  constexpr std::size_t alignment = 64, fixed = 10;
  const char order = std::endian::native == std::endian::big ? '>' : '<';
  std::string dictionary =
      fmt::format("{{'descr': '{}f8', 'fortran_order': False, 'shape': ({}{}), }}", order,
                  fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
  while ((fixed + dictionary.size() + 1) % alignment != 0) dictionary += ' ';
  dictionary += '\n';
  std::string header("\x93NUMPY\1\0", 8);
  header += static_cast<char>(dictionary.size() & 0xFF);
  header += static_cast<char>(dictionary.size() >> 8);
  return header + dictionary;
}

}  // namespace hadal::io
