#include "tensor_support.hpp"

namespace hadal {
namespace {

using test::message_of;
using testing::HasSubstr;

void expect_same(const TensorReadOptions& a, const TensorReadOptions& b) {
  EXPECT_EQ(a.format, b.format);
  EXPECT_EQ(a.index_base, b.index_base);
  EXPECT_EQ(a.weighted, b.weighted);
  EXPECT_EQ(a.shape, b.shape);
  EXPECT_EQ(a.array_name, b.array_name);
  EXPECT_EQ(a.duplicates, b.duplicates);
  EXPECT_EQ(a.mask, b.mask);
  EXPECT_EQ(a.weights, b.weights);
}

TEST(TensorReadOptionsJson, RoundTrip) {
  expect_same(tensor_read_options_from_json(to_json(TensorReadOptions{})), {});
  expect_same(tensor_read_options_from_json("{}"), {});
  TensorReadOptions options;
  options.index_base = 0;
  options.weighted = true;
  options.shape = {3, 2147483647, 1};
  options.array_name = "a \"b\"/caf\xc3\xa9";
  options.duplicates = Duplicates::mean;
  options.mask = "folder/mask.npy";
  options.weights = "weights.npy";
  for (int format = 0; format <= static_cast<int>(TensorFormat::hdf5); ++format) {
    options.format = static_cast<TensorFormat>(format);
    expect_same(tensor_read_options_from_json(to_json(options)), options);
  }
}

TEST(TensorReadOptionsJson, Refuses) {
  const auto of = [](const std::string& json) {
    return message_of<ModelError>([&] { tensor_read_options_from_json(json); });
  };
  EXPECT_THAT(of("[]"), HasSubstr("expected a JSON object"));
  EXPECT_THAT(of(R"({"header": "yes"})"), HasSubstr("unknown key \"header\""));
  EXPECT_THAT(of(R"({"format": "png"})"),
              HasSubstr("format is \"png\": expected \"automatic\", \"tns\""));
  EXPECT_THAT(of(R"({"index_base": 2})"), HasSubstr("index_base is 2: expected 0 or 1"));
  EXPECT_THAT(of(R"({"index_base": true})"), HasSubstr("index_base is true"));
  EXPECT_THAT(of(R"({"weighted": 1})"), HasSubstr("weighted is 1: expected true or false"));
  EXPECT_THAT(of(R"({"shape": [2, 0]})"), HasSubstr("shape is [2,0]: expected whole numbers"));
  EXPECT_THAT(of(R"({"shape": [2147483648]})"), HasSubstr("from 1 to 2147483647"));
  EXPECT_THAT(of(R"({"shape": [18446744073709551615]})"), HasSubstr("from 1 to 2147483647"));
  EXPECT_THAT(of(R"({"shape": 3})"), HasSubstr("shape is 3"));
  EXPECT_THAT(of(R"({"mask": 1})"), HasSubstr("mask is 1: expected text"));
  EXPECT_THAT(of(R"({"duplicates": "sum"})"), HasSubstr("\"error\", \"mean\""));
}

TEST(TensorReadOptionsJson, TextThatIsNotUtf8CannotBeStored) {
  TensorReadOptions options;
  options.array_name = "caf\xe9";
  EXPECT_THAT(message_of<ArgumentError>([&] { to_json(options); }), HasSubstr("UTF-8"));
}

TEST(TensorFormat, IsFoundByTheFirstBytesElseByTheName) {
  EXPECT_THAT(test::tensor_refusal("a.npy", "1 1 1 5"), HasSubstr("not an NPY file"));
  EXPECT_THAT(test::tensor_refusal("a.NPZ", "1 1 1 5"), HasSubstr("not a ZIP archive"));
  EXPECT_THAT(test::tensor_refusal("a.hdf5", "1 1 1 5"), HasSubstr("not a readable HDF5 file"));
  EXPECT_THAT(test::tensor_refusal("a.tns", "\x93NUMPY"), HasSubstr("inside the header"));
  EXPECT_THAT(test::tensor_refusal("a.tns", "\x89HDF\r\n\x1a\n"), HasSubstr("readable HDF5 file"));
  EXPECT_THAT(test::tensor_refusal("a.tns", "PK\3\4"), HasSubstr("end-of-archive record"));
  EXPECT_EQ(test::read_tensor_bytes("a", "1 1 1 5").size(), 1);
}

}  // namespace
}  // namespace hadal
