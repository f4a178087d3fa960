#pragma once

/// Everything a program needs to read data, fit a model, keep it, predict with it and check it.
#include "hadal/data/matrix_data.hpp"
#include "hadal/data/movie.hpp"
#include "hadal/data/read.hpp"
#include "hadal/data/write.hpp"
#include "hadal/dictionary/dictionary.hpp"
#include "hadal/error.hpp"
#include "hadal/fit/matrix_fit.hpp"
#include "hadal/model/matrix_model.hpp"
#include "hadal/model/model_io.hpp"
#include "hadal/model/predict.hpp"
#include "hadal/report/matrix_report.hpp"
#include "hadal/verify/verify.hpp"
#include "hadal/version.hpp"
