#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "hadal/types.hpp"

namespace hadal::onnx_graph {

/// What a node gives, by which others take it.
using Name = std::string;
using Numbers = std::vector<std::int64_t>;
using Number = std::pair<std::string, std::int64_t>;
using Attributes = std::vector<std::pair<std::string, Numbers>>;

/// The operators of ONNX that networks are made of. Every function appends one, or a constant, and
/// returns the name of what it gives.
class Graph {
 public:
  Graph();

  Name apply(const std::string& operation, const std::vector<Name>& from,
             const Attributes& lists = {}, const std::vector<Number>& numbers = {});
  /// x where x >= 0, slope x elsewhere.
  Name leaky(const Name& x, double slope);
  /// `values`, row by row, in the shape.
  Name constant(const Numbers& shape, const Factor& values);

  /// To this shape, in which 0 stands for as many as there are.
  Name reshaped(const Name& x, const Numbers& shape);
  Name transposed(const Name& x, const Numbers& order);
  /// x weight^T + bias; bias: one number for each row of the weight, or empty for none.
  Name multiplied(const Name& x, const Factor& weight, const Vector& bias);
  /// The class of every row with the largest value.
  Name label(const Name& x, const std::vector<std::string>& classes);

  /// Calls a value what users know it by, and makes it an output; the shape's first dimension is
  /// the number of samples.
  void output(const Name& value, const std::string& name, bool text, const Numbers& rest);
  void input(const std::string& name, Index columns);
  void describe(const std::string& key, const std::string& value);

  const onnx::ModelProto& model() const { return model_; }

 private:
  onnx::NodeProto& node(const std::string& operation, const std::vector<Name>& from);
  Name next() { return "value" + std::to_string(++count_); }

  onnx::ModelProto model_;
  onnx::GraphProto& graph_ = *model_.mutable_graph();
  int count_ = 0;
};

}  // namespace hadal::onnx_graph
