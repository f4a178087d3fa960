#include <regex>

#include "command.hpp"
#include "hadal/data/write.hpp"

namespace hadal::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class ReportCommand : public CommandTest {
 protected:
  /// The page after its scripts ran, or nothing where there is no browser.
  std::string rendered(const std::string& page) const {
    if (std::system("command -v chromium >/dev/null") != 0) return "";
    return shell(
               "chromium --headless --no-sandbox --disable-gpu --user-data-dir=profile "
               "--virtual-time-budget=5000 --dump-dom file://" +
               file(page).string())
        .out;
  }
};

TEST_F(ReportCommand, DrawsEveryPlotInABrowser) {
  simulate();
  done("fit matrix data.csv --cv 2 --quiet --out model.h5");
  done("report model.h5 --data data.csv --out report.html");
  const std::string page = rendered("report.html");
  if (page.empty()) GTEST_SKIP() << "chromium is not installed";
  // The page's script sets this at its very end, so an error on the way leaves it unset.
  EXPECT_THAT(page.substr(0, 500), HasSubstr("data-plots=\"5\""));
}

TEST_F(ReportCommand, DrawsAModelOfSizeZero) {
  simulate();
  done("fit matrix data.csv --lambda-ratio 1 --quiet --out model.h5");
  done("report model.h5 --out report.html");
  const std::string page = rendered("report.html");
  if (page.empty()) GTEST_SKIP() << "chromium is not installed";
  EXPECT_THAT(page.substr(0, 500), HasSubstr("data-plots="));
}

TEST_F(ReportCommand, LoadsNothingFromElsewhere) {
  simulate();
  done("fit matrix data.csv --lambda-ratio 0.3 --quiet --out model.h5");
  done("report model.h5 --out report.html");
  const std::string page = text_of("report.html");
  EXPECT_FALSE(std::regex_search(
      page, std::regex("(src|href|action|data)\\s*=\\s*[\"']?\\s*(https?:)?//|url\\(\\s*[\"']?http|"
                       "@import|<link",
                       std::regex::icase)));
}

TEST_F(ReportCommand, EscapesNamesThatComeFromData) {
  simulate();
  std::string text = text_of("data.csv");
  text.replace(0, text.find('\n'), "</script><b>row,\"a&b\",</script><script>alert(1)</script>");
  write_text(file("data.csv"), text);
  done("fit matrix data.csv --cv 2 --quiet --out model.h5");
  done("report model.h5 --out report.html");
  const std::string page = text_of("report.html");
  EXPECT_THAT(page, Not(HasSubstr("<b>row")));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, HasSubstr("&lt;b&gt;row"));
  EXPECT_THAT(page, HasSubstr("a&amp;b"));
}

TEST_F(ReportCommand, CallsNothingProvedWithoutAProof) {
  simulate();
  done("fit matrix data.csv --lambda-ratio 0.3 --proof none --quiet --out model.h5");
  done("report model.h5 --out report.html");
  const std::string page = text_of("report.html");
  EXPECT_THAT(page, HasSubstr("estimated lower bound"));
  EXPECT_THAT(page, Not(HasSubstr("the proved lower bound")));
  EXPECT_THAT(page, Not(HasSubstr("Global optimum, proved")));
}

TEST_F(ReportCommand, ShowsAPictureBeforeAndAfter) {
  write_png(file("photo.png"), Factor::Random(16, 20).array().abs() * 255, {16, 20, 1, 8});
  done("fit matrix photo.png --lambda-ratio 0.3 --quiet --out model.h5");
  done("report model.h5 --data photo.png --out report.html");
  const std::string page = text_of("report.html");
  const std::string address = "src=\"data:image/png;base64,";
  const std::size_t before = page.find(address), after = page.find(address, before + 1);
  ASSERT_NE(after, std::string::npos);
  EXPECT_THAT(page, HasSubstr("alt=\"The picture before"));
  EXPECT_THAT(page, HasSubstr("alt=\"The picture after"));
}

}  // namespace
}  // namespace hadal::test
