#include "damaged_model.hpp"

#include <fstream>
#include <limits>

/// Every way to damage a model file has to be refused, with a message that names the file and the
/// place. Files are damaged through the HDF5 library itself.
namespace hadal {
namespace {

using test::Damaged;
using ::testing::HasSubstr;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(DamagedModel, is_loaded_while_it_is_not_damaged) {
  Damaged file;
  EXPECT_NO_THROW(load_model(test::model_path("damaged.h5")));
}

TEST(DamagedModel, lacks_a_group_dataset_or_attribute) {
  for (const char* object :
       {"problem", "atoms", "claim", "record", "names", "atoms/u", "atoms/v", "refit/u",
        "problem/row_scale", "problem/offset_column", "record/trace", "record/trace/size",
        "record/path/lambda", "names/row_labels"}) {
    Damaged file;
    file.remove(object);
    EXPECT_THAT(file.refusal(), HasSubstr("is missing")) << object;
  }
  for (const auto& [group, name] :
       std::vector<std::pair<const char*, const char*>>{{"/", "format"},
                                                        {"/", "format_version"},
                                                        {"problem", "lambda"},
                                                        {"claim", "proof"},
                                                        {"claim", "status"},
                                                        {"record", "seed"},
                                                        {"names", "row_name"},
                                                        {"names/picture", "height"},
                                                        {"names/movie", "width"},
                                                        {"refit", "kind"}}) {
    Damaged file;
    file.remove_attribute(group, name);
    EXPECT_THAT(file.refusal(), HasSubstr(std::string(name) + ": is missing"));
  }
}

TEST(DamagedModel, is_of_another_format_or_version) {
  Damaged other;
  other.attribute("/", "format", std::string("netCDF"));
  EXPECT_THAT(other.refusal(), HasSubstr("is 'netCDF', expected 'hadal matrix model'"));
  Damaged newer;
  newer.attribute("/", "format_version", std::int64_t{2});
  EXPECT_THAT(newer.refusal(), HasSubstr("is 2, expected 1"));
}

TEST(DamagedModel, has_a_loss_that_does_not_fit_the_rest) {
  Damaged threshold;
  threshold.attribute("problem", "huber_threshold", 2.0);
  EXPECT_THAT(threshold.refusal(), HasSubstr("huber_threshold is 2, expected 0"));
  Damaged without;
  without.attribute("problem", "loss", std::string("huber"));
  EXPECT_THAT(without.refusal(), HasSubstr("huber_threshold is 0, expected a finite number > 0"));
  Damaged missing;
  missing.remove_attribute("problem", "huber_threshold");
  EXPECT_THAT(missing.refusal(), HasSubstr("huber_threshold: is missing"));
  for (const char* loss : {"logistic", "poisson"}) {
    Damaged file;
    file.attribute("problem", "loss", std::string(loss));
    EXPECT_THAT(file.refusal(), HasSubstr("any loss but the squared one")) << loss;
  }
}

TEST(DamagedModel, has_an_unknown_word) {
  const std::vector<std::pair<const char*, const char*>> words{
      {"problem", "loss"}, {"problem", "offset_terms"}, {"problem", "offset_policy"},
      {"claim", "proof"},  {"claim", "status"},         {"claim", "stop"},
      {"refit", "kind"}};
  for (const auto& [group, name] : words) {
    Damaged file;
    file.attribute(group, name, std::string("sideways"));
    EXPECT_THAT(file.refusal(), HasSubstr("sideways")) << name;
  }
}

TEST(DamagedModel, has_a_number_out_of_range) {
  struct Bad {
    const char *group, *name;
    double value;
  };
  for (const Bad& bad : std::vector<Bad>{{"problem", "lambda", -1},
                                         {"problem", "lambda", not_a_number},
                                         {"problem", "lambda_max", infinity},
                                         {"problem", "norm_alpha", 1.5},
                                         {"problem", "norm_alpha", -0.5},
                                         {"problem", "norm_alpha", not_a_number},
                                         {"problem", "offset_ridge", 0},
                                         {"problem", "offset_ridge", -1},
                                         {"problem", "offset_global", not_a_number},
                                         {"claim", "objective", -1},
                                         {"claim", "objective", infinity},
                                         {"claim", "lower_bound", not_a_number},
                                         {"claim", "gap", -infinity},
                                         {"claim", "relative_gap", not_a_number},
                                         {"claim", "polar_bound", -1},
                                         {"claim", "dual_scale", 1.0001},
                                         {"claim", "dual_scale", -0.1},
                                         {"claim", "failure_probability", 2},
                                         {"claim", "failure_probability", not_a_number},
                                         {"claim", "tolerance", 0},
                                         {"claim", "tolerance", not_a_number},
                                         {"record", "train_error", -1},
                                         {"record", "validation_error", infinity},
                                         {"record", "seconds", not_a_number},
                                         {"refit", "validation_error", -2}}) {
    Damaged file;
    file.attribute(bad.group, bad.name, bad.value);
    EXPECT_THAT(file.refusal(), HasSubstr("expected")) << bad.name << " = " << bad.value;
  }
}

TEST(DamagedModel, has_an_integer_out_of_range) {
  struct Bad {
    const char *group, *name;
    std::int64_t value;
  };
  for (const Bad& bad : std::vector<Bad>{{"record", "iterations", -1},
                                         {"record", "iterations", std::int64_t{1} << 40},
                                         {"names/picture", "height", 5},
                                         {"names/picture", "width", -3},
                                         {"names/picture", "width", std::int64_t{1} << 62},
                                         {"names/picture", "channels", 2},
                                         {"names/picture", "channels", 3},
                                         {"names/picture", "channels", (std::int64_t{1} << 32) + 1},
                                         {"names/picture", "bit_depth", 7},
                                         {"names/movie", "height", 0},
                                         {"names/movie", "height", 2},
                                         {"names/movie", "width", -3},
                                         {"names/movie", "width", std::int64_t{1} << 62}}) {
    Damaged file;
    file.attribute(bad.group, bad.name, bad.value);
    file.refusal();
  }
}

TEST(DamagedModel, has_a_value_that_is_not_finite_or_not_allowed) {
  for (const char* dataset : {"atoms/u", "atoms/v", "refit/u", "refit/v", "problem/row_scale",
                              "problem/column_scale", "problem/offset_row", "problem/offset_column",
                              "record/trace/objective", "record/trace/polar", "record/path/lambda"})
    for (const double bad : {not_a_number, infinity, -infinity}) {
      Damaged file;
      file.value(dataset, 1, bad);
      EXPECT_THAT(file.refusal(), HasSubstr("expected")) << dataset << " " << bad;
    }
  for (const double bad : {0.0, -0.5, 1.5}) {
    Damaged file;
    file.value("problem/row_scale", 0, bad);
    file.refusal();
  }
  Damaged trace;
  trace.value("record/trace/lower_bound", 0, not_a_number);
  trace.refusal();
}

TEST(DamagedModel, has_a_dataset_of_the_wrong_shape) {
  struct Bad {
    const char* name;
    std::vector<hsize_t> shape;
  };
  for (const Bad& bad : std::vector<Bad>{{"atoms/u", {4, 3}},
                                         {"atoms/u", {5, 2}},
                                         {"atoms/u", {8}},
                                         {"atoms/u", {0, 2}},
                                         {"atoms/u", {2, 2, 2}},
                                         {"atoms/v", {3, 0}},
                                         {"refit/u", {4, 1}},
                                         {"refit/v", {4, 2}},
                                         {"problem/row_scale", {3}},
                                         {"problem/row_scale", {0}},
                                         {"problem/offset_row", {5}},
                                         {"problem/offset_column", {3, 1}},
                                         {"record/trace/objective", {3}},
                                         {"record/trace/objective", {0}}}) {
    Damaged file;
    file.dataset(bad.name, H5T_IEEE_F64LE, bad.shape);
    file.refusal();
  }
}

TEST(DamagedModel, claims_more_than_the_file_holds) {
  for (const std::vector<hsize_t>& shape : {std::vector<hsize_t>{hsize_t{1} << 30, 2},
                                            {hsize_t{1} << 28, hsize_t{1} << 28},
                                            {hsize_t{1} << 40, 0},
                                            {100000, 2}}) {
    Damaged file;
    file.dataset("atoms/u", H5T_IEEE_F64LE, shape, [](hid_t) {});  // never written
    file.refusal();
  }
  // Chunks that were never written take no room, and neither does a compressed constant.
  Damaged chunked;
  chunked.dataset("atoms/u", H5T_IEEE_F64LE, {4, 2}, [](hid_t plan) {
    const hsize_t chunk[] = {2, 2};
    H5Pset_chunk(plan, 2, chunk);
    H5Pset_deflate(plan, 9);
  });
  EXPECT_THAT(chunked.refusal(), HasSubstr("contiguous"));
  Damaged elsewhere;
  elsewhere.dataset("atoms/u", H5T_IEEE_F64LE, {4, 2},
                    [](hid_t plan) { H5Pset_external(plan, "/dev/zero", 0, 4 * 2 * 8); });
  EXPECT_THAT(elsewhere.refusal(), HasSubstr("inside the file"));
}

TEST(DamagedModel, has_a_dataset_of_the_wrong_type) {
  for (const hid_t type : {H5T_IEEE_F32LE, H5T_IEEE_F64BE, H5T_STD_I64LE, H5T_C_S1}) {
    Damaged file;
    file.dataset("atoms/u", type, {4, 2});
    EXPECT_THAT(file.refusal(), HasSubstr("expected type float64"));
  }
  Damaged count;
  count.dataset("record/trace/size", H5T_IEEE_F64LE, {2});
  EXPECT_THAT(count.refusal(), HasSubstr("expected type int64"));
  Damaged labels;
  labels.dataset("names/row_labels", H5T_IEEE_F64LE, {4});
  EXPECT_THAT(labels.refusal(), HasSubstr("text of fixed length"));
  Damaged attribute;
  attribute.attribute("problem", "lambda", std::int64_t{1});
  EXPECT_THAT(attribute.refusal(), HasSubstr("expected type float64"));
  Damaged text;
  text.attribute("problem", "loss", 1.0);
  EXPECT_THAT(text.refusal(), HasSubstr("text of fixed length"));
}

TEST(DamagedModel, has_labels_that_do_not_match) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, 3);
  Damaged fewer;
  fewer.dataset("names/row_labels", type, {3},
                [](hid_t plan) { H5Pset_alloc_time(plan, H5D_ALLOC_TIME_EARLY); });
  EXPECT_THAT(fewer.refusal(), HasSubstr("row_labels is 3 labels, expected 4 or none"));
  Damaged repeated;
  repeated.dataset("names/column_labels", type, {3},
                   [](hid_t plan) { H5Pset_alloc_time(plan, H5D_ALLOC_TIME_EARLY); });
  EXPECT_THAT(repeated.refusal(), HasSubstr("twice"));
  H5Tclose(type);
}

TEST(DamagedModel, points_elsewhere) {
  Damaged soft;
  soft.soft_link("/refit/u", "atoms/u");
  EXPECT_THAT(soft.refusal(), HasSubstr("is a link elsewhere"));
  Damaged external;
  external.external_link("atoms");
  EXPECT_THAT(external.refusal(), HasSubstr("is a link elsewhere"));
  Damaged kind;
  kind.dataset("atoms", H5T_IEEE_F64LE, {1});
  EXPECT_THAT(kind.refusal(), HasSubstr("is not a group"));
}

TEST(DamagedModel, is_cut_off_or_no_hdf5_at_all) {
  const auto path = test::model_path("cut.h5");
  save_model(path, test::full_model());
  const auto whole = std::filesystem::file_size(path);
  for (const double part : {0.0, 0.01, 0.3, 0.7, 0.99}) {
    save_model(path, test::full_model());
    std::filesystem::resize_file(path,
                                 static_cast<std::uintmax_t>(part * static_cast<double>(whole)));
    EXPECT_THROW(load_model(path), ModelError) << part;
  }
  std::ofstream(path) << "user,item,rating\n1,2,3\n";
  EXPECT_THROW(load_model(path), ModelError);
  EXPECT_THROW(load_model(std::filesystem::temp_directory_path()), ModelError);
  EXPECT_THROW(load_model(test::model_path("absent.h5")), ModelError);
}

}  // namespace
}  // namespace hadal
