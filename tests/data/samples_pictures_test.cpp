#include "hadal/data/write.hpp"
#include "sample_support.hpp"

namespace hadal {
namespace {

namespace fs = std::filesystem;

using test::for_task;
using test::matrix;
using test::message_of;
using test::same;
using test::with_means;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

class SamplePictures : public testing::Test {
 protected:
  SamplePictures() : folder_(test::temporary("pictures_folder")) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }

  /// A grey picture of 8 bits and 1 x 2 pixels.
  void add(const std::string& name, double left, double right) const {
    add(name, matrix({{left, right}}), {1, 2, 1, 8});
  }
  void add(const std::string& name, const Factor& pixels, const PictureShape& shape) const {
    fs::create_directories((folder_ / name).parent_path());
    write_png(folder_ / name, pixels, shape);
  }
  void add_text(const std::string& name) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << "text";
  }
  void add_seed(const std::string& name, const std::string& seed) const {
    fs::create_directories((folder_ / name).parent_path());
    fs::copy_file(test::source_folder() / "tests/fuzz/seeds/png_fuzz" / seed, folder_ / name);
  }
  std::string refusal(const SampleReadOptions& options = {}) const {
    return message_of<DataError>([&] { read_samples(folder_, options); });
  }

  fs::path folder_;
};

TEST_F(SamplePictures, AreReadExactlyInSortedOrder) {
  add("dog/b.png", 255, 51);
  add("dog/a.png", 0, 102);
  add("cat/z.png", 1, 2);
  const SampleData data = read_samples(folder_);
  EXPECT_TRUE(same(data.inputs, matrix({{1, 2}, {0, 102}, {255, 51}}) / 255));
  EXPECT_EQ(data.task, Task::classification);
  EXPECT_THAT(data.classes, ElementsAre("cat", "dog"));
  EXPECT_THAT(data.labels, ElementsAre(0, 1, 1));
  EXPECT_THAT(data.target_names, ElementsAre("class"));
  ASSERT_TRUE(data.picture);
  EXPECT_EQ(data.picture->width, 2);
  EXPECT_EQ(data.picture->height, 1);
  EXPECT_EQ(data.picture->channels, 1);
  EXPECT_THAT(data.encoding.names(), ElementsAre("pixel 0 0", "pixel 0 1"));
}

TEST_F(SamplePictures, ChannelsOfAPixelLieSideBySide) {
  // Stored channel by channel: the first row's reds 10 and 20, greens 30 and 40, blues 50 and 60.
  const Factor pixels = matrix({{10, 20, 30, 40, 50, 60}, {11, 21, 31, 41, 51, 61}});
  add("a/1.png", pixels, {2, 2, 3, 8});
  add("b/1.png", Factor::Zero(2, 6), {2, 2, 3, 8});
  const SampleData data = read_samples(folder_);
  EXPECT_EQ(data.picture->channels, 3);
  EXPECT_TRUE(
      same(data.inputs.row(0), matrix({{10, 30, 50, 20, 40, 60, 11, 31, 51, 21, 41, 61}}) / 255));
  EXPECT_EQ(data.encoding.names()[7], "pixel 1 0 1");
}

TEST_F(SamplePictures, EachOfItsOwnDepth) {
  add("a/1.png", matrix({{65535, 6553.5 * 2}}), {1, 2, 1, 16});
  add("b/1.png", 255, 51);
  const SampleData data = read_samples(folder_);
  EXPECT_TRUE(same(data.inputs, matrix({{1, 0.2}, {1, 51.0 / 255}})));
}

TEST_F(SamplePictures, FoldersWithNumbersAreSortedByValue) {
  add("10/a.png", 1, 1);
  add("9/a.png", 2, 2);
  add("09/a.png", 3, 3);
  const SampleData data = read_samples(folder_);
  EXPECT_THAT(data.classes, ElementsAre("09", "9", "10"));
  EXPECT_THAT(data.labels, ElementsAre(0, 2, 1));
}

TEST_F(SamplePictures, HiddenFilesAreIgnored) {
  add("a/1.png", 1, 2);
  add("b/1.png", 1, 2);
  add_text(".DS_Store");
  add_text("a/.hidden");
  add_text(".git/x");
  EXPECT_EQ(read_samples(folder_).samples(), 2);
}

TEST_F(SamplePictures, TransparentPixelsAreMissing) {
  add_seed("a/1.png", "rgba8.png");
  add("b/1.png", Factor::Constant(1, 6, 51), {1, 2, 3, 8});
  EXPECT_THAT(refusal(), EndsWith("a/1.png: pixel (0, 0) is transparent: expected a value (a "
                                  "fit with missing = mean puts the mean of the others in its "
                                  "place)"));
  const SampleData data = read_samples(folder_, with_means());
  EXPECT_TRUE(same(data.inputs.row(0), matrix({{51, 51, 51, 4, 5, 6}}) / 255));
}

TEST_F(SamplePictures, ForAModel) {
  add("a/1.png", 1, 2);
  add("b/1.png", 3, 4);
  const SampleData like = read_samples(folder_);
  add("c/1.png", 5, 6);
  EXPECT_THAT(read_samples(folder_, {}, like).labels, ElementsAre(0, 1, -1));
  fs::remove_all(folder_);
  add("2.png", 3, 4);
  add("1.png", 1, 2);
  const SampleData alone = read_samples(folder_, {}, like);
  EXPECT_FALSE(alone.has_targets);
  EXPECT_THAT(alone.labels, IsEmpty());
  EXPECT_TRUE(same(alone.inputs, like.inputs));
  add("a/1.png", 1, 2);
  EXPECT_THAT(message_of<DataError>([&] { read_samples(folder_, {}, like); }),
              EndsWith("a: is a folder: expected PNG pictures alone, as the first one is"));
}

TEST_F(SamplePictures, ForAModelRefusesOtherSizes) {
  add("a/1.png", 1, 2);
  add("b/1.png", 3, 4);
  const SampleData like = read_samples(folder_);
  fs::remove_all(folder_);
  add("1.png", matrix({{1}, {2}}), {2, 1, 1, 8});
  EXPECT_THAT(
      message_of<DataError>([&] { read_samples(folder_, {}, like); }),
      EndsWith("2 x 1 pixels of 1 channel: expected 1 x 2 pixels of 1 channel, as the model "
               "has"));
}

TEST_F(SamplePictures, ForAModelOfNumbersRefusesClasses) {
  add("a/1.png", 1, 2);
  add("b/1.png", 3, 4);
  const SampleData like = test::samples("u,v,y\n1,2,0.5\n3,4,1.5\n");
  EXPECT_THAT(
      message_of<DataError>([&] { read_samples(folder_, {}, like); }),
      EndsWith("holds folders of classes, but the model predicts numbers: expected pictures "
               "alone"));
}

TEST_F(SamplePictures, RefusesEmptyFolders) {
  EXPECT_THAT(refusal(),
              EndsWith("pictures_folder: is empty: expected a folder of PNG pictures for every "
                       "class"));
  add("a/1.png", 1, 2);
  fs::create_directory(folder_ / "b");
  EXPECT_THAT(refusal(), EndsWith("b: is empty: expected PNG pictures of its class"));
}

TEST_F(SamplePictures, RefusesPicturesWithoutAClass) {
  add("a/1.png", 1, 2);
  add("b.png", 1, 2);
  EXPECT_THAT(
      refusal(),
      EndsWith("b.png: is not a folder: expected a folder of PNG pictures for every class"));
}

TEST_F(SamplePictures, RefusesFoldersInTheFolderOfAClass) {
  add("a/b/1.png", 1, 2);
  EXPECT_THAT(refusal(),
              EndsWith("a/b: is a folder: expected PNG pictures in the folder of a class"));
}

TEST_F(SamplePictures, RefusesOtherFiles) {
  add("a/1.png", 1, 2);
  add_text("a/notes.txt");
  add("b/1.png", 1, 2);
  EXPECT_THAT(refusal(), EndsWith("a/notes.txt: does not begin with the PNG signature: not a PNG "
                                  "file"));
}

TEST_F(SamplePictures, RefusesOtherSizesAndChannels) {
  add("a/1.png", 1, 2);
  add("b/1.png", matrix({{1, 2, 3}}), {1, 3, 1, 8});
  EXPECT_THAT(refusal(), testing::AllOf(HasSubstr("b/1.png: 1 x 3 pixels of 1 channel: expected 1 "
                                                  "x 2 pixels of 1 channel, as "),
                                        EndsWith("a/1.png has")));
  add("b/1.png", Factor::Zero(1, 6), {1, 2, 3, 8});
  EXPECT_THAT(refusal(),
              HasSubstr("b/1.png: 1 x 2 pixels of 3 channels: expected 1 x 2 pixels of 1"));
}

TEST_F(SamplePictures, RefusesDamagedPictures) {
  add("a/1.png", 1, 2);
  const std::string whole = test::read_file(folder_ / "a/1.png");
  std::ofstream(folder_ / "a/2.png", std::ios::binary) << whole.substr(0, whole.size() - 14);
  EXPECT_THAT(refusal(), HasSubstr("a/2.png, byte "));
}

TEST_F(SamplePictures, RefusesOneClassOnly) {
  add("a/1.png", 1, 2);
  EXPECT_THAT(refusal(), HasSubstr("all 1 samples are of the class 'a': expected 2 to 100"));
}

TEST_F(SamplePictures, RefusesOptionsThatDoNotFit) {
  add("a/1.png", 1, 2);
  add("b/1.png", 1, 2);
  const auto of = [&](const SampleReadOptions& options) {
    return message_of<ArgumentError>([&] { read_samples(folder_, options); });
  };
  EXPECT_THAT(of(for_task(TaskChoice::regression)),
              EndsWith("task regression for folders of pictures: expected classification"));
  EXPECT_THAT(of(test::with_header(Header::yes)),
              EndsWith("the option header does not apply to the format pictures"));
  EXPECT_THAT(of(test::with_weight("w")), HasSubstr("weight_field does not apply"));
  SampleReadOptions options;
  options.format = SampleFormat::pictures;
  const auto file = test::write_file("file.csv", "a,y\n1,2\n");
  EXPECT_THAT(message_of<DataError>([&] { read_samples(file, options); }),
              EndsWith("file.csv: is not a folder: expected a folder of pictures for every class"));
  options.format = SampleFormat::table;
  EXPECT_THAT(refusal(options), HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace hadal
