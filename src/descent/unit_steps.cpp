#include "unit_steps.hpp"

#include <algorithm>
#include <cmath>

#include "../atom/unit_ascent.hpp"
#include "hadal/algebra/decompositions.hpp"
#include "quasi_newton.hpp"

namespace hadal {
namespace {

using ConstMap = Eigen::Map<const Factor>;

/// prox of t || . || of the penalty.
template <class Block>
void shrink(UnitPenalty penalty, double t, Block&& block) {
  if (penalty == UnitPenalty::path) {
    block =
        block.unaryExpr([t](double x) { return std::copysign(std::max(0.0, std::abs(x) - t), x); });
    return;
  }
  const double norm = block.norm();
  block *= norm > t ? 1 - t / norm : 0.0;
}

/// A loss of samples x outputs scores as a function of V in H V^T.
struct Outputs {
  const LossFunction& loss;
  const Factor& hidden;
  Vector z, residual;

  double operator()(const Factor& v, Factor& gradient) {
    z.resize(hidden.rows() * v.rows());
    Eigen::Map<Factor>(z.data(), hidden.rows(), v.rows()).noalias() = hidden * v.transpose();
    const double value = loss(z, residual);
    gradient.noalias() = -ConstMap(residual.data(), hidden.rows(), v.rows()).transpose() * hidden;
    return value;
  }
};

}  // namespace

double UnitSteps::objective(const HiddenUnits& units) {
  Vector z, residual;
  family_.predict(units, z);
  passes_ += 1;
  return loss_(z, residual) + lambda_ * family_.penalty(units);
}

void UnitSteps::all_weights(HiddenUnits& units, const DescentGoal& goal) {
  if (units.size() == 0) return;
  if (family_.unit_penalty() == UnitPenalty::product)
    quasi_newton(units, {}, goal);
  else
    proximal_inputs(units, goal);
}

void UnitSteps::quasi_newton(HiddenUnits& units, const std::vector<Matrix>& held,
                             const DescentGoal& goal) {
  const Index inputs = units.u.size(), outputs = units.v.size();
  const Index pieces = family_.activation().pieces, size = units.size();
  const int degree = family_.activation().degree();
  const Factor& x = family_.x();
  Vector weights(inputs + outputs);
  weights << Eigen::Map<const Vector>(units.u.data(), inputs),
      Eigen::Map<const Vector>(units.v.data(), outputs);
  Factor in, hidden, of_hidden, of_in;
  Vector z(x.rows() * family_.outputs()), residual;
  const SmoothFunction function = [&](const Vector& at, Vector& gradient) {
    const ConstMap u(at.data(), x.cols(), size * pieces);
    const ConstMap v(at.data() + inputs, family_.outputs(), size);
    in.noalias() = x * u;
    activate(family_.activation(), in, hidden);
    family_.shut(units.gate, hidden);
    Eigen::Map<Factor>(z.data(), x.rows(), family_.outputs()).noalias() = hidden * v.transpose();
    double value = loss_(z, residual);
    const ConstMap force(residual.data(), x.rows(), family_.outputs());
    of_hidden.noalias() = force * v;
    activate_backward(family_.activation(), in, of_hidden, of_in);
    family_.shut(units.gate, of_in);
    gradient.resize(at.size());
    Eigen::Map<Factor> of_u(gradient.data(), u.rows(), u.cols());
    Eigen::Map<Factor> of_v(gradient.data() + inputs, v.rows(), v.cols());
    of_u.noalias() = -x.transpose() * of_in;
    of_v.noalias() = -force.transpose() * hidden;
    for (Index j = 0; j < size; ++j) {
      const auto uj = u.middleCols(j * pieces, pieces);
      const double nu = uj.norm(), nv = v.col(j).norm();
      value +=
          lambda_ * (degree * std::pow(nu, degree + 1) + std::pow(nv, degree + 1)) / (degree + 1);
      of_u.middleCols(j * pieces, pieces) += lambda_ * degree * std::pow(nu, degree - 1) * uj;
      of_v.col(j) += lambda_ * std::pow(nv, degree - 1) * v.col(j);
      if (held.empty() || held[static_cast<std::size_t>(j)].cols() == 0) continue;
      const Matrix& basis = held[static_cast<std::size_t>(j)];
      of_u.col(j) -= basis * (basis.transpose() * of_u.col(j));
    }
    return value;
  };
  QuasiNewtonLimits limits;
  limits.reduction = 0.1 * goal.reduction;
  // While units are still being found the last digits are not worth their time.
  constexpr double growing = 1e-3;
  if (goal.reduction >= growing && !family_.sits_at_kinks()) limits.floor = 1e-6;
  limits.iteration_max = 10 * goal.iteration_max;
  limits.cancelled = goal.cancelled;
  const QuasiNewtonReport report = minimise_quasi_newton(function, weights, limits);
  passes_ += 4 * report.evaluations;
  units.u = ConstMap(weights.data(), x.cols(), size * pieces);
  units.v = ConstMap(weights.data() + inputs, family_.outputs(), size);
}

std::vector<Matrix> UnitSteps::kinks_of(const HiddenUnits& units) const {
  constexpr double kink = 1e-10;  // |x^T u| for |x| = |u| = 1
  const Factor& x = family_.x();
  const Factor in = x * units.u;
  const Vector lengths = x.rowwise().norm(), norms = family_.input_norms(units);
  std::vector<Matrix> held;
  for (Index j = 0; j < units.size(); ++j) {
    std::vector<Index> at;
    for (Index i = 0; i < x.rows(); ++i)
      if (std::abs(in(i, j)) <= kink * lengths[i] * norms[j] && lengths[i] > 0) at.push_back(i);
    if (at.empty()) {
      held.emplace_back(x.cols(), 0);
      continue;
    }
    Matrix directions = x(at, Eigen::all).transpose();
    directions.colwise().normalize();
    Eigen::ColPivHouseholderQR<Matrix> qr;
    qr.setThreshold(1e-9);
    qr.compute(directions);
    held.emplace_back(qr.householderQ() * Matrix::Identity(x.cols(), qr.rank()));
  }
  return held;
}

void UnitSteps::polish(HiddenUnits& units, const DescentGoal& goal) {
  if (units.size() == 0) return;
  constexpr double near = 1e-2;  // of unit vectors
  Vector z, residual;
  family_.predict(units, z);
  loss_(z, residual);
  const ConstMap force(residual.data(), family_.x().rows(), family_.outputs());
  const UnitAscent ascent(family_.x(), family_.activation());
  for (Index j = 0; j < units.size(); ++j) {
    const double size = units.u.col(j).norm();
    Vector u = units.u.col(j) / size;
    ascent.ascend(Vector(force * units.v.col(j)), u);
    if ((u - units.u.col(j) / size).norm() <= near) units.u.col(j) = size * u;
  }
  passes_ += 22;
  quasi_newton(units, kinks_of(units), goal);
}

void UnitSteps::output_weights(HiddenUnits& units) {
  if (units.size() == 0) return;
  constexpr int steps_max = 300;
  const UnitPenalty penalty = family_.unit_penalty();
  // Inputs of norm one: every unit's penalty is lambda ||v||.
  const Vector norms = family_.input_norms(units);
  const Index pieces = family_.activation().pieces;
  const int degree = family_.activation().degree();
  for (Index j = 0; j < units.size(); ++j) {
    if (!(norms[j] > 0)) continue;
    units.u.middleCols(j * pieces, pieces) /= norms[j];
    units.v.col(j) *= std::pow(norms[j], degree);
  }
  const Factor hidden = family_.hidden(units.u, units.gate);
  Outputs function{loss_, hidden, {}, {}};
  const auto price = [&](const Factor& v) {
    return lambda_ *
           (penalty == UnitPenalty::product ? v.colwise().norm().sum() : v.cwiseAbs().sum());
  };
  Factor gradient, from = units.v, next, unused;
  double objective = function(units.v, gradient) + price(units.v), momentum = 1;
  double& curvature = output_curvature_;
  for (int step = 0; step < steps_max; ++step) {
    const double at = function(from, gradient);
    for (;; curvature *= 2) {
      next = from - gradient / curvature;
      for (Index j = 0; j < next.cols(); ++j) shrink(penalty, lambda_ / curvature, next.col(j));
      const Factor change = next - from;
      const double reached = function(next, unused);
      passes_ += 2;
      if (reached <= at + change.cwiseProduct(gradient).sum() +
                         curvature / 2 * change.squaredNorm() + 1e-14 * std::abs(at) ||
          curvature > 1e300) {
        const double total = reached + price(next);
        const double moved = (next - units.v).norm();
        if (total > objective) {  // start again without momentum
          if (momentum == 1) return;
          momentum = 1;
          from = units.v;
          break;
        }
        const double grown = (1 + std::sqrt(1 + 4 * momentum * momentum)) / 2;
        from = next + (momentum - 1) / grown * (next - units.v);
        momentum = grown;
        const bool settled =
            objective - total <= 1e-15 * std::abs(total) || moved <= 1e-13 * next.norm();
        units.v = next;
        objective = total;
        if (settled) return;
        break;
      }
    }
    curvature *= 0.95;
  }
}

void UnitSteps::proximal_inputs(HiddenUnits& units, const DescentGoal& goal) {
  const Factor& x = family_.x();
  const Index pieces = family_.activation().pieces;
  const int degree = family_.activation().degree();
  Vector z, residual;
  const auto loss_at = [&](const Factor& u, Factor* gradient) {
    const Factor in = x * u;
    Factor hidden, back;
    activate(family_.activation(), in, hidden);
    z.resize(x.rows() * family_.outputs());
    Eigen::Map<Factor>(z.data(), x.rows(), family_.outputs()).noalias() =
        hidden * units.v.transpose();
    const double value = loss_(z, residual);
    passes_ += gradient ? 4 : 2;
    if (!gradient) return value;
    const Factor of_hidden = ConstMap(residual.data(), x.rows(), family_.outputs()) * units.v;
    activate_backward(family_.activation(), in, of_hidden, back);
    *gradient = -x.transpose() * back;
    return value;
  };
  double& curvature = input_curvature_;
  Factor gradient;
  double last = objective(units);
  for (int step = 0; step < goal.iteration_max && !goal.cancelled(); ++step) {
    const double at = loss_at(units.u, &gradient);
    const Vector outs = family_.output_norms(units);
    bool taken = false;
    for (int tries = 0; tries < 60 && !taken; ++tries, curvature *= 2) {
      Factor next = units.u - gradient / curvature;
      // ||u||^a is linearised at the current norm where a = 2.
      for (Index j = 0; j < units.size(); ++j) {
        auto u = next.middleCols(j * pieces, pieces);
        const double slope =
            degree == 1 ? 1 : 2 * units.u.middleCols(j * pieces, pieces).template lpNorm<1>();
        shrink(UnitPenalty::path, lambda_ * outs[j] * slope / curvature, u);
      }
      const HiddenUnits moved{next, units.v, {}};
      const Factor change = next - units.u;
      if (change.squaredNorm() == 0) return;
      const double reached = loss_at(next, nullptr);
      const double total = reached + lambda_ * family_.penalty(moved);
      taken = total < last && reached <= at + change.cwiseProduct(gradient).sum() +
                                             curvature / 2 * change.squaredNorm();
      if (!taken) continue;
      const bool settled = last - total <= 1e-15 * std::abs(total);
      units.u = next;
      last = total;
      if (settled) return;
    }
    if (!taken) return;
    curvature /= 4;
    if (step % 5 == 4) output_weights(units);
    if (step % 5 == 4) last = objective(units);
  }
}

}  // namespace hadal
