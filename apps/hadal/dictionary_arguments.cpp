#include "dictionary_arguments.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <unordered_map>
#include <vector>

#include "arguments.hpp"
#include "files.hpp"
#include "hadal/data/read.hpp"

namespace hadal::cli {
namespace {

/// One side of the data.
struct Side {
  const char* option;
  const char* what;  ///< row or column
  Index count;
  const std::vector<std::string>& labels;
  const std::string& name;  ///< of the labels
};

struct Basis {
  DictionaryKind kind;
  std::optional<Index> elements;
};

/// "dct", "dct:20", "fourier" or "fourier:20"; nothing for anything else, which is a file.
std::optional<Basis> parse_basis(const std::string& text) {
  for (const DictionaryKind kind : {DictionaryKind::dct, DictionaryKind::fourier}) {
    const std::string word = to_string(kind);
    if (text == word) return Basis{kind, {}};
    if (text.rfind(word + ":", 0) != 0) continue;
    Index elements = 0;
    const char* end = text.data() + text.size();
    const auto result = std::from_chars(text.data() + word.size() + 1, end, elements);
    const bool whole = result.ec == std::errc() && result.ptr == end && elements > 0;
    return Basis{kind, whole ? elements : 0};
  }
  return std::nullopt;
}

std::string check_dictionary(std::string& text) {
  const std::optional<Basis> basis = parse_basis(text);
  if (text.empty() || (basis && basis->elements == 0))
    return fmt::format(
        "expected a file, dct, dct:K, fourier or fourier:K with a whole number K > 0, got '{}'",
        text);
  return "";
}

/// Text is dense CSV here, also where it could be triplets.
MatrixData read_rows(const std::string& file, const Side& side) {
  ReadOptions options;
  const std::string extension = extension_of(file);
  const bool array = extension == ".npy" || extension == ".npz" || extension == ".mtx";
  if (array) return read_matrix(file, options);
  options.format = FileFormat::dense_csv;
  MatrixData read = read_matrix(file, options);
  // A first column of numbers that has the name of the data's rows holds labels, not values.
  const bool named = !side.labels.empty() && read.row_labels.empty() &&
                     !read.column_labels.empty() && read.column_labels.front() == side.name;
  if (!named) return read;
  options.row_field = side.name;
  return read_matrix(file, options);
}

Factor dense_of(const std::string& file, const MatrixData& read) {
  const Entries& entries = read.entries;
  Factor dense = Factor::Zero(entries.rows, entries.columns);
  Eigen::Matrix<bool, Eigen::Dynamic, Eigen::Dynamic> seen(entries.rows, entries.columns);
  seen.setConstant(false);
  for (Index k = 0; k < entries.size(); ++k) {
    dense(entries.row[k], entries.column[k]) = entries.value[k];
    seen(entries.row[k], entries.column[k]) = true;
  }
  for (Index i = 0; i < dense.rows(); ++i)
    for (Index j = 0; j < dense.cols(); ++j)
      if (!seen(i, j))
        throw DataError(
            fmt::format("{}: the value in row {}, column {}, counted from 1, is missing; expected "
                        "a dictionary without missing values",
                        file, i + 1, j + 1));
  return dense;
}

/// The rows that the labels name, in the order of the data.
Factor in_order_of(const Side& side, const std::string& file, const MatrixData& read,
                   const Factor& dense) {
  std::unordered_map<std::string, Index> place;
  for (std::size_t i = 0; i < read.row_labels.size(); ++i)
    place.emplace(read.row_labels[i], static_cast<Index>(i));
  Factor ordered(side.count, dense.cols());
  for (Index i = 0; i < side.count; ++i) {
    const auto found = place.find(side.labels[static_cast<std::size_t>(i)]);
    if (found == place.end())
      throw DataError(fmt::format("{}: has no row for {} '{}' of the data; expected one for each",
                                  file, side.name, side.labels[static_cast<std::size_t>(i)]));
    ordered.row(i) = dense.row(found->second);
  }
  return ordered;
}

Dictionary read_dictionary(const std::string& file, const Side& side) {
  const MatrixData read = read_rows(file, side);
  Factor dense = dense_of(file, read);
  if (!read.row_labels.empty() && !side.labels.empty())
    dense = in_order_of(side, file, read, dense);
  if (dense.rows() != side.count)
    throw DataError(fmt::format("{}: has {} rows; expected {}, one for each {} of the data", file,
                                dense.rows(), side.count, side.what));
  try {
    return Dictionary(std::move(dense));
  } catch (const ArgumentError& error) {
    throw DataError(fmt::format("{}: {}", file, error.what()));
  }
}

Dictionary dictionary_of(const std::string& text, const Side& side) {
  if (text.empty()) return {};
  const std::optional<Basis> basis = parse_basis(text);
  if (!basis) return read_dictionary(text, side);
  try {
    return {basis->kind, side.count, basis->elements.value_or(side.count)};
  } catch (const ArgumentError& error) {
    throw ArgumentError(fmt::format("{} '{}': {}", side.option, text, error.what()));
  }
}

}  // namespace

void DictionaryArguments::add_to(CLI::App& app) {
  constexpr const char* group =
      "Dictionaries or features (X = sum of (A u)(B v)^T: the norms are of the coefficients u, v)";
  const auto option = [&](const char* name, std::string& text, const char* letter,
                          const char* what) {
    app.add_option(name, text,
                   fmt::format("{}: a dense CSV, NPY or Matrix Market file with one line for each "
                               "{} (its features, or side information), or a basis, K lowest "
                               "frequencies of it [none]",
                               letter, what))
        ->type_name("FILE|dct[:K]|fourier[:K]")
        ->check(CLI::Validator(check_dictionary, ""))
        ->group(group);
  };
  option("--dictionary-u", u_, "A", "row");
  option("--dictionary-v", v_, "B", "column");
}

void DictionaryArguments::check_files() const {
  if (!u_.empty() && !parse_basis(u_)) require_input(u_, "--dictionary-u");
  if (!v_.empty() && !parse_basis(v_)) require_input(v_, "--dictionary-v");
}

void DictionaryArguments::apply(const MatrixData& data, MatrixFitOptions& options) const {
  options.dictionary_u = dictionary_of(
      u_, {"--dictionary-u", "row", data.entries.rows, data.row_labels, data.row_name});
  options.dictionary_v = dictionary_of(
      v_, {"--dictionary-v", "column", data.entries.columns, data.column_labels, data.column_name});
}

}  // namespace hadal::cli
