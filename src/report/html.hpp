#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Small pieces of HTML that are safe whatever text they are given.
namespace hadal::html {

/// `text` for element content and quoted attributes.
std::string escape(std::string_view text);

/// `json` for a script element: no "<" is left that could end it.
std::string escape_json(std::string json);

/// `bytes` of a PNG as a data: address.
std::string png_address(const std::vector<unsigned char>& bytes);

}  // namespace hadal::html
