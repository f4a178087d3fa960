#include "model_json.hpp"

#include "hadal/report/words.hpp"

namespace hadal::cli {
namespace {

using Json = nlohmann::ordered_json;

Json path_json(const std::vector<PathPoint>& path) {
  Json points = Json::array();
  for (const PathPoint& point : path) {
    points.push_back({{"lambda", point.lambda},
                      {"size", point.size},
                      {"objective", point.objective},
                      {"relative_gap", point.relative_gap},
                      {"validation_error", point.validation_error},
                      {"validation_standard_error", point.validation_standard_error}});
  }
  return points;
}

/// What the models of all families say.
Json common_json(const FittedModel& model, Index size) {
  // The library writes NaN and infinity as null.
  const Certificate& certificate = model.certificate;
  return {{"status", to_string(model.status)},
          {"objective", certificate.objective},
          {"lower_bound", certificate.lower_bound},
          {"gap", certificate.gap},
          {"relative_gap", certificate.relative_gap},
          {"proof", to_string(certificate.proof)},
          {"failure_probability", certificate.failure_probability},
          {"polar_bound", certificate.polar_bound},
          {"lambda", model.lambda},
          {"lambda_max", model.lambda_max},
          {"size", size},
          {"seconds", model.seconds},
          {"iterations", model.iterations},
          {"train_error", model.train_error},
          {"validation_error", model.validation_error},
          {"version", model.version},
          {"stop", to_string(model.stop)},
          {"tolerance", model.tolerance},
          {"method", certificate.method},
          {"loss", to_string(model.loss)},
          {"seed", model.seed},
          {"huber_threshold",
           model.loss == LossKind::huber ? Json(model.huber_threshold) : Json(nullptr)}};
}

/// What the models of all networks say of their samples.
void add_samples(const SampleModel& model, Json& json) {
  const bool classes = model.task == Task::classification;
  json["task"] = classes ? "classification" : "regression";
  json["inputs"] = model.encoding.names();
  json["classes"] = classes ? Json(model.classes) : Json(nullptr);
  json["outputs"] = model.outputs();
  json["train_accuracy"] = model.train_accuracy;
  json["validation_accuracy"] = model.validation_accuracy;
}

}  // namespace

Json model_json(const MatrixModel& model) {
  Json json = common_json(model, model.size());
  json["rows"] = model.rows();
  json["columns"] = model.columns();
  json["categories"] = model.loss == LossKind::multinomial ? Json(model.categories) : Json(nullptr);
  const auto dictionary = [](const Dictionary& given) {
    return given.given() ? Json(dictionary_in_words(given)) : Json(nullptr);
  };
  json["dictionary_u"] = dictionary(model.dictionary_u);
  json["dictionary_v"] = dictionary(model.dictionary_v);
  json["refit"] = model.refit ? Json{{"kind", model.refit->kind},
                                     {"size", model.refit->u.cols()},
                                     {"validation_error", model.refit->validation_error}}
                              : Json(nullptr);
  json["path"] = path_json(model.path);
  return json;
}

Json model_json(const DropoutModel& model) {
  Json json = common_json(model, model.size());
  json["lambda_max"] = nullptr;
  json["method_of_fit"] = model.method;
  json["noise"] = to_string(model.noise.kind);
  json["retain"] = model.noise.retain;
  json["retain_start"] = model.retain_start;
  json["block"] = model.noise.block;
  json["widths"] = model.network.widths();
  json["auto_width"] = model.auto_width;
  json["outputs"] = model.network.outputs();
  json["inputs"] = model.network.inputs();
  json["target_values"] =
      std::vector<double>(model.target_values.begin(), model.target_values.end());
  json["product_values"] =
      std::vector<double>(model.product_values.begin(), model.product_values.end());
  json["unit_products"] =
      std::vector<double>(model.unit_products.begin(), model.unit_products.end());
  json["curve"] = Json::array();
  for (const CurvePoint& point : model.curve)
    json["curve"].push_back({{"epoch", point.epoch},
                             {"retain", point.retain},
                             {"deterministic", point.deterministic},
                             {"stochastic", point.stochastic},
                             {"standard_error", point.standard_error}});
  return json;
}

Json model_json(const TensorModel& model) {
  Json json = common_json(model, model.size());
  json["shape"] = model.data_shape();
  json["categories"] = model.loss == LossKind::multinomial ? Json(model.categories) : Json(nullptr);
  json["norms"] = Json::array();
  for (const FactorNorm& norm : model.norms) json["norms"].push_back(norm_in_words(norm));
  json["refit"] = model.refit ? Json{{"kind", model.refit->kind},
                                     {"size", model.refit->factors.front().cols()},
                                     {"validation_error", model.refit->validation_error}}
                              : Json(nullptr);
  json["path"] = path_json(model.path);
  return json;
}

Json model_json(const NetworkModel& model) {
  Json json = common_json(model, model.size());
  json["hidden"] = model.hidden();
  json["penalty"] = to_string(model.penalty);
  add_samples(model, json);
  json["bias"] = model.bias;
  json["path"] = path_json(model.path);
  return json;
}

Json model_json(const DeepModel& model) {
  const Plan plan = plan_of(model);
  Json json = common_json(model, model.size());
  json["architecture"] = model.architecture.to_text();
  json["penalty"] = to_string(model.penalty);
  json["degree"] = plan.degree();
  json["degrees"] = plan.degrees;
  json["parameters"] = plan.parameters();
  json["epochs"] = model.epochs;
  json["polar"] = model.trace.empty() ? Json(nullptr) : Json(model.trace.back().polar);
  add_samples(model, json);
  json["bias"] = model.architecture.bias;
  json["path"] = path_json(model.path);
  return json;
}

}  // namespace hadal::cli
