#pragma once

#include "hadal/data/samples.hpp"
#include "hadal/model/network_model.hpp"
#include "problem.hpp"

namespace hadal::verify {

/// The inputs of a network: standardised, each element by one subtraction and one division in
/// double precision, which is what the problem is defined with; a last column of ones where the
/// model has a bias. Precondition: data of the model's shape.
Factor network_inputs(const NetworkModel& model, const SampleData& data);

/// What a unit makes of its arguments, one for each piece: the slope form of two slopes, a square,
/// or the largest.
Real activated(const Activation& activation, const Real* arguments);

/// Which samples a gate lets through: x^T g > 0, summed in extended precision, is what the problem
/// is defined with.
bool lets_through(const NetworkModel& model, const Factor& x, Index sample, Index gate);

/// ||u_j||^a ||v_j||.
Real unit_penalty(const NetworkModel& model, Index j);
/// ||u_j|| and ||v_j||.
Real input_norm(const NetworkModel& model, Index j);
Real output_norm(const NetworkModel& model, Index j);

/// A problem with a row for each sample and a column for each output (of the multinomial loss for
/// each class), whose factors are the hidden units' values and their output weights.
Problem scaled_problem(const NetworkModel& model, const SampleData& data, const Factor& x);
/// The same without units.
Problem without_units(Problem problem);

}  // namespace hadal::verify
