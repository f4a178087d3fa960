#include "hadal/data/write.hpp"

#include <rapidcheck.h>
#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <set>

#include "support.hpp"

namespace hadal {
namespace {

namespace fs = std::filesystem;
using test::as;
using test::dense;
using test::matrix;
using test::message_of;
using test::missing;
using test::same;
using testing::HasSubstr;

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

fs::path new_folder(const std::string& name) {
  const fs::path folder = test::temporary(name);
  fs::create_directories(folder);
  return folder;
}

TEST(WriteAtomically, ReplacesTheFileAndLeavesNothingElse) {
  const fs::path folder = new_folder("replace"), path = folder / "file.txt";
  for (const std::string text : {"first", "second"}) {
    write_atomically(path, [&](const fs::path& temporary) {
      EXPECT_EQ(temporary.parent_path(), folder);
      EXPECT_NE(temporary, path);
      std::ofstream(temporary) << text;
    });
    EXPECT_EQ(test::read_file(path), text);
  }
  EXPECT_EQ(files_in(folder), 1u);
}

TEST(WriteAtomically, AFailureLeavesTheOldFile) {
  const fs::path folder = new_folder("failure"), path = folder / "file.txt";
  std::ofstream(path) << "old";
  const auto fail = [&](const fs::path& temporary) {
    std::ofstream(temporary) << "half of the n";
    throw std::runtime_error("no more");
  };
  EXPECT_THROW(write_atomically(path, fail), std::runtime_error);
  EXPECT_EQ(test::read_file(path), "old");
  EXPECT_EQ(files_in(folder), 1u);
}

TEST(WriteAtomically, FollowsALink) {
  const fs::path folder = new_folder("link");
  std::ofstream(folder / "target.txt") << "old";
  fs::create_symlink("target.txt", folder / "link.txt");
  write_atomically(folder / "link.txt",
                   [](const fs::path& temporary) { std::ofstream(temporary) << "new"; });
  EXPECT_TRUE(fs::is_symlink(folder / "link.txt"));
  EXPECT_EQ(test::read_file(folder / "target.txt"), "new");
}

TEST(WriteAtomically, NamesThePathThatCannotBeWritten) {
  EXPECT_THAT(message_of<Error>([] { write_npy("/no/such/folder/a.npy", Factor::Ones(1, 1)); }),
              HasSubstr("No such file or directory"));
  EXPECT_THAT(message_of<Error>([] { write_npy("/dev/null", Factor::Ones(1, 1)); }),
              HasSubstr("/dev/null: is not a regular file"));
  const fs::path folder = new_folder("a_folder");
  EXPECT_THAT(message_of<Error>([&] { write_npy(folder, Factor::Ones(1, 1)); }),
              HasSubstr("is not a regular file"));
}

rc::Gen<double> any_finite() {
  return rc::gen::suchThat(
      rc::gen::map(rc::gen::arbitrary<std::uint64_t>(),
                   [](std::uint64_t bits) { return std::bit_cast<double>(bits); }),
      [](double value) { return std::isfinite(value); });
}

Factor any_matrix(bool with_missing) {
  const auto rows = *rc::gen::inRange<Index>(1, 7), columns = *rc::gen::inRange<Index>(1, 7);
  Factor result(rows, columns);
  for (Index i = 0; i < result.size(); ++i) {
    const bool skip = with_missing && i > 0 && *rc::gen::inRange(0, 4) == 0;
    result.data()[i] = skip ? missing : *any_finite();
  }
  return result;
}

TEST(RoundTrip, DenseCsvKeepsEveryBit) {
  rc::check([] {
    const Factor written = any_matrix(true);
    const auto path = test::temporary("round.csv");
    write_dense_csv(path, written);
    RC_ASSERT(same(dense(read_matrix(path, as(FileFormat::dense_csv)).entries), written));
  });
}

TEST(RoundTrip, NpyKeepsEveryBit) {
  rc::check([] {
    const Factor written = any_matrix(true);
    const auto path = test::temporary("round.npy");
    write_npy(path, written);
    RC_ASSERT(same(dense(read_matrix(path).entries), written));
  });
}

TEST(RoundTrip, PngKeepsSampleValues) {
  rc::check([] {
    const PictureShape shape{*rc::gen::inRange<Index>(1, 6), *rc::gen::inRange<Index>(1, 6),
                             *rc::gen::element(1, 3), *rc::gen::element(8, 16)};
    Factor written(shape.height, shape.width * shape.channels);
    for (Index i = 0; i < written.size(); ++i) {
      written.data()[i] = *rc::gen::inRange(0, 1 << shape.bit_depth);
    }
    const auto path = test::temporary("round.png");
    write_png(path, written, shape);
    const MatrixData read = read_matrix(path);
    RC_ASSERT(same(dense(read.entries), written));
    RC_ASSERT(read.picture->width == shape.width);
    RC_ASSERT(read.picture->channels == shape.channels);
    RC_ASSERT(read.picture->bit_depth == shape.bit_depth);
  });
}

/// Labels with everything that has to be quoted, sorted as the reader sorts them.
std::vector<std::string> any_labels(std::size_t count) {
  const auto label = rc::gen::nonEmpty(rc::gen::container<std::string>(
      rc::gen::element('a', 'Z', '7', ' ', ',', ';', '"', '\n', '\r', '\t', '.')));
  const auto labels = *rc::gen::container<std::set<std::string>>(count, label);
  std::vector<std::string> sorted(labels.begin(), labels.end());
  const auto is_number = [](const std::string& text) {
    return text.find_first_not_of('7') == std::string::npos;
  };
  if (std::all_of(sorted.begin(), sorted.end(), is_number)) {
    std::sort(sorted.begin(), sorted.end(),
              [](const auto& a, const auto& b) { return a.size() < b.size(); });
  }
  return sorted;
}

MatrixData any_triplets() {
  MatrixData data;
  const auto rows = *rc::gen::inRange<Index>(1, 6), columns = *rc::gen::inRange<Index>(1, 6);
  data.entries.rows = rows;
  data.entries.columns = columns;
  const bool weighted = *rc::gen::arbitrary<bool>();
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < columns; ++j) {
      // A row or column without an entry would not come back.
      if (i != 0 && j != 0 && *rc::gen::arbitrary<bool>()) continue;
      data.entries.row.push_back(static_cast<std::int32_t>(i));
      data.entries.column.push_back(static_cast<std::int32_t>(j));
      data.entries.value.push_back(*any_finite());
      if (weighted) data.entries.weight.push_back(*rc::gen::inRange(1, 9) / 4.0);
    }
  }
  data.row_labels = any_labels(static_cast<std::size_t>(rows));
  data.column_labels = any_labels(static_cast<std::size_t>(columns));
  data.row_name = "the \"user\"";
  data.column_name = "item, of";
  data.value_name = "rating";
  return data;
}

TEST(RoundTrip, TripletsKeepLabelsNamesAndWeights) {
  rc::check([] {
    const MatrixData written = any_triplets();
    const auto path = test::temporary("round_triplets.csv");
    write_triplets_csv(path, written);
    ReadOptions options = as(FileFormat::triplets);
    options.delimiter = ',';
    options.header = Header::yes;
    if (!written.entries.weight.empty()) options.weight_field = "weight";
    const MatrixData read = read_matrix(path, options);
    RC_ASSERT(read.row_labels == written.row_labels);
    RC_ASSERT(read.column_labels == written.column_labels);
    RC_ASSERT(read.row_name == written.row_name);
    RC_ASSERT(read.column_name == written.column_name);
    RC_ASSERT(read.value_name == written.value_name);
    RC_ASSERT(read.entries.row == written.entries.row);
    RC_ASSERT(read.entries.column == written.entries.column);
    RC_ASSERT(read.entries.value == written.entries.value);
    RC_ASSERT(read.entries.weight == written.entries.weight);
  });
}

TEST(WriteTriplets, NumbersRowsWithoutLabelsFromZero) {
  MatrixData data;
  data.entries = entries_from_dense(matrix({{missing, 1.5}, {2, missing}}));
  const auto path = test::temporary("numbered.csv");
  write_triplets_csv(path, data);
  EXPECT_EQ(test::read_file(path), "row,column,value\n0,1,1.5\n1,0,2\n");
}

TEST(WriteTriplets, RefusesTooFewLabels) {
  MatrixData data;
  data.entries = entries_from_dense(Factor::Ones(2, 2));
  data.row_labels = {"only"};
  EXPECT_THAT(
      message_of<ArgumentError>([&] { write_triplets_csv(test::temporary("few.csv"), data); }),
      HasSubstr("1 row labels: expected none or 2"));
}

TEST(WritePng, RoundsAndClips) {
  const auto path = test::temporary("clipped.png");
  write_png(path, matrix({{-3, 0.4, 0.5, 254.5, 1e300}}), {1, 5, 1, 8});
  EXPECT_TRUE(same(dense(read_matrix(path).entries), matrix({{0, 0, 1, 255, 255}})));
}

TEST(WritePng, EncodesTheSameBytesInMemory) {
  const Factor picture = matrix({{1, 2}, {3, 4}});
  const auto path = test::temporary("memory.png");
  write_png(path, picture, {2, 2, 1, 8});
  const auto bytes = encode_png(picture, {2, 2, 1, 8});
  EXPECT_EQ(test::read_file(path), std::string(bytes.begin(), bytes.end()));
}

TEST(WritePng, Refuses) {
  const auto of = [](const Factor& picture, const PictureShape& shape) {
    return message_of<ArgumentError>([&] { encode_png(picture, shape); });
  };
  EXPECT_THAT(of(Factor::Ones(2, 2), {2, 3, 1, 8}), HasSubstr("expected 2 rows (height)"));
  EXPECT_THAT(of(Factor::Ones(2, 2), {2, 2, 3, 8}), HasSubstr("3 x 2 columns"));
  EXPECT_THAT(of(Factor::Ones(2, 2), {2, 1, 2, 8}), HasSubstr("1 or 3 channels"));
  EXPECT_THAT(of(Factor::Ones(2, 2), {2, 2, 1, 4}), HasSubstr("8 or 16 bits"));
  EXPECT_THAT(of(Factor(0, 0), {0, 0, 1, 8}), HasSubstr("at least 1"));
  EXPECT_THAT(of(matrix({{1, missing}}), {1, 2, 1, 8}), HasSubstr("row 0, column 1"));
}

}  // namespace
}  // namespace hadal
