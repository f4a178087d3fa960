#include "sample_targets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "hadal/error.hpp"
#include "number.hpp"

namespace hadal::io {
namespace {

constexpr std::size_t most_classes = 100;

/// The label that a number is, however it is written in the file.
std::string label_of(double number) {
  return fmt::format("{}", number + 0.0);  // -0 is 0
}

std::vector<std::string> labels_of(const Factor& numbers) {
  std::vector<std::string> labels;
  labels.reserve(static_cast<std::size_t>(numbers.rows()));
  for (Index sample = 0; sample < numbers.rows(); ++sample)
    labels.push_back(label_of(numbers(sample, 0)));
  return labels;
}

/// Integers with 2 to 20 different values of which every one occurs twice or more.
bool look_like_labels(const Factor& numbers) {
  constexpr std::size_t most_values = 20;
  if (numbers.cols() != 1) return false;
  std::map<double, Index> counts;
  for (const double number : numbers.reshaped()) {
    if (number != std::floor(number)) return false;
    ++counts[number];
    if (counts.size() > most_values) return false;
  }
  return counts.size() >= 2 && std::all_of(counts.begin(), counts.end(),
                                           [](const auto& entry) { return entry.second >= 2; });
}

bool less_by_value(const std::string& a, const std::string& b) {
  const double left = parse_number(a).value, right = parse_number(b).value;
  return left != right ? left < right : a < b;
}

std::vector<std::string> classes_of(const Source& source, const std::vector<std::string>& labels) {
  std::set<std::string> found;
  for (const std::string& label : labels) {
    found.insert(label);
    if (found.size() > most_classes) {
      refuse(source, fmt::format("more than {} classes, the next is {}: expected 2 to {}",
                                 most_classes, shown(label), most_classes));
    }
  }
  if (found.size() < 2) {
    refuse(source, fmt::format("all {} samples are of the class {}: expected 2 to {} classes",
                               labels.size(), shown(labels.front()), most_classes));
  }
  std::vector<std::string> classes(found.begin(), found.end());
  const auto is_number = [](const std::string& label) {
    return parse_number(label).kind == NumberKind::finite;
  };
  if (std::all_of(classes.begin(), classes.end(), is_number))
    std::sort(classes.begin(), classes.end(), less_by_value);
  return classes;
}

/// The class with this label, or with the same number; -1 where there is none.
int class_of(const std::vector<std::string>& classes, const std::string& label) {
  auto found = std::find(classes.begin(), classes.end(), label);
  if (found == classes.end()) {
    const Number number = parse_number(label);
    if (number.kind == NumberKind::finite)
      found = std::find(classes.begin(), classes.end(), label_of(number.value));
  }
  return found == classes.end() ? -1 : static_cast<int>(found - classes.begin());
}

void name_targets(SampleData& data, Index outputs, const SampleData* like) {
  if (like != nullptr) {
    data.target_names = like->target_names;
  } else if (data.target_names.empty()) {
    for (Index output = 0; output < outputs; ++output)
      data.target_names.push_back(outputs == 1 ? "target" : fmt::format("target {}", output + 1));
  }
}

}  // namespace

void set_targets(SampleData& data, const Source& source, Factor numbers, TaskChoice task,
                 const SampleData* like) {
  const bool as_labels = like != nullptr                 ? like->task == Task::classification
                         : task == TaskChoice::automatic ? look_like_labels(numbers)
                                                         : task == TaskChoice::classification;
  const Index expected = as_labels ? 1
                         : like == nullptr || like->target_names.empty()
                             ? numbers.cols()
                             : static_cast<Index>(like->target_names.size());
  if (numbers.cols() != expected) {
    refuse(source, fmt::format("{} targets for every sample: expected {}{}", numbers.cols(),
                               expected, as_labels ? ", as they are classes" : ""));
  }
  if (as_labels) return set_labels(data, source, labels_of(numbers), like);
  name_targets(data, numbers.cols(), like);
  data.task = Task::regression;
  data.targets = std::move(numbers);
  data.has_targets = true;
}

void set_labels(SampleData& data, const Source& source, const std::vector<std::string>& labels,
                const SampleData* like) {
  name_targets(data, 1, like);
  data.task = Task::classification;
  data.classes = like != nullptr ? like->classes : classes_of(source, labels);
  data.labels.reserve(labels.size());
  for (const std::string& label : labels) data.labels.push_back(class_of(data.classes, label));
  data.has_targets = true;
}

void set_no_targets(SampleData& data, const SampleData& like) {
  data.task = like.task;
  data.classes = like.classes;
  data.target_names = like.target_names;
}

}  // namespace hadal::io
