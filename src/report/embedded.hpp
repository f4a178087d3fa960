#pragma once

/// Files that the build puts into the program (hadal_embed in cmake/HadalEmbed.cmake).
namespace hadal::embedded {

extern const char* const chart_js;    ///< Chart.js, MIT licence
extern const char* const report_js;   ///< page/report.js
extern const char* const report_css;  ///< page/report.css

}  // namespace hadal::embedded
