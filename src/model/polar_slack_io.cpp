#include "polar_slack_io.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string>

#include "hadal/data/tensor_entries.hpp"
#include "hadal/error.hpp"
#include "words.hpp"

namespace hadal {
namespace {

constexpr Words<NormTerm, 3> term_words{
    "norm term", {{{NormTerm::l1, "l1"}, {NormTerm::l2, "l2"}, {NormTerm::tv, "tv"}}}};

/// Matrices of one shape, one below the other.
SingleFactor stacked(const std::vector<SingleFactor>& parts) {
  if (parts.empty()) return {};
  const Index rows = parts.front().rows();
  SingleFactor all(rows * static_cast<Index>(parts.size()), parts.front().cols());
  for (std::size_t k = 0; k < parts.size(); ++k)
    all.middleRows(static_cast<Index>(k) * rows, rows) = parts[k];
  return all;
}

std::vector<SingleFactor> unstacked(const hdf5::Reader& group, const char* name, Index count) {
  const SingleFactor all = group.single_matrix(name);
  std::vector<SingleFactor> parts;
  if (all.size() == 0) return parts;
  if (count == 0 || all.rows() % count != 0) group.fail(name, "does not match the tree's leaves");
  const Index rows = all.rows() / count;
  for (Index k = 0; k < count; ++k) parts.emplace_back(all.middleRows(k * rows, rows));
  return parts;
}

void require_cover(const hdf5::Reader& group, const char* name, const SingleFactor& x) {
  if (!x.allFinite() || (x.size() > 0 && x.minCoeff() < 0))
    group.fail(name, "holds values that are negative or not finite");
}

void write_tree(const hdf5::Writer& group, const ConeTree& tree) {
  std::vector<std::int64_t> a, b;
  for (const ConeTree::Node& node : tree.nodes) {
    a.push_back(node.a);
    b.push_back(node.b);
  }
  group.attribute("on_rows", std::int64_t{tree.on_rows});
  group.attribute("level", tree.level);
  group.array("a", a);
  group.array("b", b);
  group.single_matrix("cover", stacked(tree.cover));
  group.single_matrix("gram_cover", stacked(tree.gram_cover));
}

ConeTree read_tree(const hdf5::Reader& group) {
  ConeTree tree;
  tree.on_rows = group.integer("on_rows") != 0;
  tree.level = group.real("level");
  if (!std::isfinite(tree.level) || tree.level < 0) group.fail("level", "is not a number >= 0");
  const auto a = group.integers("a"), b = group.integers("b");
  if (a.size() != b.size()) group.fail("b", "does not match a");
  Index leaves = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    constexpr std::int64_t most = 1 << 20;
    if (a[k] < -1 || a[k] > most || b[k] < -1 || b[k] > most) group.fail("a", "is not a ray");
    leaves += a[k] < 0;
    tree.nodes.push_back({static_cast<int>(a[k]), static_cast<int>(b[k])});
  }
  tree.cover = unstacked(group, "cover", leaves);
  tree.gram_cover = unstacked(group, "gram_cover", leaves);
  return tree;
}

TensorSplit read_split(const hdf5::Reader& group) {
  const auto modes = [&](const char* name) {
    const std::int64_t mask = group.integer(name);
    constexpr std::int64_t all = (1 << tensor_order_max) - 1;
    if (mask < 0 || mask > all) group.fail(name, fmt::format("is {}, expected 0 .. {}", mask, all));
    return static_cast<std::uint32_t>(mask);
  };
  return {modes("row_modes"), modes("divided_modes")};
}

}  // namespace

void write_slack(const hdf5::Writer& group, const PolarSlack& slack) {
  group.attribute("exponent", std::int64_t{slack.exponent});
  group.single_matrix("cover", slack.cover);
  group.single_matrix("gram_cover", slack.gram_cover);
  group.attribute("gram_on_rows", std::int64_t{slack.gram_on_rows});
  group.attribute("pieces", static_cast<std::int64_t>(slack.pieces.size()));
  for (std::size_t k = 0; k < slack.pieces.size(); ++k) {
    const SlackPiece& piece = slack.pieces[k];
    const hdf5::Writer member = group.group(fmt::format("piece{}", k).c_str());
    member.attribute("row", term_words.text(piece.row));
    member.attribute("column", term_words.text(piece.column));
    member.single_matrix("values", piece.values);
  }
  if (slack.split) {
    const hdf5::Writer split = group.group("split");
    split.attribute("row_modes", std::int64_t{slack.split->row_modes});
    split.attribute("divided_modes", std::int64_t{slack.split->divided_modes});
  }
  write_tree(group.group("tree"), slack.tree);
}

PolarSlack read_slack(const hdf5::Reader& group) {
  PolarSlack slack;
  const std::int64_t exponent = group.integer("exponent");
  if (std::abs(exponent) > 1100) group.fail("exponent", "is not from -1100 to 1100");
  slack.exponent = static_cast<int>(exponent);
  slack.cover = group.single_matrix("cover");
  require_cover(group, "cover", slack.cover);
  slack.gram_cover = group.single_matrix("gram_cover");
  require_cover(group, "gram_cover", slack.gram_cover);
  slack.gram_on_rows = group.integer("gram_on_rows") != 0;
  const std::int64_t pieces = group.integer("pieces");
  if (pieces < 0 || pieces > 8) group.fail("pieces", "is not from 0 to 8");
  for (std::int64_t k = 0; k < pieces; ++k) {
    const hdf5::Reader member = group.group(fmt::format("piece{}", k).c_str());
    const auto term = [&](const char* name) {
      try {
        return term_words.value(member.text(name));
      } catch (const ArgumentError& error) {
        member.fail(name, error.what());
      }
    };
    slack.pieces.push_back({term("row"), term("column"), member.single_matrix("values")});
    if (!slack.pieces.back().values.allFinite())
      member.fail("values", "holds values that are not finite");
  }
  if (group.has("split")) slack.split = read_split(group.group("split"));
  slack.tree = read_tree(group.group("tree"));
  return slack;
}

}  // namespace hadal
