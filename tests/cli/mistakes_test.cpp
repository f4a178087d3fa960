#include <fmt/format.h>

#include "command.hpp"

namespace hadal::test {
namespace {

using testing::HasSubstr;

struct Mistake {
  const char* arguments;
  int code;
  std::vector<const char*> said;
};

class Mistakes : public CommandTest, public testing::WithParamInterface<Mistake> {};

/// One line that names what was given and what is expected.
TEST_P(Mistakes, GetOneClearLine) {
  simulate();
  std::filesystem::create_directory(file("folder"));
  write_text(file("bad.csv"), "row,column,value\n1,1,2.5\n1,2,abc\n");
  write_text(file("empty.csv"), "");
  write_text(file("one.csv"), "row,column,value\n1,1,4\n1,2,4\n");
  std::string many = "row,column,value\n";
  for (int k = 1; k <= 101; ++k) many += fmt::format("{0},1,{0}\n", k);
  write_text(file("many.csv"), many);
  write_text(file("huge.mtx"),
             "%%MatrixMarket matrix coordinate real general\n2147483647 2147483647 2\n"
             "2147483647 1 1\n1 2147483647 2\n");
  write_text(file("not-a-model.h5"), "hello");
  const Mistake& mistake = GetParam();
  const Result result = hadal(mistake.arguments);
  EXPECT_EQ(result.code, mistake.code) << result.err;
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  for (const char* said : mistake.said) EXPECT_THAT(result.err, HasSubstr(said));
  EXPECT_TRUE(result.out.empty()) << result.out;
}

INSTANTIATE_TEST_SUITE_P(
    OfPeople, Mistakes,
    testing::Values(
        Mistake{"", 2, {"a command is missing", "fit, dropout, predict, verify"}},
        Mistake{"fti matrix data.csv", 2, {"'fti'", "did you mean fit?"}},
        Mistake{"fit", 2, {"expected one of matrix, tensor, network"}},
        Mistake{"fit matrx data.csv", 2, {"'matrx'", "did you mean matrix?"}},
        Mistake{"fit matrix", 2, {"DATA"}},
        Mistake{"fit matrix data.csv extra", 2, {"unexpected argument 'extra'"}},
        Mistake{"fit matrix data.csv --lamda 3", 2, {"'--lamda'", "did you mean --lambda?"}},
        Mistake{"fit matrix data.csv --lambda abc", 2, {"--lambda", "a number > 0", "'abc'"}},
        Mistake{"fit matrix data.csv --lambda -1", 2, {"--lambda", "a number > 0", "'-1'"}},
        Mistake{"fit matrix data.csv --lambda nan", 2, {"--lambda", "'nan'"}},
        Mistake{"fit matrix data.csv --lambda-ratio 2", 2, {"--lambda-ratio", "<= 1", "'2'"}},
        Mistake{"fit matrix data.csv --cv 1", 2, {"--cv", "from 2 to 100", "'1'"}},
        Mistake{"fit matrix data.csv --lambda 1 --cv 5", 2, {"--lambda and --cv", "together"}},
        Mistake{"fit matrix data.csv --lambda 1 --one-standard-error",
                2,
                {"--one-standard-error", "--cv"}},
        Mistake{"fit matrix data.csv --offset row", 2, {"'row'", "did you mean rows?"}},
        Mistake{"fit matrix data.csv --weights counts:2", 2, {"--weights", "from 0 to 1"}},
        Mistake{"fit matrix data.csv --loss hubber", 2, {"--loss", "did you mean huber?"}},
        Mistake{"fit matrix data.csv --loss logistic --lambda 1",
                3,
                {"the entry in row", "the logistic loss expects -1 and 1, or 0 and 1"}},
        Mistake{"fit matrix data.csv --loss poisson --lambda 1", 3, {"the entry in", "from 0 to"}},
        Mistake{"fit matrix data.csv --loss multinomial --lambda 1",
                3,
                {"the entry in row", "the multinomial loss expects whole numbers"}},
        Mistake{"fit matrix data.csv --loss multinomial --offset rows", 2, {"offset", "none"}},
        Mistake{"fit matrix data.csv --loss multinomial --refit", 2, {"refit", "squared"}},
        Mistake{"fit matrix data.csv --loss multinomial --offset-kind free",
                2,
                {"free offsets", "each category"}},
        Mistake{"fit matrix data.csv --loss multinomial --dictionary-v dct:3",
                2,
                {"a dictionary of the columns", "multinomial", "one of the rows"}},
        Mistake{"fit matrix data.csv --loss multinomial --norm-v 'l2 + tv(chain)'",
                2,
                {"total variation over the columns", "multinomial", "l1 and l2"}},
        Mistake{"fit matrix one.csv --loss multinomial", 3, {"all entries are 4", "2 to 100"}},
        Mistake{
            "fit matrix many.csv --loss multinomial", 3, {"is 101", "2 to 100 different values"}},
        Mistake{"fit matrix data.csv --loss multinomal", 2, {"did you mean multinomial?"}},
        Mistake{"fit matrix data.csv --loss poisson --offset global", 2, {"offset", "none"}},
        Mistake{"fit matrix data.csv --loss poisson --offset rows", 2, {"an offset", "free ones"}},
        Mistake{"fit matrix data.csv --loss huber --refit", 2, {"refit", "squared"}},
        Mistake{"fit matrix data.csv --loss huber --huber-threshold 0",
                2,
                {"--huber-threshold", "'0'"}},
        Mistake{"fit matrix data.csv --huber-threshold 1", 2, {"Huber threshold", "huber loss"}},
        Mistake{
            "predict not-a-model.h5 --errors e.csv --row 1", 2, {"--errors", "data of the fit"}},
        Mistake{"fit matrix data.csv --tol 0", 2, {"--tol", "'0'"}},
        Mistake{"fit matrix data.csv --threads many", 2, {"--threads", "'many'"}},
        Mistake{"fit matrix data.csv --out folder", 2, {"--out", "folder"}},
        Mistake{"fit matrix data.csv --out nowhere/m.h5", 2, {"--out", "no folder 'nowhere'"}},
        Mistake{"fit matrix data.csv --out data.csv", 2, {"--out", "data.csv"}},
        Mistake{"fit matrix data.csv --out ''", 2, {"--out", "empty"}},
        Mistake{"fit matrix data.csv --mask-color red", 2, {"--mask-color", "'red'"}},
        Mistake{"fit matrix data.csv --delimiter two", 2, {"--delimiter", "'two'"}},
        Mistake{"fit matrix data.csv --mask data.csv --lambda 1", 2, {"mask"}},
        Mistake{"fit matrix missing.csv", 3, {"'missing.csv' does not exist"}},
        Mistake{"fit matrix folder", 3, {"'folder' is a folder", "expected a file"}},
        Mistake{"fit matrix bad.csv", 3, {"bad.csv", "line 3", "abc"}},
        Mistake{"fit matrix empty.csv", 3, {"empty.csv"}},
        Mistake{"fit matrix huge.mtx --lambda 1",
                3,
                {"2147483647 x 2147483647 matrix with 2 observed entries", "needs about",
                 "bytes of memory", "are free"}},
        Mistake{"fit matrix data.csv --value rating", 3, {"rating", "value"}},
        Mistake{"fit matrix data.csv --lambda 1 --resume none.h5", 3, {"--resume", "none.h5"}},
        Mistake{"verify data.csv", 2, {"DATA"}},
        Mistake{"verify not-a-model.h5 data.csv", 3, {"not-a-model.h5"}},
        Mistake{"inspect missing.h5", 3, {"'missing.h5' does not exist"}},
        Mistake{"predict not-a-model.h5", 2, {"PAIRS", "--row", "--all"}},
        Mistake{"predict not-a-model.h5 --all", 2, {"--out"}},
        Mistake{"predict not-a-model.h5 --all --out x.txt", 2, {".csv", ".npy", ".png"}},
        Mistake{"report not-a-model.h5", 2, {"--out"}},
        Mistake{"simulate matrix --out x.txt", 2, {"x.txt", ".csv"}},
        Mistake{"simulate matrix --rows 3 --columns 2 --entries 7 --out x.csv",
                2,
                {"--entries 7", "at most 6"}},
        Mistake{"simulate matrix --rows 0 --out x.csv", 2, {"--rows", "'0'"}},
        Mistake{"simulate movie --out x.png", 2, {"x.png", ".tif"}},
        Mistake{"simulate movie --out x.tif --truth x.npy", 2, {"x.npy", ".npz"}},
        Mistake{
            "simulate movie --out x.tif --snr 1 --noise 1", 2, {"--snr and --noise", "together"}},
        Mistake{"simulate movie --out x.tif --radius 1", 2, {"--radius", "from 2", "'1'"}},
        Mistake{"simulate movie --out x.tif --width 100000 --height 100000",
                2,
                {"--width 100000", "2147483647 pixels"}}));

using Help = CommandTest;

TEST_F(Help, EveryCommandExplainsItselfWithExamples) {
  for (const char* command : {"", "fit matrix", "predict", "verify", "inspect", "report",
                              "simulate matrix", "simulate movie"}) {
    const Result help = hadal(std::string(command) + " --help");
    EXPECT_EQ(help.code, 0) << command;
    EXPECT_THAT(help.out, HasSubstr("Examples:")) << command;
    EXPECT_TRUE(help.err.empty()) << help.err;
  }
}

using OutOfMemory = CommandTest;

/// What cannot be foreseen ends in one line as well. (The variable lets the address sanitizer fail
/// an allocation as the system does.)
TEST_F(OutOfMemory, IsAnInternalErrorInOneLine) {
  const Result result =
      shell("ASAN_OPTIONS=allocator_may_return_null=1 " + quoted(HADAL_BINARY) +
            " simulate matrix --rows 2147483647 --columns 9999 --rank 9999 --entries 9 "
            "--out x.csv");
  EXPECT_EQ(result.code, 5) << result.err;
  EXPECT_THAT(result.err, HasSubstr("out of memory"));
  EXPECT_FALSE(exists("x.csv"));
}

using FailedWrite = CommandTest;

TEST_F(FailedWrite, IsFoundBeforeTheFitAndLeavesOldFilesAlone) {
  simulate();
  write_text(file("model.h5"), "old");
  EXPECT_EQ(hadal("fit matrix data.csv --lambda-ratio 0.3 --out model.h5 --json no/f.json").code,
            2);
  EXPECT_EQ(text_of("model.h5"), "old");
}

}  // namespace
}  // namespace hadal::test
