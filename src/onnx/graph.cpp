#include "graph.hpp"

#include "hadal/version.hpp"

namespace hadal::onnx_graph {
namespace {

onnx::AttributeProto& attribute_of(onnx::NodeProto& node, const std::string& name,
                                   onnx::AttributeProto::AttributeType type) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(type);
  return attribute;
}

void set_list(onnx::NodeProto& node, const std::string& name, const Numbers& values) {
  onnx::AttributeProto& list = attribute_of(node, name, onnx::AttributeProto::INTS);
  for (const std::int64_t value : values) list.add_ints(value);
}

void set_number(onnx::NodeProto& node, const std::string& name, std::int64_t value) {
  attribute_of(node, name, onnx::AttributeProto::INT).set_i(value);
}

void set_type(onnx::ValueInfoProto& value, const std::string& name, bool text,
              const Numbers& rest) {
  value.set_name(name);
  onnx::TypeProto::Tensor& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(text ? onnx::TensorProto::STRING : onnx::TensorProto::FLOAT);
  tensor.mutable_shape()->add_dim()->set_dim_param("samples");
  for (const std::int64_t size : rest) tensor.mutable_shape()->add_dim()->set_dim_value(size);
}

void set_version(onnx::ModelProto& model, const std::string& domain, std::int64_t version) {
  onnx::OperatorSetIdProto& set = *model.add_opset_import();
  set.set_domain(domain);
  set.set_version(version);
}

}  // namespace

Graph::Graph() {
  model_.set_ir_version(7);  // the first in which operators of version 13 may be
  model_.set_producer_name("hadal");
  model_.set_producer_version(version);
  set_version(model_, "", 13);
  set_version(model_, "ai.onnx.ml", 2);
  graph_.set_name("network");
}

onnx::NodeProto& Graph::node(const std::string& operation, const std::vector<Name>& from) {
  onnx::NodeProto& node = *graph_.add_node();
  node.set_op_type(operation);
  for (const Name& name : from) node.add_input(name);
  node.add_output(next());
  return node;
}

Name Graph::apply(const std::string& operation, const std::vector<Name>& from,
                  const Attributes& lists, const std::vector<Number>& numbers) {
  onnx::NodeProto& made = node(operation, from);
  for (const auto& [name, values] : lists) set_list(made, name, values);
  for (const auto& [name, value] : numbers) set_number(made, name, value);
  return made.output(0);
}

Name Graph::leaky(const Name& x, double slope) {
  onnx::NodeProto& made = node("LeakyRelu", {x});
  attribute_of(made, "alpha", onnx::AttributeProto::FLOAT).set_f(static_cast<float>(slope));
  return made.output(0);
}

Name Graph::constant(const Numbers& shape, const Factor& values) {
  onnx::TensorProto& tensor = *graph_.add_initializer();
  tensor.set_name(next());
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t size : shape) tensor.add_dims(size);
  const SingleFactor single = values.cast<float>();
  tensor.set_raw_data(single.data(), static_cast<std::size_t>(single.size()) * sizeof(float));
  return tensor.name();
}

Name Graph::reshaped(const Name& x, const Numbers& shape) {
  onnx::TensorProto& tensor = *graph_.add_initializer();
  tensor.set_name(next());
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_dims(static_cast<std::int64_t>(shape.size()));
  for (const std::int64_t size : shape) tensor.add_int64_data(size);
  return apply("Reshape", {x, tensor.name()});
}

Name Graph::transposed(const Name& x, const Numbers& order) {
  return apply("Transpose", {x}, {{"perm", order}});
}

Name Graph::multiplied(const Name& x, const Factor& weight, const Vector& bias) {
  std::vector<Name> from{x, constant({weight.rows(), weight.cols()}, weight)};
  if (bias.size() > 0) from.push_back(constant({bias.size()}, bias));
  return apply("Gemm", from, {}, {{"transB", 1}});
}

Name Graph::label(const Name& x, const std::vector<std::string>& classes) {
  const Name largest = apply("ArgMax", {x}, {}, {{"axis", 1}, {"keepdims", 0}});
  onnx::NodeProto& names = node("LabelEncoder", {largest});
  names.set_domain("ai.onnx.ml");
  onnx::AttributeProto& keys = attribute_of(names, "keys_int64s", onnx::AttributeProto::INTS);
  onnx::AttributeProto& values =
      attribute_of(names, "values_strings", onnx::AttributeProto::STRINGS);
  for (std::size_t k = 0; k < classes.size(); ++k) {
    keys.add_ints(static_cast<std::int64_t>(k));
    values.add_strings(classes[k]);
  }
  return names.output(0);
}

void Graph::input(const std::string& name, Index columns) {
  set_type(*graph_.add_input(), name, false, {columns});
}

void Graph::output(const Name& value, const std::string& name, bool text, const Numbers& rest) {
  onnx::NodeProto& named = node("Identity", {value});
  named.set_output(0, name);
  set_type(*graph_.add_output(), name, text, rest);
}

void Graph::describe(const std::string& key, const std::string& value) {
  onnx::StringStringEntryProto& entry = *model_.add_metadata_props();
  entry.set_key(key);
  entry.set_value(value);
}

}  // namespace hadal::onnx_graph
