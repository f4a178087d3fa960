#pragma once

/// The degree of a subnetwork that is known when the program is compiled, e.g.
///
///   using Unit = Sequence<Weights, SameDegree, Weights>;  // linear, ReLU, linear
///   static_assert(Matched<Unit, 2>);                      // weight decay fits it
///
/// A layer is a type with a constant degree_after<d>: what it makes of inputs of degree d.
namespace hadal::static_degree {

/// Fully connected, or a convolution.
struct Weights {
  template <int d>
  static constexpr int degree_after = d + 1;
};

/// ReLU, leaky ReLU, absolute value, pooling, maxout, flatten.
struct SameDegree {
  template <int d>
  static constexpr int degree_after = d;
};

struct Square {
  template <int d>
  static constexpr int degree_after = 2 * d;
};

template <class Layer, int d>
concept HasDegreeAfter = requires {
  Layer::template degree_after<d>;
};

/// Without layers it passes its input on.
template <class... Layers>
struct Sequence {
  template <int d>
  static constexpr int degree_after = d;
};
template <class First, class... Rest>
struct Sequence<First, Rest...> {
  template <int d>
  requires HasDegreeAfter<First, d> &&
      HasDegreeAfter<Sequence<Rest...>, First::template degree_after<d>> static constexpr int
          degree_after = Sequence<Rest...>::template degree_after<First::template degree_after<d>>;
};

/// The sum of two branches; it has a degree only where theirs are equal.
template <class First, class Second>
struct Branches {
  template <int d>
  requires HasDegreeAfter<First, d> && HasDegreeAfter<Second, d> &&
      (First::template degree_after<d> ==
       Second::template degree_after<d>)static constexpr int degree_after =
          First::template degree_after<d>;
};

/// Whether the layers have a degree at all, branches included.
template <class Subnetwork>
concept Homogeneous = HasDegreeAfter<Subnetwork, 0>;

template <Homogeneous Subnetwork>
inline constexpr int degree = Subnetwork::template degree_after<0>;

/// Whether a penalty of this degree has the subnetwork's.
template <class Subnetwork, int penalty_degree>
concept Matched = Homogeneous<Subnetwork> && degree<Subnetwork>
== penalty_degree;

}  // namespace hadal::static_degree
