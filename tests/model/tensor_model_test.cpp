#include "hadal/model/tensor_model.hpp"

#include <functional>
#include <limits>
#include <vector>

#include "damaged_model.hpp"
#include "same_model.hpp"

namespace hadal {
namespace {

using test::Damaged;
using test::same_array;
using test::tensor_model;
using ::testing::HasSubstr;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

TensorModel through_file(const TensorModel& model) {
  const auto path = test::model_path("tensor.h5");
  save_model(path, model);
  return load_tensor_model(path);
}

void expect_same_factors(const std::vector<Factor>& a, const std::vector<Factor>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t m = 0; m < a.size(); ++m) EXPECT_TRUE(same_array(a[m], b[m])) << m;
}

void expect_same_norms(const std::vector<FactorNorm>& a, const std::vector<FactorNorm>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t m = 0; m < a.size(); ++m) {
    EXPECT_EQ(a[m].l1, b[m].l1);
    EXPECT_EQ(a[m].l2, b[m].l2);
    EXPECT_EQ(a[m].tv, b[m].tv);
    EXPECT_EQ(a[m].nonnegative, b[m].nonnegative);
    EXPECT_EQ(a[m].graph.kind, b[m].graph.kind);
    EXPECT_EQ(a[m].graph.vertices, b[m].graph.vertices);
    EXPECT_EQ(a[m].graph.edges.size(), b[m].graph.edges.size());
  }
}

void expect_same(const TensorModel& a, const TensorModel& b) {
  test::expect_same_fit(a, b);
  EXPECT_EQ(a.categories, b.categories);
  expect_same_norms(a.norms, b.norms);
  expect_same_factors(a.factors, b.factors);
  ASSERT_EQ(a.refit.has_value(), b.refit.has_value());
  if (a.refit) {
    EXPECT_EQ(a.refit->kind, b.refit->kind);
    expect_same_factors(a.refit->factors, b.refit->factors);
    EXPECT_TRUE(test::same(a.refit->validation_error, b.refit->validation_error));
  }
  EXPECT_EQ(a.mode_names, b.mode_names);
  EXPECT_EQ(a.labels, b.labels);
}

TEST(TensorModelFile, keeps_every_field_bit_for_bit) {
  const TensorModel model = tensor_model(), back = through_file(model);
  expect_same(model, back);
  ASSERT_TRUE(back.certificate.slack && back.certificate.slack->split);
  EXPECT_EQ(back.certificate.slack->split->row_modes, 5U);
  EXPECT_EQ(back.certificate.slack->split->divided_modes, 0U);
  EXPECT_EQ(back.certificate.slack->pieces[0].values, model.certificate.slack->pieces[0].values);
}

TEST(TensorModelFile, keeps_a_model_without_atoms_labels_or_history_and_divided_modes) {
  TensorModel model;
  model.factors = {Factor(5, 0), Factor(2, 0), Factor(3, 0), Factor(1, 0)};
  model.norms.resize(4);
  PolarSlack slack;
  slack.split = TensorSplit{1, 10};
  model.certificate.slack = std::make_shared<const PolarSlack>(slack);
  const TensorModel back = through_file(model);
  expect_same(model, back);
  EXPECT_EQ(back.certificate.slack->split->divided_modes, 10U);
  EXPECT_EQ(back.size(), 0);
  EXPECT_EQ(back.order(), 4);
}

TEST(TensorModelFile, keeps_every_order_and_loss) {
  for (Index order = 2; order <= 8; ++order) {
    TensorModel model;
    model.norms.resize(static_cast<std::size_t>(order));
    for (Index m = 0; m < order; ++m) model.factors.push_back(Factor::Random(m + 1, 2));
    for (const LossKind loss :
         {LossKind::squared, LossKind::huber, LossKind::logistic, LossKind::poisson}) {
      model.loss = loss;
      model.huber_threshold = loss == LossKind::huber ? 0.3 : 0;
      expect_same(model, through_file(model));
    }
  }
}

/// Of a matrix of two rows and three columns with three categories.
TensorModel model_of_categories() {
  TensorModel model;
  model.loss = LossKind::multinomial;
  model.categories = {-3, 0, 1LL << 53};
  model.factors = {Factor::Random(2, 2), Factor::Random(4, 2), Factor::Random(3, 2)};
  model.norms.resize(3);
  model.labels = {{"x", "y"}, {}};
  model.mode_names = {"who", "what"};
  return model;
}

TEST(TensorModelFile, keeps_categories_which_are_a_mode_more_than_the_data) {
  const TensorModel model = model_of_categories(), back = through_file(model);
  expect_same(model, back);
  EXPECT_EQ(back.data_shape(), (std::vector<Index>{2, 4}));
}

TEST(TensorModelFile, refuses_categories_that_do_not_fit) {
  const auto refused = [&](const std::function<void(TensorModel&)>& change, const char* part) {
    TensorModel bad = model_of_categories();
    change(bad);
    try {
      save_model(test::model_path("bad.h5"), bad);
      ADD_FAILURE() << "accepted: " << part;
    } catch (const ArgumentError& error) {
      EXPECT_THAT(error.what(), HasSubstr(part));
    }
  };
  refused([](auto& m) { m.categories = {1, 2}; }, "2 rows, one for each category");
  refused([](auto& m) { m.categories = {0, -3, 5}; }, "increasing");
  refused([](auto& m) { m.categories[2] += 2; }, "2^53");
  refused([](auto& m) { m.norms[2].l1 = 1; }, "l2 of the categories");
  refused([](auto& m) { m.norms[2].l2 = 2; }, "l2 of the categories");
  refused([](auto& m) { m.labels.push_back({"a", "b", "c"}); }, "of 3 modes");
  refused([](auto& m) { m.mode_names.pop_back(); }, "1 names, expected 2 or none");
  refused(
      [](auto& m) {
        m.factors.erase(m.factors.begin());
        m.norms.resize(2);
        m.labels.clear();
        m.mode_names.clear();
      },
      "a mode more than the data");
}

TEST(TensorModelFile, is_told_from_that_of_a_matrix) {
  const auto tensor = test::model_path("kind_t.h5"), matrix = test::model_path("kind_m.h5");
  save_model(tensor, tensor_model());
  save_model(matrix, test::full_model());
  EXPECT_EQ(model_kind(tensor), ModelKind::tensor);
  EXPECT_EQ(model_kind(matrix), ModelKind::matrix);
  const auto refusal = [](const std::function<void()>& load) {
    try {
      load();
    } catch (const ModelError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_THAT(refusal([&] { load_model(tensor); }),
              HasSubstr("is 'hadal tensor model', expected 'hadal matrix model'"));
  EXPECT_THAT(refusal([&] { load_tensor_model(matrix); }),
              HasSubstr("is 'hadal matrix model', expected 'hadal tensor model'"));
  Damaged other;
  other.attribute("/", "format", std::string("netCDF"));
  other.refusal();
  EXPECT_THAT(refusal([&] { model_kind(test::model_path("damaged.h5")); }),
              HasSubstr("unknown format 'netCDF'"));
  EXPECT_THROW(model_kind(test::model_path("nothing.h5")), ModelError);
}

TEST(TensorModelFile, refuses_to_write_what_is_no_model) {
  const auto path = test::model_path("bad.h5");
  const auto refused = [&](const std::function<void(TensorModel&)>& change, const char* part) {
    TensorModel bad = tensor_model();
    change(bad);
    try {
      save_model(path, bad);
      ADD_FAILURE() << "accepted: " << part;
    } catch (const ArgumentError& error) {
      EXPECT_THAT(error.what(), HasSubstr(part));
    }
  };
  const auto split = [](TensorModel& m, std::optional<TensorSplit> given) {
    PolarSlack slack = *m.certificate.slack;
    slack.split = given;
    m.certificate.slack = std::make_shared<const PolarSlack>(slack);
  };
  refused([](auto& m) { m.factors.clear(), m.norms.clear(); }, "2 to 8 modes");
  refused([](auto& m) { m.factors.resize(1), m.norms.resize(1); }, "2 to 8 modes");
  refused([](auto& m) { m.factors.resize(9, m.factors[0]), m.norms.resize(9); }, "2 to 8 modes");
  refused([](auto& m) { m.factors[1] = Factor::Ones(3, 1); }, "as many columns as mode0, 2");
  refused([](auto& m) { m.factors[1] = Factor(0, 2); }, "1 .. 2^31 - 1 rows");
  refused([](auto& m) { m.factors[2](3, 1) = not_a_number; }, "mode2[3, 1]");
  refused(
      [](auto& m) {
        for (Factor& f : m.factors) f = Factor::Ones(f.rows(), 25);
      },
      "at most 24 columns");
  refused([](auto& m) { m.factors[1](0, 0) = -1e-9; }, "norm1 is violated by the factor");
  refused([](auto& m) { m.norms.resize(2); }, "2 norms, expected 3");
  refused([](auto& m) { m.norms[0].l1 = 2e4; }, "from 0.0001 to 10000");
  refused([](auto& m) { m.norms[0].l1 = 1e-5; }, "from 0.0001 to 10000");
  refused([](auto& m) { m.norms[0].l2 = -1; }, "from 0.0001 to 10000");
  refused([](auto& m) { m.norms[0] = {0, 0, 1, false, {}}; }, "l1 + l2 > 0");
  refused(
      [](auto& m) {
        m.norms[2].graph = lattice(GraphKind::chain, {3, 1, 1});
      },
      "a graph of 4 vertices");
  refused([](auto& m) { m.loss = LossKind::multinomial; }, "categories is of length 0");
  refused([](auto& m) { m.categories = {1, 2, 3, 4}; }, "categories is given");
  refused([](auto& m) { m.loss = LossKind::poisson; }, "refit is present");
  refused([](auto& m) { m.huber_threshold = 1; }, "huber_threshold");
  refused([](auto& m) { m.refit->kind = "core"; }, "weights or factors");
  refused([](auto& m) { m.refit->factors.pop_back(); }, "refit is of 2 modes");
  refused([](auto& m) { m.refit->factors[1] = Factor::Ones(3, 2); }, "refit mode1");
  refused([](auto& m) { m.refit->factors[1] = Factor::Ones(4, 1); }, "refit mode1");
  refused([](auto& m) { m.mode_names.pop_back(); }, "2 names, expected 3 or none");
  refused([](auto& m) { m.mode_names[0] = std::string("a\0b", 3); }, "NUL");
  refused([](auto& m) { m.labels.pop_back(); }, "of 2 modes");
  refused([](auto& m) { m.labels[0][1] = "x"; }, "labels0 holds 'x' twice");
  refused([](auto& m) { m.labels[0].pop_back(); }, "1 labels, expected 2 or none");
  refused([&](auto& m) { split(m, {}); }, "slack split is missing");
  for (const auto& [rows, divided] : std::vector<std::pair<std::uint32_t, std::uint32_t>>{
           {0, 0}, {7, 0}, {8, 0}, {1, 8}, {1, 1}, {3, 2}, {1, 6}, {0, 1}, {0xffffffff, 0}})
    refused(
        [&, rows = rows, divided = divided](auto& m) {
          split(m, TensorSplit{rows, divided});
        },
        "slack split is rows");
  TensorModel matrix_slack = tensor_model();
  MatrixModel matrix = test::full_model();
  matrix.certificate.slack = matrix_slack.certificate.slack;
  EXPECT_THROW(save_model(path, matrix), ArgumentError);
}

using Damage = std::function<void(Damaged&)>;

void refused(const Damage& damage, const char* part) {
  test::expect_refused(tensor_model(), damage, part);
}

TEST(DamagedTensorModel, lacks_something) {
  for (const char* object :
       {"problem", "problem/norm1", "problem/norm2/edges", "atoms", "atoms/mode2", "refit/mode0",
        "claim", "claim/slack/tree", "record", "record/trace/polar", "record/path/size", "names",
        "names/mode_names", "names/labels1"})
    refused([&](Damaged& f) { f.remove(object); }, "is missing");
  for (const auto& [group, name] :
       std::vector<std::pair<const char*, const char*>>{{"/", "format"},
                                                        {"/", "format_version"},
                                                        {"problem", "loss"},
                                                        {"problem", "huber_threshold"},
                                                        {"problem", "lambda"},
                                                        {"problem", "lambda_max"},
                                                        {"problem/norm0", "l1"},
                                                        {"problem/norm2", "graph"},
                                                        {"atoms", "order"},
                                                        {"refit", "kind"},
                                                        {"refit", "validation_error"},
                                                        {"claim", "dual_scale"},
                                                        {"claim", "stop"},
                                                        {"claim/slack/split", "row_modes"},
                                                        {"claim/slack/split", "divided_modes"},
                                                        {"record", "seed"}})
    refused([&, group = group, name = name](Damaged& f) { f.remove_attribute(group, name); },
            "is missing");
  // Without its split a slack says nothing about a tensor.
  refused([](Damaged& f) { f.remove("claim/slack/split"); }, "slack split is missing");
}

TEST(DamagedTensorModel, has_a_number_out_of_range) {
  struct Bad {
    const char *group, *name;
    double value;
  };
  for (const Bad& bad : std::vector<Bad>{{"problem", "lambda", -1},
                                         {"problem", "lambda_max", infinity},
                                         {"problem", "huber_threshold", 2},
                                         {"problem/norm0", "l1", not_a_number},
                                         {"problem/norm0", "l2", 1e5},
                                         {"problem/norm1", "tv", 0.5},
                                         {"claim", "objective", -1},
                                         {"claim", "lower_bound", not_a_number},
                                         {"claim", "gap", infinity},
                                         {"claim", "relative_gap", not_a_number},
                                         {"claim", "polar_bound", -1},
                                         {"claim", "dual_scale", 1.5},
                                         {"claim", "failure_probability", 2},
                                         {"claim", "tolerance", 0},
                                         {"record", "train_error", -1},
                                         {"record", "validation_error", infinity},
                                         {"record", "seconds", not_a_number},
                                         {"refit", "validation_error", -2}})
    refused([&](Damaged& f) { f.attribute(bad.group, bad.name, bad.value); }, "expected");
  const auto whole = [](const char* group, const char* name, std::int64_t value) {
    refused([&](Damaged& f) { f.attribute(group, name, value); }, "expected");
  };
  for (const std::int64_t order : {-1, 0, 1, 9, 1 << 30}) whole("atoms", "order", order);
  for (const std::int64_t mask : {-1, 256, 7, 0}) whole("claim/slack/split", "row_modes", mask);
  for (const std::int64_t mask : {-1, 256, 2, 1, 8})
    whole("claim/slack/split", "divided_modes", mask);
  refused([](Damaged& f) { f.attribute("atoms", "order", std::int64_t{4}); }, "mode3: is missing");
  refused([](Damaged& f) { f.attribute("atoms", "order", std::int64_t{2}); }, "slack split");
  refused([](Damaged& f) { f.attribute("record", "iterations", std::int64_t{1} << 40); },
          "out of range");
  refused([](Damaged& f) { f.value("record/trace/iteration", 1, std::int64_t{1} << 40); },
          "out of range");
}

TEST(DamagedTensorModel, has_an_unknown_word) {
  for (const auto& [group, name] :
       std::vector<std::pair<const char*, const char*>>{{"problem", "loss"},
                                                        {"problem/norm2", "graph"},
                                                        {"claim", "proof"},
                                                        {"claim", "status"},
                                                        {"claim", "stop"},
                                                        {"refit", "kind"}})
    refused([&, group = group,
             name = name](Damaged& f) { f.attribute(group, name, std::string("sideways")); },
            "sideways");
  refused([](Damaged& f) { f.attribute("problem", "loss", std::string("multinomial")); },
          "categories: is missing");
}

TEST(DamagedTensorModel, has_arrays_of_the_wrong_shape_type_or_values) {
  for (const char* factor : {"atoms/mode0", "atoms/mode1", "atoms/mode2", "refit/mode1"}) {
    refused([&](Damaged& f) { f.dataset(factor, H5T_IEEE_F64LE, {5}); }, "2 dimension(s)");
    refused([&](Damaged& f) { f.dataset(factor, H5T_IEEE_F32LE, {3, 2}); }, "float64");
    refused([&](Damaged& f) { f.dataset(factor, H5T_IEEE_F64LE, {0, 2}); }, "expected");
    refused([&](Damaged& f) { f.dataset(factor, H5T_IEEE_F64LE, {9, 9}); }, "expected");
    refused([&](Damaged& f) { f.value(factor, 0, not_a_number); }, "a finite number");
    refused(
        [&](Damaged& f) {
          f.dataset(factor, H5T_IEEE_F64LE, {1 << 20, 1 << 20},
                    [](hid_t plan) { H5Pset_alloc_time(plan, H5D_ALLOC_TIME_LATE); });
        },
        "does not hold that many values");
  }
  refused([](Damaged& f) { f.value("atoms/mode1", 0, -1.0); }, "violated by the factor");
  refused([](Damaged& f) { f.value("problem/norm2/shape", 0, std::int64_t{1} << 40); }, "vertices");
  refused([](Damaged& f) { f.value("problem/norm2/shape", 0, std::int64_t{3}); }, "vertices");
  refused([](Damaged& f) { f.dataset("names/mode_names", H5T_IEEE_F64LE, {3}); },
          "text of fixed length");
  refused([](Damaged& f) { f.dataset("names/labels2", H5T_C_S1, {4}); }, "twice");
  refused([](Damaged& f) { f.soft_link("/atoms/mode0", "atoms/mode1"); }, "link elsewhere");
  refused([](Damaged& f) { f.dataset("record/trace/polar", H5T_IEEE_F64LE, {3}); },
          "like its neighbours");
}

}  // namespace
}  // namespace hadal
