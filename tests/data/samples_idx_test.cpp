#include <zlib.h>

#include "memory_limit.hpp"
#include "sample_support.hpp"

namespace hadal {
namespace {

using test::column;
using test::for_task;
using test::matrix;
using test::message_of;
using test::same;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

/// An IDX file of bytes with these sizes.
std::string idx(std::initializer_list<std::uint32_t> sizes, const std::string& bytes) {
  std::string text("\0\0\x08", 3);
  text += static_cast<char>(sizes.size());
  for (const std::uint32_t size : sizes) {
    for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(size >> shift & 0xFF);
  }
  return text + bytes;
}

std::string gzipped(const std::string& bytes) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string result(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  deflate(&stream, Z_FINISH);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

const std::string pictures = idx({2, 2, 3}, std::string("\x00\x33\xff\x01\x02\x03"
                                                        "\x66\x99\xcc\x05\x04\x00",
                                                        12));
const std::string labels = idx({2}, std::string("\x07\x00", 2));

SampleData read(const std::string& images, const std::string& classes,
                SampleReadOptions options = {}) {
  options.target_file = test::write_file("labels", classes);
  return read_samples(test::write_file("pictures", images), options);
}

std::string refusal(const std::string& images, const std::string& classes,
                    const SampleReadOptions& options = {}) {
  return message_of<DataError>([&] { read(images, classes, options); });
}

TEST(SampleIdx, PicturesAreReadExactly) {
  const SampleData data = read(pictures, labels);
  EXPECT_TRUE(same(data.inputs, matrix({{0, 51, 255, 1, 2, 3}, {102, 153, 204, 5, 4, 0}}) / 255));
  EXPECT_EQ(data.inputs(0, 2), 1);
  ASSERT_TRUE(data.picture);
  EXPECT_EQ(data.picture->height, 2);
  EXPECT_EQ(data.picture->width, 3);
  EXPECT_EQ(data.picture->channels, 1);
  EXPECT_EQ(data.task, Task::classification);
  EXPECT_THAT(data.classes, ElementsAre("0", "7"));
  EXPECT_THAT(data.labels, ElementsAre(1, 0));
  EXPECT_THAT(data.target_names, ElementsAre("class"));
  EXPECT_EQ(data.encoding.names()[5], "pixel 1 2");
}

TEST(SampleIdx, GzippedFilesAreTheSame) {
  const SampleData plain = read(pictures, labels);
  for (const auto& [images, classes] :
       {std::pair(gzipped(pictures), labels), std::pair(pictures, gzipped(labels)),
        std::pair(gzipped(pictures), gzipped(labels))}) {
    const SampleData data = read(images, classes);
    EXPECT_TRUE(same(data.inputs, plain.inputs));
    EXPECT_EQ(data.labels, plain.labels);
  }
}

TEST(SampleIdx, LabelsCanBeNumbersToPredict) {
  const SampleData data = read(pictures, labels, for_task(TaskChoice::regression));
  EXPECT_EQ(data.task, Task::regression);
  EXPECT_TRUE(same(data.targets, column({7, 0})));
}

TEST(SampleIdx, ClassesAreSortedByValue) {
  const SampleData data = read(idx({3, 1, 1}, "abc"), idx({3}, std::string("\x64\x09\x0a", 3)));
  EXPECT_THAT(data.classes, ElementsAre("9", "10", "100"));
}

TEST(SampleIdx, ForAModel) {
  const SampleData like = read(pictures, labels);
  const auto path = test::write_file("new", idx({1, 2, 3}, "abcdef"));
  EXPECT_FALSE(read_samples(path, {}, like).has_targets);
  const auto known = test::write_file("known", idx({1}, "\x07"));
  EXPECT_THAT(read_samples(path, test::with_target_file(known), like).labels, ElementsAre(1));
  const auto unknown = test::write_file("unknown", idx({1}, "\x08"));
  EXPECT_THAT(read_samples(path, test::with_target_file(unknown), like).labels, ElementsAre(-1));
  const auto other = test::write_file("other", idx({1, 3, 2}, "abcdef"));
  EXPECT_THAT(message_of<DataError>([&] { read_samples(other, {}, like); }),
              EndsWith("3 x 2 pixels of 1 channel: expected 2 x 3 pixels of 1 channel, as the "
                       "model has"));
}

TEST(SampleIdx, LabelsAreNeeded) {
  const auto path = test::write_file("pictures", pictures);
  EXPECT_THAT(message_of<ArgumentError>([&] { read_samples(path); }),
              EndsWith("pictures holds pictures: expected an IDX file with their labels as "
                       "the target file"));
}

TEST(SampleIdx, RefusesOtherMagicNumbers) {
  EXPECT_THAT(refusal(labels + std::string(8, 'x'), labels),
              EndsWith("pictures, byte 0: the magic number 0x00000801: expected 0x00000803, IDX "
                       "with pictures as bytes"));
  EXPECT_THAT(refusal(pictures, pictures),
              EndsWith("labels, byte 0: the magic number 0x00000803: expected 0x00000801, IDX "
                       "with labels as bytes"));
  std::string floats = pictures;
  floats[2] = '\x0d';
  EXPECT_THAT(refusal(floats, labels), HasSubstr("the magic number 0x00000d03"));
  EXPECT_THAT(refusal(pictures, "0\n7\n5\n4\n"), HasSubstr("the magic number 0x300a370a"));
}

TEST(SampleIdx, RefusesAnotherNumberOfLabels) {
  EXPECT_THAT(refusal(pictures, idx({3}, "abc")),
              EndsWith("labels: 3 labels: expected 2, as there are pictures"));
}

TEST(SampleIdx, RefusesTruncatedAndLongerFiles) {
  SampleReadOptions options;
  options.format = SampleFormat::idx;
  for (const bool compressed : {false, true}) {
    const std::string whole = compressed ? gzipped(pictures) : pictures;
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_THAT(refusal(whole.substr(0, size), labels, options), HasSubstr("pictures")) << size;
    }
  }
  EXPECT_THAT(refusal(pictures.substr(0, 10), labels),
              EndsWith("pictures: ends after 10 bytes, inside the header: expected at least 16"));
  EXPECT_THAT(refusal(pictures.substr(0, 20), labels),
              EndsWith("pictures, byte 16: 4 bytes of elements: expected 12 for sizes 2 x 2 x 3"));
  EXPECT_THAT(refusal(pictures + "x", labels), HasSubstr("13 bytes of elements: expected 12"));
  EXPECT_THAT(refusal(pictures, labels + "x"), HasSubstr("3 bytes of elements: expected 2"));
}

TEST(SampleIdx, RefusesDamagedCompressedFiles) {
  const std::string whole = gzipped(pictures);
  EXPECT_THAT(refusal(whole.substr(0, whole.size() - 1), labels),
              HasSubstr("damaged or truncated compressed data (gzip)"));
  std::string checksum = whole;
  checksum[whole.size() - 6] = static_cast<char>(checksum[whole.size() - 6] ^ 1);
  EXPECT_THAT(refusal(checksum, labels), HasSubstr("damaged or truncated compressed data (gzip)"));
  EXPECT_THAT(refusal(gzipped(pictures + "x"), labels),
              EndsWith("pictures: more than 28 bytes when decompressed: expected 28"));
  EXPECT_THAT(refusal(gzipped(pictures.substr(0, 27)), labels),
              EndsWith("pictures: 27 bytes when decompressed: expected 28"));
  EXPECT_THAT(refusal(whole + whole, labels),
              EndsWith("pictures: goes on after its compressed data (gzip): expected its end"));
}

TEST(SampleIdx, RefusesCompressedTables) {
  EXPECT_THAT(message_of<DataError>(
                  [] { read_samples(test::write_file("t.csv.gz", gzipped("a,y\n1,2\n"))); }),
              EndsWith("t.csv.gz: is compressed (gzip): decompress it first"));
}

TEST(SampleIdx, RefusesSizesThatTheFileDoesNotHold) {
  EXPECT_THAT(refusal(idx({0, 2, 3}, ""), labels),
              EndsWith("sizes 0 x 2 x 3: expected sizes of 1 or more"));
  EXPECT_THAT(refusal(idx({0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, "x"), labels),
              HasSubstr("too many for any memory"));
  EXPECT_THAT(refusal(gzipped(idx({60000, 28, 28}, "x")), labels),
              HasSubstr("compressed bytes cannot hold the 47040016 bytes announced"));
}

TEST(SampleIdx, RefusesOneClassOnly) {
  EXPECT_THAT(refusal(pictures, idx({2}, "\x05\x05")),
              EndsWith("labels: all 2 samples are of the class '5': expected 2 to 100 classes"));
}

TEST(SampleIdx, WhatDoesNotFitIntoMemoryIsRefused) {
  const std::string large = idx({4000, 100, 100}, std::string(40'000'000, '\0'));
  const auto plain = test::write_file("zeros", large);
  const auto compressed = test::write_file("zeros.gz", gzipped(large));
  const auto of = [](const std::filesystem::path& path) {
    const test::MemoryLimit limit(std::uint64_t{64} << 20);
    return message_of<DataError>([&] { read_samples(path); });
  };
  EXPECT_THAT(of(plain), AllOf(HasSubstr("zeros: needs 32"), HasSubstr("bytes of memory")));
  EXPECT_THAT(of(compressed), AllOf(HasSubstr("zeros.gz: needs 32"), HasSubstr("bytes of memory")));
}

}  // namespace
}  // namespace hadal
