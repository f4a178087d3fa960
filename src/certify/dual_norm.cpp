#include "dual_norm.hpp"

#include <algorithm>
#include <cmath>

namespace hadal {
namespace {

/// Whether positive and negative values count together, apart, or only positive ones.
enum class Signs { together, apart, positive };

Signs signs_of(const DualNorm& dual) {
  if (dual.by_entries()) {
    return dual.row_signed || dual.column_signed ? Signs::together : Signs::positive;
  }
  const bool within = dual.by_rows() ? dual.column_signed : dual.row_signed;
  const bool across = dual.by_rows() ? dual.row_signed : dual.column_signed;
  return within ? Signs::together : across ? Signs::apart : Signs::positive;
}

Index group_count(const DualNorm& dual, const Factor& x) {
  return dual.by_rows() ? x.rows() : x.cols();
}

}  // namespace

DualNorm dual_norm(NormTerm row, NormTerm column, const FactorNorm& u, const FactorNorm& v) {
  return {row, column, !u.nonnegative || row == NormTerm::tv,
          !v.nonnegative || column == NormTerm::tv};
}

double weight_of(const DualNorm& dual, const FactorNorm& u, const FactorNorm& v) {
  const auto weight = [](const FactorNorm& norm, NormTerm term) {
    return term == NormTerm::l1 ? norm.l1 : term == NormTerm::l2 ? norm.l2 : norm.tv;
  };
  return weight(u, dual.row) * weight(v, dual.column);
}

Vector magnitudes(const DualNorm& dual, const Factor& x) {
  const Signs signs = signs_of(dual);
  if (dual.by_entries()) {
    const Eigen::Map<const Vector> all(x.data(), x.size());
    return signs == Signs::positive ? Vector(all.cwiseMax(0)) : Vector(all.cwiseAbs());
  }
  const auto squares = [&](const auto& part) {
    return dual.by_rows() ? Vector(part.square().rowwise().sum())
                          : Vector(part.square().colwise().sum().transpose());
  };
  if (signs == Signs::together) return squares(x.array()).cwiseSqrt();
  const Vector positive = squares(x.array().max(0)).cwiseSqrt();
  if (signs == Signs::positive) return positive;
  Vector both(2 * positive.size());
  both << positive, squares(x.array().min(0)).cwiseSqrt();
  return both;
}

void shrink(const DualNorm& dual, const Vector& sizes, double radius, Factor& x) {
  const Signs signs = signs_of(dual);
  if (dual.by_entries()) {
    x = x.cwiseMin(radius);
    if (signs == Signs::together) x = x.cwiseMax(-radius);
    return;
  }
  const Index groups = group_count(dual, x);
  Vector up = Vector::Ones(groups), down = Vector::Ones(groups);
  for (Index g = 0; g < groups; ++g) {
    if (sizes[g] > radius) up[g] = radius / sizes[g];
    if (signs == Signs::together) down[g] = up[g];
    if (signs == Signs::apart && sizes[groups + g] > radius) down[g] = radius / sizes[groups + g];
  }
  for (Index i = 0; i < x.rows(); ++i) {
    for (Index j = 0; j < x.cols(); ++j) {
      const Index g = dual.by_rows() ? i : j;
      x(i, j) *= x(i, j) > 0 ? up[g] : down[g];
    }
  }
}

void add_part(NormTerm row, NormTerm column, const Factor& values, const Graph& u, const Graph& v,
              double sign, Factor& x) {
  if (row == NormTerm::tv) {
    for (std::size_t e = 0; e < u.edges.size(); ++e) {
      const auto edge = values.row(static_cast<Index>(e));
      x.row(u.edges[e].a) += sign * edge;
      x.row(u.edges[e].b) -= sign * edge;
    }
  } else if (column == NormTerm::tv) {
    for (Index i = 0; i < x.rows(); ++i) {
      for (std::size_t e = 0; e < v.edges.size(); ++e) {
        const double value = sign * values(i, static_cast<Index>(e));
        x(i, v.edges[e].a) += value;
        x(i, v.edges[e].b) -= value;
      }
    }
  } else {
    x += sign * values;
  }
}

void add_differences(NormTerm row, NormTerm column, const Factor& x, const Graph& u, const Graph& v,
                     double sign, Factor& values) {
  if (row == NormTerm::tv) {
    for (std::size_t e = 0; e < u.edges.size(); ++e) {
      values.row(static_cast<Index>(e)) += sign * (x.row(u.edges[e].a) - x.row(u.edges[e].b));
    }
  } else if (column == NormTerm::tv) {
    for (Index i = 0; i < x.rows(); ++i) {
      for (std::size_t e = 0; e < v.edges.size(); ++e) {
        values(i, static_cast<Index>(e)) += sign * (x(i, v.edges[e].a) - x(i, v.edges[e].b));
      }
    }
  } else {
    values += sign * x;
  }
}

}  // namespace hadal
