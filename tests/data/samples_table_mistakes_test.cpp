#include "sample_support.hpp"

namespace hadal {
namespace {

using test::for_task;
using test::sample_argument;
using test::sample_refusal;
using test::with_header;
using test::with_means;
using test::with_target;
using test::with_weight;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;

TEST(SampleTableMistakes, EmptyFiles) {
  EXPECT_THAT(sample_refusal(""), EndsWith("s.csv: is empty: expected samples"));
  EXPECT_THAT(sample_refusal(" \n\n"), EndsWith("s.csv: is empty: expected data"));
  EXPECT_THAT(sample_refusal("a,y\n"), EndsWith("has a header and no samples: expected samples"));
}

TEST(SampleTableMistakes, FilesThatAreNotThere) {
  EXPECT_THAT(test::message_of<DataError>([] { read_samples(test::temporary("absent.csv")); }),
              HasSubstr("absent.csv: cannot be opened"));
}

TEST(SampleTableMistakes, MissingValues) {
  for (const std::string value : {"", "NA", "na", "N/A", "n/a", "NaN", "nan", "?"}) {
    EXPECT_THAT(
        sample_refusal("a,b,y\n1,2,0.5\n3," + value + ",1.5\n"),
        EndsWith("s.csv, line 3: column 'b' is '" + value +
                 "': expected a value (a fit with missing = mean puts the mean of the others "
                 "in its place)"))
        << value;
  }
  EXPECT_THAT(sample_refusal("c,y\nu,0.5\n?,1.5\n"),
              HasSubstr("line 3: column 'c' is '?': expected a value"));
}

TEST(SampleTableMistakes, ColumnsWithoutAnyValue) {
  EXPECT_THAT(sample_refusal("a,b,y\n1,,0.5\n3,?,1.5\n", with_means()),
              HasSubstr("column 'b' is missing in all 2 samples: expected a value"));
}

TEST(SampleTableMistakes, ValuesThatAreNotFinite) {
  for (const std::string value : {"inf", "-Infinity", "1e999"}) {
    EXPECT_THAT(sample_refusal("a,y\n1,0.5\n" + value + ",1.5\n", with_means()),
                EndsWith("s.csv, line 3: column 'a' is '" + value + "': expected a finite number"))
        << value;
  }
}

TEST(SampleTableMistakes, TooManyCategories) {
  std::string text = "c,y\n";
  for (int k = 0; k < 1001; ++k) text += (k == 0 ? "k" : std::to_string(k)) + ",0.5\n";
  EXPECT_THAT(sample_refusal(text, with_header(Header::yes)),
              EndsWith("s.csv, line 1002: column 'c' holds text ('k' on line 2) and '1000' is its "
                       "category 1001: expected numbers, or at most 1000 categories"));
}

TEST(SampleTableMistakes, RecordsOfAnotherLength) {
  EXPECT_THAT(sample_refusal("a,b,y\n1,2,0.5\n\n3,1.5\n"),
              EndsWith("s.csv, line 4: 2 fields: expected 3, as on the first line"));
  EXPECT_THAT(sample_refusal("a,b,y\n1,2,0.5,9\n"), HasSubstr("line 2: 4 fields: expected 3"));
}

TEST(SampleTableMistakes, QuotesThatDoNotEnd) {
  EXPECT_THAT(sample_refusal("a,y\n\"1,0.5\n2,1.5\n"),
              HasSubstr("line 2: a quoted field does not end"));
}

TEST(SampleTableMistakes, NamesGivenTwice) {
  EXPECT_THAT(sample_refusal("a,b,a,y\n1,2,3,0.5\n"),
              EndsWith("s.csv, line 1: the fields 1 and 3 are both called 'a': expected different "
                       "names"));
}

TEST(SampleTableMistakes, ColumnsWithoutAName) {
  EXPECT_THAT(sample_refusal(",a,y\n0,1,0.5\n1,2,1.5\n"),
              HasSubstr("line 1: a blank name of field 1: expected a name"));
}

TEST(SampleTableMistakes, TextThatIsNotUtf8) {
  EXPECT_THAT(sample_refusal("caf\xe9,y\n1,0.5\n"), HasSubstr("'caf?' is not valid UTF-8"));
  EXPECT_THAT(sample_refusal("a,y\n1,0.5\ncaf\xe9,0.5\n"),
              HasSubstr("line 3: category 'caf?' is not valid UTF-8"));
  EXPECT_THAT(sample_refusal("a,y\n1,u\n2,caf\xe9\n"),
              HasSubstr("line 3: class 'caf?' is not valid UTF-8"));
}

TEST(SampleTableMistakes, FirstLinesThatMayBeEither) {
  EXPECT_THAT(sample_refusal("u,v\nw,x\n"),
              EndsWith("s.csv: the first line may be a header or a sample: set header to yes or "
                       "no"));
}

TEST(SampleTableMistakes, OneFieldOnly) {
  EXPECT_THAT(sample_refusal("y\n1\n2\n"),
              EndsWith("line 1: 1 fields: expected at least an input and a target"));
}

TEST(SampleTableMistakes, TargetsThatAreNotThere) {
  const std::string text = "a,b,y\n1,2,0.5\n";
  EXPECT_THAT(sample_refusal(text, with_target("z")),
              HasSubstr("target field 'z': the header has no such name; it has 'a', 'b', 'y'"));
  EXPECT_THAT(sample_refusal(text, with_target("4")),
              HasSubstr("target field '4': expected a position from 1 to 3"));
  EXPECT_THAT(sample_refusal(text, with_target("y,3")),
              HasSubstr("target field 'y,3': the field 3 is given twice"));
  for (const std::string field : {"y,", ",y", "a,,y"}) {
    EXPECT_THAT(sample_argument(text, with_target(field)),
                HasSubstr("target field '" + field + "': expected names or positions"));
  }
}

TEST(SampleTableMistakes, NamesWithoutAHeader) {
  SampleReadOptions options = with_target("y");
  options.header = Header::no;
  EXPECT_THAT(sample_argument("a,y\n1,0.5\n", options),
              HasSubstr("fields chosen by name in a file without a header: expected positions"));
}

TEST(SampleTableMistakes, TargetsThatAreMissingOrNoNumbers) {
  EXPECT_THAT(sample_refusal("a,y\n1,0.5\n2,\n", with_means()),
              EndsWith("line 3: column 'y' is '': expected a finite number, as it is a target"));
  EXPECT_THAT(sample_refusal("a,y\n1,u\n2,?\n", with_means()),
              EndsWith("line 3: column 'y' is '?': expected a class"));
  EXPECT_THAT(sample_refusal("a,y\n1,0.5\n2,inf\n"), HasSubstr("line 3: column 'y' is 'inf'"));
  EXPECT_THAT(sample_refusal("a,y\n1,0.5\n2,high\n", for_task(TaskChoice::regression)),
              EndsWith("line 3: column 'y' is 'high': expected a finite number, as it is a "
                       "target"));
  EXPECT_THAT(sample_refusal("a,y,z\n1,0.5,u\n", with_target("y,z")),
              HasSubstr("line 2: column 'z' is 'u': expected a finite number"));
}

TEST(SampleTableMistakes, SeveralTargetsForClasses) {
  SampleReadOptions options = with_target("y,z");
  options.task = TaskChoice::classification;
  EXPECT_THAT(sample_argument("a,y,z\n1,0,1\n2,1,1\n", options),
              HasSubstr("2 targets for a classification: expected one"));
}

TEST(SampleTableMistakes, TooFewOrTooManyClasses) {
  EXPECT_THAT(sample_refusal("a,y\n1,u\n2,u\n"),
              EndsWith("s.csv: all 2 samples are of the class 'u': expected 2 to 100 classes"));
  std::string text = "a,y\n";
  for (int k = 0; k < 101; ++k) text += "1,k" + std::to_string(k) + "\n";
  EXPECT_THAT(sample_refusal(text),
              EndsWith("s.csv: more than 100 classes, the next is 'k100': expected 2 to 100"));
}

TEST(SampleTableMistakes, Weights) {
  for (const std::string value : {"0", "-1", "inf", "", "heavy"}) {
    EXPECT_THAT(
        sample_refusal("a,w,y\n1,1,0.5\n2," + value + ",1.5\n", with_weight("w")),
        EndsWith("line 3: column 'w' is '" + value + "': expected a weight, a finite number > 0"))
        << value;
  }
  EXPECT_THAT(sample_refusal("a,w,y\n1,1,0.5\n", with_weight("v")),
              HasSubstr("weight field 'v': the header has no such name"));
  EXPECT_THAT(sample_refusal("a,y\n1,0.5\n", with_weight("y")),
              HasSubstr("weight field 'y': it is a target as well"));
}

TEST(SampleTableMistakes, OptionsOfOtherFormats) {
  EXPECT_THAT(sample_argument("a,y\n1,0.5\n", test::with_target_file("labels.npy")),
              EndsWith("the option target_file does not apply to the format table"));
  SampleReadOptions options;
  options.delimiter = '"';
  EXPECT_THAT(sample_argument("a,y\n1,0.5\n", options), HasSubstr("delimiter with code 34"));
}

TEST(SampleTableMistakes, OtherKindsOfFiles) {
  EXPECT_THAT(sample_refusal("\x89PNG\r\n\x1a\n"), HasSubstr("is a picture: expected a folder"));
  EXPECT_THAT(sample_refusal(std::string("a,y\n1\0,2\n", 9)), HasSubstr("byte 5: a NUL byte"));
}

}  // namespace
}  // namespace hadal
