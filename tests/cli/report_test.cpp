#include <array>
#include <map>
#include <regex>

#include "command.hpp"
#include "hadal/data/read.hpp"
#include "hadal/data/write.hpp"

namespace hadal::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class ReportCommand : public CommandTest {
 protected:
  /// What a browser without a window prints when it has opened the page and run its scripts;
  /// nothing where there is no browser.
  std::string browse(const std::string& page, const std::string& options) const {
    if (std::system("command -v chromium >/dev/null") != 0) return "";
    return shell(
               "chromium --headless --no-sandbox --disable-gpu --user-data-dir=profile "
               "--virtual-time-budget=5000 " +
               options + " file://" + file(page).string())
        .out;
  }
  std::string rendered(const std::string& page) const { return browse(page, "--dump-dom"); }
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
  EXPECT_THAT(page, HasSubstr("The fit's own record"));
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

/// Seen as a person sees it: a page that is blank, or blank but for its text, has few colours.
TEST_F(ReportCommand, OfAPictureWithHolesIsNotBlankOnTheScreen) {
  constexpr Index height = 48, width = 64;
  Factor photo(height, 3 * width);
  for (Index y = 0; y < height; ++y)
    for (Index x = 0; x < width; ++x) {
      const bool hole = (3 * x + 5 * y) % 4 == 0;
      const double levels[] = {4.0 * static_cast<double>(x), 5.0 * static_cast<double>(y),
                               2.0 * static_cast<double>(x + y)};
      for (Index c = 0; c < 3; ++c) photo(y, c * width + x) = hole ? 0 : levels[c] + 1;
    }
  write_png(file("photo.png"), photo, {height, width, 3, 8});
  done("fit matrix photo.png --mask-color 0,0,0 --lambda-ratio 0.01 --quiet --out model.h5");
  done("report model.h5 --data photo.png --out report.html");
  browse("report.html", "--window-size=1000,1400 --screenshot=" + file("seen.png").string());
  if (!exists("seen.png")) GTEST_SKIP() << "chromium is not installed";

  const MatrixData seen = read_matrix(file("seen.png"));
  ASSERT_TRUE(seen.picture);
  EXPECT_EQ(seen.picture->width, 1000);
  EXPECT_EQ(seen.picture->height, 1400);
  const Entries& samples = seen.entries;
  ASSERT_EQ(samples.size(), 1000 * 1400 * 3);
  std::map<std::array<double, 3>, int> colors;
  for (Index y = 0; y < 1400; ++y) {
    const double* const row = samples.value.data() + y * 3000;
    for (Index x = 0; x < 1000; ++x) ++colors[{row[x], row[x + 1000], row[x + 2000]}];
  }
  EXPECT_GT(colors.size(), 500u);
  for (const auto& [color, count] : colors) EXPECT_LT(count, 0.95 * 1000 * 1400);
}

}  // namespace
}  // namespace hadal::test
