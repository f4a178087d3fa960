#include <fmt/format.h>

#include "command.hpp"
#include "hadal/model/model_io.hpp"
#include "math/changed_claims.hpp"

namespace hadal::test {
namespace {

/// A fit leaves a model file; what is changed in it, or in the data file, is found by `verify`.
class ChangedFiles : public CommandTest {
 protected:
  void fit(const std::string& options) const {
    simulate();
    done("fit matrix data.csv --quiet --out model.h5 " + options);
    ASSERT_EQ(hadal("verify model.h5 data.csv").code, 0);
  }
  /// What `verify` says of the model file with a change.
  Result verify_changed(const std::function<void(MatrixModel&, MatrixData&)>& change) const {
    MatrixModel model = load_model(file("model.h5"));
    MatrixData unused;
    change(model, unused);
    save_model(file("changed.h5"), model);
    return hadal("verify changed.h5 data.csv --json verdict.json");
  }
};

/// Figures of the certificate that changed_figures() leaves to the mathematics' own tests.
std::vector<Changed> changed_certificates() {
  return {{"a factor of columns", [](MatrixModel& m, MatrixData&) { m.v(3, 0) *= 1.01; }},
          {"a smaller polar bound",
           [](MatrixModel& m, MatrixData&) { m.certificate.polar_bound *= 0.999; }},
          {"a larger polar bound",
           [](MatrixModel& m, MatrixData&) { m.certificate.polar_bound *= 1.001; }},
          {"a smaller gap", [](MatrixModel& m, MatrixData&) { m.certificate.gap *= 0.5; }},
          {"a smaller relative gap",
           [](MatrixModel& m, MatrixData&) { m.certificate.relative_gap *= 0.5; }},
          {"a higher lower bound with the gap that follows",
           [](MatrixModel& m, MatrixData&) {
             Certificate& c = m.certificate;
             c.lower_bound += c.gap / 2;
             c.gap /= 2;
             c.relative_gap /= 2;
           }},
          {"no proof", [](MatrixModel& m, MatrixData&) { m.certificate.proof = Proof::none; }},
          {"a proof that may fail, without its probability",
           [](MatrixModel& m, MatrixData&) { m.certificate.proof = Proof::probabilistic; }},
          {"another size at the end of the history",
           [](MatrixModel& m, MatrixData&) { ++m.trace.back().size; }},
          {"another objective at the end of the history",
           [](MatrixModel& m, MatrixData&) { m.trace.back().objective *= 1 + 1e-6; }},
          {"another lower bound at the end of the history",
           [](MatrixModel& m, MatrixData&) { m.trace.back().lower_bound *= 1 + 1e-6; }},
          {"a history that ends earlier", [](MatrixModel& m, MatrixData&) { m.trace.pop_back(); }},
          {"a status that does not follow", [](MatrixModel& m, MatrixData&) {
             m.status = m.status == Status::optimal ? Status::bounded : Status::optimal;
           }}};
}

TEST_F(ChangedFiles, AnyChangedFigureOfTheModelIsFound) {
  // With a gap that a change shows in.
  fit("--lambda-ratio 0.3 --proof deterministic --tol 0.02");
  ASSERT_GT(load_model(file("model.h5")).certificate.relative_gap, 1e-5);
  std::vector<Changed> changes = changed_figures();
  std::ranges::move(changed_certificates(), std::back_inserter(changes));
  for (const Changed& changed : changes) {
    const Result result = verify_changed(changed.change);
    EXPECT_EQ(result.code, 1) << changed.what << ": " << result.out << result.err;
    EXPECT_EQ(json_of("verdict.json")["confirmed"], false) << changed.what;
  }
}

TEST_F(ChangedFiles, AForgedProofIsAnsweredWithTheTrueGap) {
  for (const std::string proof : {"deterministic", "probabilistic"}) {
    simulate();
    EXPECT_EQ(hadal("fit matrix data.csv --quiet --out model.h5 --lambda-ratio 0.1 --size-max 1 "
                    "--proof " +
                    proof)
                  .code,
              4);
    const double gap = load_model(file("model.h5")).certificate.relative_gap;
    const Result result =
        verify_changed([](MatrixModel& model, MatrixData&) { forge_optimum(model); });
    EXPECT_EQ(result.code, 1) << result.out;
    const auto verdict = json_of("verdict.json");
    EXPECT_EQ(verdict["status"], "bounded");
    EXPECT_GT(verdict["relative_gap"], 1e-6);
    EXPECT_NEAR(verdict["relative_gap"], gap, 0.1 * gap);
  }
}

TEST_F(ChangedFiles, AnyChangedLineOfTheDataIsFound) {
  fit("--lambda-ratio 0.3");
  const std::string text = text_of("data.csv");
  for (const std::size_t place : {text.size() / 4, text.size() / 2, text.size() - 20}) {
    const std::size_t end = text.find('\n', place), value = text.rfind(',', end) + 1;
    std::string changed = text;
    changed.replace(value, end - value, fmt::format("{}", std::stod(text.substr(value)) + 0.01));
    write_text(file("changed.csv"), changed);
    EXPECT_EQ(hadal("verify model.h5 changed.csv").code, 1) << place;
    changed = text;
    changed.erase(text.rfind('\n', place), end - text.rfind('\n', place));
    write_text(file("changed.csv"), changed);
    EXPECT_EQ(hadal("verify model.h5 changed.csv").code, 1) << place << ", left out";
  }
}

}  // namespace
}  // namespace hadal::test
