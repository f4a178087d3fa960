"""What a new row is made of, the column factors being given."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import solve


def _derivatives(z, y, loss: str, threshold: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Minus the slope, a curvature >= 0 and the sum of the loss of entries."""
    if loss == "logistic":
        p = 0.5 * (1 + np.tanh(z / 2))
        return y - p, p * (1 - p), float(np.sum(np.logaddexp(0, z) - y * z))
    if loss == "poisson":
        mean = np.exp(np.minimum(z, 700))
        return y - mean, mean, float(np.sum(mean - y * z))
    e = y - z
    if loss == "huber":
        size = np.abs(e)
        value = np.where(size <= threshold, e * e / 2, threshold * (size - threshold / 2))
        # The curvature of the parabola that touches the loss here and lies above it: that of the
        # loss itself is 0 where all errors are gross.
        curvature = threshold / np.maximum(size, threshold)
        return np.clip(e, -threshold, threshold), curvature, float(value.sum())
    return e, np.ones_like(e), float(e @ e / 2)


def _minimum(form, right, cost, signed, u) -> np.ndarray:
    """argmin over u of u^T form u / 2 - right^T u + sum cost |u|, u >= 0 where it is not signed.

    The active set method of Lawson and Hanson (1974), chapter 23, where an element enters with the
    sign of its slope; from a u that obeys the signs.
    """
    if signed.all() and not cost.any():
        return solve(form, right, assume_a="pos")
    u, sign = u.copy(), np.sign(u)
    refused = np.zeros(u.size, dtype=bool)  # entered, and left at once by rounding
    entered = -1
    for _ in range(30 * u.size + 30):
        u = _with_signs(form, right - cost * sign, u, sign)
        if entered >= 0 and sign[entered] == 0:
            refused[entered] = True
        else:
            refused[:] = False
        pull = right - form @ u
        gain = np.where(signed, np.abs(pull), pull) - cost
        gain[(sign != 0) | refused] = -np.inf
        entered = int(np.argmax(gain))
        if gain[entered] <= 1e-12 * np.abs(right).max():
            break
        sign[entered] = np.sign(pull[entered])
    return u


def _with_signs(form, right, u, sign) -> np.ndarray:
    """The minimum over elements of these signs, from u; those that reach 0 lose theirs."""
    while True:
        active = np.flatnonzero(sign)
        best = np.zeros_like(u)
        best[active] = np.linalg.solve(form[np.ix_(active, active)], right[active])
        crossing = active[best[active] * sign[active] <= 0]
        if crossing.size == 0:
            return best
        far = u[crossing] / (u[crossing] - best[crossing] + sign[crossing] * 1e-300)
        u = u + np.clip(far.min(), 0, 1) * (best - u)
        gone = crossing[far <= far.min()]
        u[gone], sign[gone] = 0, 0


def row_coefficients(
    y: np.ndarray,
    v: np.ndarray,
    shift: np.ndarray,
    ridge: np.ndarray,
    cost: np.ndarray,
    signed: np.ndarray,
    loss: str = "squared",
    threshold: float = 0.0,
) -> np.ndarray:
    """argmin over u of sum loss(y, shift + v u) + sum ridge u^2 / 2 + sum cost |u|.

    Parameters
    ----------
    y : array (observed,)
        The row's observed entries; 0 or 1 for the logistic loss.
    v : array (observed, size)
        What stands beside them in the column factor.
    shift : array (observed,)
        Offsets.
    ridge, cost : array (size,)
        Weights > 0 of the squares of u, and >= 0 of its absolute values.
    signed : array (size,) of bool
        False: this coefficient is not negative.
    """
    u = np.zeros(v.shape[1])
    if u.size == 0 or y.size == 0:
        return u

    def value(at: np.ndarray) -> float:
        loss_there = _derivatives(shift + v @ at, y, loss, threshold)[2]
        return loss_there + float(ridge @ (at * at)) / 2 + float(cost @ np.abs(at))

    best = value(u)
    for _ in range(1000):
        force, curvature, _ = _derivatives(shift + v @ u, y, loss, threshold)
        form = v.T @ (curvature[:, None] * v) + np.diag(ridge)
        downhill = v.T @ force - ridge * u
        target = _minimum(form, form @ u + downhill, cost, signed, u)
        if loss == "squared":
            return target
        step = target - u
        decrement = downhill @ step - cost @ (np.abs(target) - np.abs(u))
        if decrement <= 1e-14 * (1 + abs(best)):
            break
        length = 1.0
        while value(u + length * step) > best - 1e-4 * length * decrement and length > 1e-12:
            length /= 2
        u = u + length * step
        best = value(u)
    return u


def column_shift(model: Any) -> np.ndarray | float:
    """The offsets of columns, with the constant one."""
    columns = model.offset["column"]
    return model.offset["global"] + (columns if columns.size else 0.0)


def row_factors(
    model: Any, x: np.ndarray, observed: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Factors, scales and offsets of rows, those of the refit where there is one.

    Parameters
    ----------
    model : MatrixModel
    x, observed : array (rows, columns)
        Entries, and which of them count.
    """
    v = lifted(model, model.v)
    shift = np.broadcast_to(column_shift(model), x.shape[1:])
    column_scale = model.scales[1]
    ridge, cost, signed = _penalty_of_rows(model, v)
    has_offset = model.offset["row"].size > 0
    free = has_offset and model.offset["free"]
    if free:  # one more coefficient, of either sign, with a ridge of its own
        ridge, cost, signed = (
            np.append(of_parts, of_offset)
            for of_parts, of_offset in ((ridge, model.offset["ridge"]), (cost, 0.0), (signed, True))
        )
    factors = np.zeros((len(x), v.shape[1]))
    scales, shifts = np.ones(len(x)), np.zeros(len(x))
    for i, (row, at) in enumerate(zip(x, observed)):
        y, beside = row[at].astype(np.float64), v[at]
        if column_scale.size:
            scales[i] = max(1, y.size) ** (-model.row_norm["counts"] / 2)
            beside = beside * (scales[i] * column_scale[at])[:, None]
        if model.loss == "logistic":
            y = np.maximum(y, 0.0)  # in both codings, -1 and 1 or 0 and 1
        if free:
            beside = np.column_stack([beside, np.ones(y.size)])
        elif has_offset and y.size:
            shifts[i] = (y - shift[at]).mean()
        found = row_coefficients(
            y, beside, shift[at] + shifts[i], ridge, cost, signed, model.loss, model.huber_threshold
        )
        factors[i] = found[: v.shape[1]]
        if free:
            shifts[i] = found[-1]
    if model.refit is not None:
        factors = _refitted(model, factors, x - shift - shifts[:, None], observed)
    return factors, scales, shifts


def lifted(model: Any, v: np.ndarray) -> np.ndarray:
    """What stands beside rows' factors: columns x size, also where v are coefficients."""
    return v if model.dictionary_v is None else model.dictionary_v @ v


def _refitted(model: Any, factors, x, observed) -> np.ndarray:
    """Factors of rows in the refit; x: entries without their offsets."""
    if model.refit["kind"] != "parts":  # its factors are combinations of the model's own
        return factors @ np.linalg.lstsq(model.u, model.refit["u"], rcond=None)[0]
    v = lifted(model, model.refit["v"])
    ridge = np.full(v.shape[1], 1e-12 * np.sum(v**2))
    signed = np.full(v.shape[1], not model.row_norm["nonnegative"])
    return np.array(
        [
            row_coefficients(row[at], v[at], np.zeros(at.sum()), ridge, 0 * ridge, signed)
            for row, at in zip(x, observed)
        ]
    ).reshape(len(x), v.shape[1])


def are_samples(model: Any) -> bool:
    """Whether rows are independent: neither neighbours nor combinations of a dictionary."""
    return model.row_norm["tv"] == 0 and model.dictionary_u is None


def _penalty_of_rows(model: Any, v: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of coefficients of a row: weights of squares and of absolute values, and who has a sign.

    With the columns' factors given, lambda sum_i norm_v(v_i) (l1 ||u_i||_1 + l2 ||u_i||_2) has the
    same slope in a row's coefficients as with the ridge l2 u^2 / (2 ||u_i||_2) in place of the l2
    norm: rows that were fitted are the minimum of their own problem.
    """
    if not are_samples(model):
        raise AttributeError(
            "rows of this model are neighbours or combinations of a dictionary, not independent "
            "samples; expected fitted rows only: see row_factors_ and reconstruct()"
        )
    norm = model.row_norm
    per_part = model.lambda_value * norm["of_columns"]
    length = np.linalg.norm(model.u, axis=0)
    # A trace of a ridge keeps the minimum unique where there is no l2 norm.
    ridge = np.maximum(per_part * norm["l2"] / length, 1e-12 * np.sum(v**2))
    return ridge, norm["l1"] * per_part, np.full(len(ridge), not norm["nonnegative"])
