#pragma once

#include <string>

#include "hadal/model/deep_model.hpp"
#include "hadal/model/dropout_model.hpp"
#include "hadal/model/matrix_model.hpp"
#include "hadal/model/network_model.hpp"
#include "hadal/model/tensor_model.hpp"
#include "hadal/report/report_files.hpp"

/// What a fit found, in words for people: the same sentences in the terminal and in the report.
namespace hadal {

/// A number with at most `digits` significant digits, without trailing zeros; "-" for NaN.
std::string figure(double value, int digits = 6);

/// E.g. "1 unit", "3 units", "2 copies".
std::string counted(Index count, std::string thing);

/// The command that checks a model again, quoted as a POSIX shell asks for it.
std::string verify_command(const ReportFiles& files);

/// `relative` in percent, rounded up to two significant digits, e.g. "0.00012 %".
std::string percent_at_most(double relative);

/// E.g. "Global optimum, proved".
std::string headline(const FittedModel& model);

/// E.g. "No model of any size can have an objective more than 0.00012 % lower."
/// `among`: what it is about in the singular, e.g. "model of any size".
std::string claim(const Certificate& certificate, const std::string& among = "model of any size");

/// E.g. "probabilistic (block bound): the chance that this statement is wrong is at most 1e-12".
std::string proof_in_words(const Certificate& certificate);

/// Why the fit ended, e.g. "the time limit was reached before the tolerance".
std::string stop_in_words(StopReason stop);

/// E.g. "24.445 = 0.3 of lambda_max (81.4837), chosen by cross-validation".
std::string lambda_in_words(const FittedModel& model);

/// E.g. "mean of all entries", "free row and column terms with ridge 0.001".
std::string offset_in_words(const Offset& offset);

/// E.g. "l1 + 0.5*l2, >= 0".
std::string norm_in_words(const FactorNorm& norm);

/// E.g. "dct, the 20 lowest of 128", "given, 12 elements", "none".
std::string dictionary_in_words(const Dictionary& dictionary);

/// E.g. "of the values", "of the sizes, of 5 parts joined from 13", "none".
std::string refit_in_words(const MatrixModel& model);
/// E.g. "of the weights, of 3 components".
std::string refit_in_words(const TensorModel& model);

/// norm_u(u_i) norm_v(v_i) of every atom, largest first: the singular values of plain norms.
Vector strengths(const MatrixModel& model);
/// The product of the norms of every component's vectors, largest first.
Vector strengths(const TensorModel& model);
/// The singular values of the network's product on its input.
Vector strengths(const DropoutModel& model);

/// "squared", "huber, gross errors from 1.2 on", or "multinomial, 3 categories: 1, 2, 5".
std::string loss_in_words(const MatrixModel& model);
std::string loss_in_words(const TensorModel& model);
/// What the model's errors are: "root mean squared, in units of the data", or a mean loss.
std::string error_in_words(const MatrixModel& model);
std::string error_in_words(const TensorModel& model);
std::string error_in_words(const DropoutModel& model);
/// The name of the values where the data had one, to say in which units errors are.
std::string unit_in_words(const MatrixModel& model);
/// What objective, bound and gap are measured in: "in squared units of rating", or "without unit".
std::string objective_unit_in_words(const MatrixModel& model);
std::string objective_unit_in_words(const TensorModel& model);

/// The name of a mode: "mode 0" where the model has none.
std::string mode_in_words(const TensorModel& model, Index mode);
/// E.g. "5 x 201 x 61".
std::string shape_in_words(const TensorModel& model);

/// What the claim of a dropout model is about, e.g. "linear network of width 20".
std::string networks_in_words(const DropoutModel& model);
/// Why the fit ended, as stop_in_words of the reason, but for a training that ran to its end.
std::string stop_in_words(const DropoutModel& model);
/// E.g. "hidden units are kept with probability 0.5", "blocks of 4 hidden units ...".
std::string noise_in_words(const DropoutModel& model);
/// E.g. "50 x 40", or "10 outputs, 30 inputs, 200 samples".
std::string shape_in_words(const DropoutModel& model);

std::string loss_in_words(const SampleModel& model);
std::string error_in_words(const SampleModel& model);
std::string objective_unit_in_words(const SampleModel& model);
/// What the claim of a network's model is about, e.g. "network of relu units of any width".
std::string networks_in_words(const NetworkModel& model);
/// E.g. "sum over units of l2 norm in times l2 norm out (weight decay)".
std::string penalty_in_words(const NetworkModel& model);
/// E.g. "2 inputs and a bias, 3 classes".
std::string shape_in_words(const NetworkModel& model);
/// ||u_j||^a ||v_j|| of every unit, largest first.
Vector strengths(const NetworkModel& model);

/// What the claim of a deep network's model would be about, e.g. "network of any width of parallel
/// subnetworks of degree 3".
std::string networks_in_words(const DeepModel& model);
/// E.g. "sum over copies of the powers of their layers' norms, of degree 3".
std::string penalty_in_words(const DeepModel& model);
std::string shape_in_words(const DeepModel& model);
/// Why the fit ended: epochs and held-out samples have their own words.
std::string stop_in_words(const DeepModel& model);
/// penalty(W_i) of every copy, largest first.
Vector strengths(const DeepModel& model);

/// Seconds, minutes or hours, e.g. "3.2 s", "4 min 10 s".
std::string duration(double seconds);

}  // namespace hadal
