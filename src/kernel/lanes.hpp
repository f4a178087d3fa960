#pragma once

#include "hadal/types.hpp"

/// Loops over rows that are padded to whole vector registers of eight floats and aligned to them.
/// Compilers do not reorder a sum of floats by themselves; here the order is written down, so that
/// it is the same everywhere, with enough independent sums to hide the latency of an addition.
namespace hadal::lanes {

inline constexpr Index width = 8;

using Lanes = float __attribute__((vector_size(32), may_alias));

inline Index padded(Index n) { return (n + width - 1) / width * width; }

inline const Lanes* of(const float* x) { return reinterpret_cast<const Lanes*>(x); }
inline Lanes* of(float* x) { return reinterpret_cast<Lanes*>(x); }

inline float sum(const Lanes& x) {
  return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
}

/// <a, b>.
inline float dot(const float* a, const float* b, Index n) {
  const Lanes *x = of(a), *y = of(b);
  Lanes s0{}, s1{}, s2{}, s3{};
  Index k = n / width;
  for (; k >= 4; k -= 4, x += 4, y += 4) {
    s0 += x[0] * y[0];
    s1 += x[1] * y[1];
    s2 += x[2] * y[2];
    s3 += x[3] * y[3];
  }
  for (; k > 0; --k) s0 += *x++ * *y++;
  return sum((s0 + s1) + (s2 + s3));
}

/// out += a x.
inline void add(float* out, float a, const float* x, Index n) {
  const Lanes* from = of(x);
  Lanes* to = of(out);
  for (Index k = 0; k < n / width; ++k) to[k] += a * from[k];
}

/// out += a x + b y.
inline void add(float* out, float a, const float* x, float b, const float* y, Index n) {
  const Lanes *first = of(x), *second = of(y);
  Lanes* to = of(out);
  for (Index k = 0; k < n / width; ++k) to[k] += a * first[k] + b * second[k];
}

/// out += a x; returns <x, y>.
inline float add_and_dot(float* out, float a, const float* x, const float* y, Index n) {
  const Lanes *from = of(x), *other = of(y);
  Lanes* to = of(out);
  Lanes s0{}, s1{};
  Index k = n / width;
  for (; k >= 2; k -= 2, from += 2, other += 2, to += 2) {
    to[0] += a * from[0];
    to[1] += a * from[1];
    s0 += from[0] * other[0];
    s1 += from[1] * other[1];
  }
  if (k > 0) {
    *to += a * *from;
    s0 += *from * *other;
  }
  return sum(s0 + s1);
}

}  // namespace hadal::lanes
