#include <fmt/format.h>

#include "hadal/report/words.hpp"

namespace hadal {

std::string networks_in_words(const DeepModel& model) {
  return fmt::format("network of parallel subnetworks of degree {}, of any width,",
                     plan_of(model).degree());
}

std::string penalty_in_words(const DeepModel& model) {
  const int degree = degree_of(model.penalty, plan_of(model));
  switch (model.penalty) {
    case LayerPenalty::powers:
      return fmt::format("sum over copies of powers of their layers' norms, of degree {}", degree);
    case LayerPenalty::product:
      return fmt::format("sum over copies of the product of their layers' norms, of degree {}",
                         degree);
    case LayerPenalty::decay:
      break;
  }
  const int own = plan_of(model).degree();
  return own == degree ? "weight decay, of degree 2"
                       : fmt::format(
                             "weight decay, of degree 2, not the subnetwork's {}: there "
                             "are local minima that are not global",
                             own);
}

std::string shape_in_words(const DeepModel& model) {
  const Shape& shape = *model.architecture.input;
  const std::string inputs =
      fmt::format("{} input{}{}", to_string(shape), shape.flat && shape.size() > 1 ? "s" : "",
                  model.architecture.bias ? " and biases" : "");
  if (model.task == Task::classification)
    return fmt::format("{}, {} classes", inputs, model.classes.size());
  return fmt::format("{}, {}", inputs, counted(model.outputs(), "output"));
}

std::string stop_in_words(const DeepModel& model) {
  if (model.stop != StopReason::exhausted) return stop_in_words(model.stop);
  if (model.iterations >= model.epochs) return "all epochs were run";
  return model.size() == 0 ? "the search found nothing to add"
                           : "the error on held-out samples no longer fell";
}

Vector strengths(const DeepModel& model) { return penalties(model); }

}  // namespace hadal
