#include "tensor_data.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>

#include "hadal/error.hpp"
#include "positions.hpp"

namespace hadal::verify {
namespace {

using Labels = std::vector<std::string>;

const Labels& of_mode(const std::vector<Labels>& labels, std::size_t m) {
  static const Labels none;
  return labels.empty() ? none : labels[m];
}

/// Where each element of the data lies in the model.
std::vector<std::int32_t> places(const Labels& model, Index model_size, const Labels& data,
                                 Index data_size, std::size_t mode) {
  if (model.empty() != data.empty())
    throw ModelError(fmt::format("the elements of mode {} are {} in the data but {} in the model",
                                 mode, data.empty() ? "numbered" : "named",
                                 model.empty() ? "numbered" : "named"));
  if (model.empty() && model_size != data_size)
    throw ModelError(fmt::format("mode {} has {} elements in the data but {} in the model", mode,
                                 data_size, model_size));
  std::unordered_map<std::string_view, std::int32_t> known;
  for (const std::string& label : model)
    known.emplace(label, static_cast<std::int32_t>(known.size()));
  std::vector<std::int32_t> result;
  for (Index i = 0; i < data_size; ++i) {
    if (model.empty()) {
      result.push_back(static_cast<std::int32_t>(i));
      continue;
    }
    const auto found = known.find(data[static_cast<std::size_t>(i)]);
    if (found == known.end())
      throw ModelError(fmt::format("the model knows no '{}' in mode {}",
                                   data[static_cast<std::size_t>(i)], mode));
    result.push_back(found->second);
  }
  return result;
}

}  // namespace

bool same_order(const TensorModel& model, const TensorData& data) {
  const std::vector<Index> shape = model.data_shape();
  if (data.entries.shape != shape) return false;
  for (std::size_t m = 0; m < shape.size(); ++m)
    if (of_mode(model.labels, m) != of_mode(data.labels, m)) return false;
  return true;
}

TensorEntries fitted_to(const TensorModel& model, const TensorData& data) {
  const std::vector<Index> shape = model.data_shape();
  if (data.entries.shape.size() != shape.size())
    throw ModelError(fmt::format("the data are of shape ({}) but the model of shape ({})",
                                 fmt::join(data.entries.shape, ", "), fmt::join(shape, ", ")));
  const Positions positions(data.entries);
  TensorEntries fitted{shape, {}, data.entries.value, data.entries.weight};
  for (std::size_t m = 0; m < shape.size(); ++m) {
    const std::vector<std::int32_t> place = places(
        of_mode(model.labels, m), shape[m], of_mode(data.labels, m), data.entries.shape[m], m);
    std::vector<std::int32_t> index;
    for (Index k = 0; k < positions.size(); ++k)
      index.push_back(place[static_cast<std::size_t>(positions.at(m, k))]);
    fitted.index.push_back(std::move(index));
  }
  try {
    canonicalise(fitted);
  } catch (const DataError& error) {
    throw ModelError(fmt::format("the data do not fit the model: {}", error.what()));
  }
  return fitted;
}

TensorEntries by_category(const TensorEntries& entries, const std::vector<std::int64_t>& categories,
                          std::optional<double>& unfit) {
  const auto count = static_cast<std::int32_t>(categories.size());
  TensorEntries each;
  each.shape = entries.shape;
  each.shape.push_back(count);
  if (!entries.full()) each.index.resize(each.shape.size());
  for (std::size_t k = 0; k < entries.value.size(); ++k) {
    std::int32_t chosen = -1;
    for (std::int32_t c = 0; c < count; ++c)
      if (static_cast<double>(categories[static_cast<std::size_t>(c)]) == entries.value[k])
        chosen = c;
    if (chosen < 0 && !unfit) unfit = entries.value[k];
    for (std::int32_t c = 0; c < count; ++c) {
      each.value.push_back(c == std::max(chosen, 0) ? 1 : 0);
      if (!entries.weight.empty()) each.weight.push_back(entries.weight[k]);
      if (entries.full()) continue;
      for (std::size_t m = 0; m < entries.shape.size(); ++m)
        each.index[m].push_back(entries.index[m][k]);
      each.index.back().push_back(c);
    }
  }
  return each;
}

}  // namespace hadal::verify
