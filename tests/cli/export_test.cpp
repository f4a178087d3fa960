#include "command.hpp"

namespace hadal::test {
namespace {

using testing::HasSubstr;

using Export = CommandTest;

TEST_F(Export, WritesTheNetworkAndSaysWhatGoesInAndOut) {
  done("simulate network --shape rings --samples 60 --classes 2 --seed 2 --out s.csv");
  done("fit network s.csv --lambda-ratio 0.3 --tol 1e-2 --quiet --out n.h5");
  const Result exported = done("export n.h5 --out n.onnx");
  EXPECT_THAT(exported.out, HasSubstr("inputs       samples x 2: x, y\n"));
  EXPECT_THAT(exported.out, HasSubstr("label; probabilities, samples x 2: 0, 1\n"));
  EXPECT_THAT(text_of("n.onnx"), AllOf(HasSubstr("ai.onnx.ml"), HasSubstr("[\"x\",\"y\"]")));
}

TEST_F(Export, OfWhatIsNoNetworkIsRefused) {
  simulate();
  done("fit matrix data.csv --lambda-ratio 0.5 --tol 1e-2 --quiet --out m.h5");
  const Result matrix = hadal("export m.h5 --out m.onnx");
  EXPECT_EQ(matrix.code, 2);
  EXPECT_THAT(matrix.err, HasSubstr("not the model of a network"));
  EXPECT_FALSE(exists("m.onnx"));
  const Result name = hadal("export m.h5 --out m.txt");
  EXPECT_EQ(name.code, 2);
  EXPECT_THAT(name.err, HasSubstr(".onnx"));
  EXPECT_EQ(hadal("export data.csv --out m.onnx").code, 3);
}

}  // namespace
}  // namespace hadal::test
