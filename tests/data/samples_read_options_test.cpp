#include "sample_support.hpp"

namespace hadal {
namespace {

using test::message_of;
using testing::HasSubstr;
using testing::Not;

void expect_same(const SampleReadOptions& a, const SampleReadOptions& b) {
  EXPECT_EQ(a.format, b.format);
  EXPECT_EQ(a.header, b.header);
  EXPECT_EQ(a.delimiter, b.delimiter);
  EXPECT_EQ(a.target_field, b.target_field);
  EXPECT_EQ(a.weight_field, b.weight_field);
  EXPECT_EQ(a.task, b.task);
  EXPECT_EQ(a.missing, b.missing);
}

TEST(SampleReadOptionsJson, RoundTrip) {
  expect_same(sample_read_options_from_json(to_json(SampleReadOptions{})), {});
  expect_same(sample_read_options_from_json("{}"), {});
  SampleReadOptions options;
  options.header = Header::no;
  options.delimiter = '\t';
  options.target_field = "a \"b\",caf\xc3\xa9";
  options.weight_field = "3";
  options.task = TaskChoice::classification;
  options.missing = Missing::mean;
  for (int format = 0; format <= static_cast<int>(SampleFormat::pictures); ++format) {
    options.format = static_cast<SampleFormat>(format);
    expect_same(sample_read_options_from_json(to_json(options)), options);
  }
}

TEST(SampleReadOptionsJson, PathsAreNotStored) {
  EXPECT_THAT(to_json(test::with_target_file("labels.npy")), Not(HasSubstr("labels")));
}

TEST(SampleReadOptionsJson, Refuses) {
  const auto of = [](const std::string& json) {
    return message_of<ModelError>([&] { sample_read_options_from_json(json); });
  };
  EXPECT_THAT(of("[]"), HasSubstr("expected a JSON object"));
  EXPECT_THAT(of(R"({"target_file": "x"})"), HasSubstr("unknown key \"target_file\""));
  EXPECT_THAT(of(R"({"format": "png"})"),
              HasSubstr("format is \"png\": expected \"automatic\", \"table\""));
  EXPECT_THAT(of(R"({"header": 1})"), HasSubstr("header is 1: expected \"automatic\", \"yes\""));
  EXPECT_THAT(of(R"({"delimiter": ";;"})"),
              HasSubstr("delimiter is \";;\": expected one character, or none"));
  EXPECT_THAT(of(R"({"delimiter": "\u0000"})"), HasSubstr("one character, or none"));
  EXPECT_THAT(of(R"({"target_field": 3})"), HasSubstr("target_field is 3: expected text"));
  EXPECT_THAT(of(R"({"weight_field": null})"), HasSubstr("weight_field is null: expected text"));
  EXPECT_THAT(of(R"({"task": "ranking"})"), HasSubstr("\"regression\", \"classification\""));
  EXPECT_THAT(of(R"({"missing": "zero"})"), HasSubstr("\"error\", \"mean\""));
}

TEST(SampleReadOptionsJson, TextThatIsNotUtf8CannotBeStored) {
  EXPECT_THAT(message_of<ArgumentError>([] { to_json(test::with_target("caf\xe9")); }),
              HasSubstr("UTF-8"));
}

TEST(InputEncoding, NamesAndCountsInputs) {
  const InputEncoding encoding{{{"a", {}, 0}, {"c", {"u", "v"}, 0}, {"b", {}, 0}}};
  EXPECT_EQ(encoding.inputs(), 4);
  EXPECT_THAT(encoding.names(), testing::ElementsAre("a", "c=u", "c=v", "b"));
}

TEST(SamplePicture, CountsInputs) { EXPECT_EQ((SamplePicture{3, 4, 2}.inputs()), 24); }

}  // namespace
}  // namespace hadal
