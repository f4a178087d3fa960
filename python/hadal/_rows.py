"""What a new row is made of, the column factors being given."""

from __future__ import annotations

import numpy as np
from scipy.linalg import solve
from scipy.optimize import nnls


def _ridge_system(v: np.ndarray, weight: np.ndarray, penalty: np.ndarray) -> np.ndarray:
    system = v.T @ (weight[:, None] * v)
    system[np.diag_indices_from(system)] += penalty
    return system


def _derivatives(z, y, loss: str, threshold: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Minus the slope, the curvature and the sum of the loss of entries."""
    if loss == "logistic":
        p = 0.5 * (1 + np.tanh(z / 2))
        return y - p, p * (1 - p), float(np.sum(np.logaddexp(0, z) - y * z))
    if loss == "poisson":
        mean = np.exp(np.minimum(z, 700))
        return y - mean, mean, float(np.sum(mean - y * z))
    e = y - z
    if loss == "huber":
        size = np.abs(e)
        inside = size <= threshold
        value = np.where(inside, e * e / 2, threshold * (size - threshold / 2))
        return np.clip(e, -threshold, threshold), inside.astype(float), float(value.sum())
    return e, np.ones_like(e), float(e @ e / 2)


def row_coefficients(
    y: np.ndarray,
    v: np.ndarray,
    shift: np.ndarray,
    penalty: np.ndarray,
    loss: str = "squared",
    threshold: float = 0.0,
    nonnegative: bool = False,
) -> np.ndarray:
    """argmin over u of sum loss(y, shift + v u) + sum penalty u^2 / 2.

    Parameters
    ----------
    y : array (observed,)
        The row's observed entries; 0 or 1 for the logistic loss.
    v : array (observed, size)
        What stands beside them in the column factor.
    shift : array (observed,)
        Offsets.
    penalty : array (size,)
        Weights > 0 of the squares of u.
    nonnegative : bool
        Of the squared loss: u >= 0.
    """
    size = v.shape[1]
    u = np.zeros(size)
    if size == 0 or y.size == 0:
        return u
    if loss in ("squared", "multinomial"):
        if nonnegative:
            stacked = np.vstack([v, np.diag(np.sqrt(penalty))])
            return nnls(stacked, np.concatenate([y - shift, np.zeros(size)]))[0]
        return solve(_ridge_system(v, np.ones(len(y)), penalty), v.T @ (y - shift), assume_a="pos")

    def value(at: np.ndarray) -> float:
        return _derivatives(shift + v @ at, y, loss, threshold)[2] + float(penalty @ (at * at)) / 2

    best = value(u)
    for _ in range(100):
        force, curvature, _ = _derivatives(shift + v @ u, y, loss, threshold)
        downhill = v.T @ force - penalty * u
        step = solve(_ridge_system(v, curvature, penalty), downhill, assume_a="pos")
        decrement = downhill @ step
        if decrement <= 1e-14 * (1 + abs(best)):
            break
        length = 1.0
        while value(u + length * step) > best - 1e-4 * length * decrement and length > 1e-12:
            length /= 2
        u = u + length * step
        best = value(u)
    return u
