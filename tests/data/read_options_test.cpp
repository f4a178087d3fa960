#include <rapidcheck.h>

#include "support.hpp"

namespace hadal {
namespace {

using test::message_of;
using testing::HasSubstr;

void expect_same(const ReadOptions& a, const ReadOptions& b) {
  EXPECT_EQ(a.format, b.format);
  EXPECT_EQ(a.header, b.header);
  EXPECT_EQ(a.delimiter, b.delimiter);
  EXPECT_EQ(a.row_field, b.row_field);
  EXPECT_EQ(a.column_field, b.column_field);
  EXPECT_EQ(a.value_field, b.value_field);
  EXPECT_EQ(a.weight_field, b.weight_field);
  EXPECT_EQ(a.array_name, b.array_name);
  EXPECT_EQ(a.duplicates, b.duplicates);
  EXPECT_EQ(a.mask, b.mask);
  EXPECT_EQ(a.mask_color, b.mask_color);
}

TEST(ReadOptionsJson, RoundTrip) {
  expect_same(read_options_from_json(to_json({})), {});
  ReadOptions options;
  options.format = FileFormat::matrix_market;
  options.header = Header::no;
  options.delimiter = '\t';
  options.row_field = "user \"x\"";
  options.column_field = "2";
  options.value_field = "caf\xc3\xa9";
  options.weight_field = "w";
  options.array_name = "a";
  options.duplicates = Duplicates::mean;
  options.mask = "folder/mask.png";
  options.mask_color = {0, 255, 65535};
  expect_same(read_options_from_json(to_json(options)), options);
}

TEST(ReadOptionsJson, EveryWordOfEveryEnumeration) {
  for (int format = 0; format <= static_cast<int>(FileFormat::png); ++format) {
    for (int header = 0; header <= static_cast<int>(Header::no); ++header) {
      ReadOptions options;
      options.format = static_cast<FileFormat>(format);
      options.header = static_cast<Header>(header);
      expect_same(read_options_from_json(to_json(options)), options);
    }
  }
}

TEST(ReadOptionsJson, AbsentKeysHaveTheirDefaults) {
  expect_same(read_options_from_json("{}"), {});
}

TEST(ReadOptionsJson, Refuses) {
  const auto of = [](const std::string& json) {
    return message_of<ModelError>([&] { read_options_from_json(json); });
  };
  EXPECT_THAT(of("{"), HasSubstr("expected a JSON object"));
  EXPECT_THAT(of("[]"), HasSubstr("expected a JSON object"));
  EXPECT_THAT(of(R"({"colour": 1})"), HasSubstr("unknown key \"colour\""));
  EXPECT_THAT(of(R"({"format": "xls"})"), HasSubstr("format is \"xls\": expected \"automatic\""));
  EXPECT_THAT(of(R"({"header": true})"), HasSubstr("header is true"));
  EXPECT_THAT(of(R"({"delimiter": ",,"})"), HasSubstr("one character"));
  EXPECT_THAT(of(R"({"row_field": 1})"), HasSubstr("row_field is 1: expected text"));
  EXPECT_THAT(of(R"({"mask_color": [1, 2]})"), HasSubstr("three whole numbers"));
  EXPECT_THAT(of(R"({"mask_color": [1, 2, 70000]})"), HasSubstr("three whole numbers"));
  EXPECT_THAT(of(R"({"mask_color": [1, 2, 0.5]})"), HasSubstr("three whole numbers"));
  EXPECT_THAT(of(R"({"duplicates": "sum"})"), HasSubstr("\"error\", \"mean\""));
}

TEST(ReadOptionsJson, TextThatIsNotUtf8CannotBeStored) {
  ReadOptions options;
  options.row_field = "caf\xe9";
  EXPECT_THAT(message_of<ArgumentError>([&] { to_json(options); }), HasSubstr("UTF-8"));
}

}  // namespace
}  // namespace hadal
