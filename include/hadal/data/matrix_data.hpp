#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hadal/data/entries.hpp"

namespace hadal {

/// How a picture's pixels lie in a matrix: pixel (y, x) of channel c is entry (y, c * width + x),
/// so that a colour picture of height x width pixels is a height x (channels * width) matrix whose
/// columns share one row space. Values are the stored sample values, 0 .. 2^bit_depth - 1.
struct PictureShape {
  Index height = 0;
  Index width = 0;
  int channels = 1;   ///< 1 (grey) or 3 (red, green, blue)
  int bit_depth = 8;  ///< 8 or 16
};

/// How a movie's frames lie in a matrix: frame t is row t, and its pixel (y, x) is column
/// y * width + x. A single picture read as a movie is one row.
struct MovieShape {
  Index height = 0;
  Index width = 0;

  Index pixels() const { return height * width; }
};

/// A matrix to be completed, as read from a file: its observed entries, what its rows and columns
/// are called, and, where it is a picture or a movie, how to turn it back into one.
struct MatrixData {
  Entries entries;
  std::vector<std::string> row_labels;     ///< one per row; empty: rows are numbered from 0
  std::vector<std::string> column_labels;  ///< one per column; empty: numbered from 0
  std::string row_name = "row";            ///< header of the row identifiers, e.g. "userId"
  std::string column_name = "column";
  std::string value_name = "value";
  std::optional<PictureShape> picture;
  std::optional<MovieShape> movie;
};

}  // namespace hadal
