#pragma once

#include <filesystem>

#include "graph.hpp"
#include "hadal/model/sample_model.hpp"
#include "hadal/network/activation.hpp"

namespace hadal::onnx_graph {

/// The input of a model's graph, standardised.
Name standardised_input(Graph& graph, const SampleModel& model);
/// act(x), but for maxout.
Name activated(Graph& graph, const Activation& activation, const Name& x);
/// z = offset of every sample: what a network of no parts predicts.
Name no_scores(Graph& graph, const SampleModel& model, const Name& x);
/// The outputs of a model's graph, from z.
void predictions(Graph& graph, const SampleModel& model, const Name& z);
void write(const std::filesystem::path& path, const Graph& graph);

}  // namespace hadal::onnx_graph
