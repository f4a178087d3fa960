"""Pictures of models, with matplotlib. Every function draws into axes and returns them."""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np
from matplotlib import pyplot
from matplotlib.axes import Axes


def _model(model: Any) -> Any:
    return getattr(model, "model_", model)


def _axes(ax: Axes | None) -> Axes:
    return pyplot.gca() if ax is None else ax


def convergence(model: Any, ax: Axes | None = None) -> Axes:
    """Relative gap against time.

    Parameters
    ----------
    model : fitted estimator or model
    ax : matplotlib axes, optional
        The current ones by default.

    Returns
    -------
    matplotlib axes
        Seconds to the right, relative gap (without unit) upwards; objective where nothing is known
        of the gap.
    """
    ax, history = _axes(ax), _model(model).history
    gap = history["relative_gap"]
    known = np.isfinite(gap) & (gap > 0)
    if np.any(known):
        ax.semilogy(history["seconds"][known], gap[known], marker=".")
        ax.axhline(_model(model).tolerance, linestyle="--", linewidth=1, color="gray")
        ax.set_ylabel("relative gap")
    else:
        ax.plot(history["seconds"], history["objective"], marker=".")
        ax.set_ylabel("objective")
    ax.set_xlabel("seconds")
    return ax


def size(model: Any, ax: Axes | None = None) -> Axes:
    """Size (components, units, copies) against the iterations of the fit.

    Parameters
    ----------
    model : fitted estimator or model
    ax : matplotlib axes, optional
        The current ones by default.

    Returns
    -------
    matplotlib axes
        Outer iterations, or epochs, to the right; size upwards.
    """
    ax, history = _axes(ax), _model(model).history
    ax.step(history["iteration"], history["size"], where="post")
    ax.set_xlabel("iteration")
    ax.set_ylabel("size")
    return ax


def strengths(model: Any) -> np.ndarray:
    """How large every component or unit is.

    Parameters
    ----------
    model : fitted estimator or model
        Of a matrix, a tensor, a network with one hidden layer, or of dropout.

    Returns
    -------
    array (size,)
        Products of l2 norms of the factors, largest first; singular values of a matrix with plain
        norms and of dropout. In units of the data.

    Raises
    ------
    TypeError
        For deep networks, whose copies have no single size.
    """
    model = _model(model)
    if hasattr(model, "product_values"):
        return np.asarray(model.product_values)
    if hasattr(model, "factors"):
        columns = list(model.factors)
    elif hasattr(model, "u"):
        columns = [model.u, model.v]
    else:
        raise TypeError("strengths are known of matrices, tensors, networks of one layer and dropout")
    pieces = columns[0].shape[1] // max(1, columns[-1].shape[1])
    norms = [np.linalg.norm(f, axis=0) for f in columns]
    norms[0] = np.sqrt(np.square(norms[0]).reshape(-1, max(1, pieces)).sum(axis=1))
    return np.sort(np.prod(norms, axis=0))[::-1]


def spectrum(model: Any, ax: Axes | None = None) -> Axes:
    """Strengths of the components, largest first.

    Parameters
    ----------
    model : fitted estimator or model
    ax : matplotlib axes, optional
        The current ones by default.

    Returns
    -------
    matplotlib axes
        Components from 1 to the right, strengths (units of the data) upwards.
    """
    ax, values = _axes(ax), strengths(model)
    ax.stem(np.arange(1, len(values) + 1), values, basefmt=" ")
    ax.set_ylim(bottom=0)
    ax.set_xlabel("component")
    ax.set_ylabel("strength")
    return ax


def path(model: Any, ax: Axes | None = None) -> Axes:
    """Held-out error of a cross-validation against lambda.

    Parameters
    ----------
    model : estimator or model whose lambda was cross-validated
    ax : matplotlib axes, optional
        The current ones by default.

    Returns
    -------
    matplotlib axes
        lambda (logarithmic) to the right, error upwards, with a standard error where there is one.

    Raises
    ------
    ValueError
        Where lambda was not cross-validated.
    """
    ax, fitted = _axes(ax), _model(model)
    points = fitted.path
    if len(points["lambda"]) == 0:
        raise ValueError("lambda was given, not cross-validated; expected a model with a path")
    order = np.argsort(points["lambda"])
    deviation = np.nan_to_num(points["validation_standard_error"][order])
    ax.errorbar(points["lambda"][order], points["validation_error"][order], deviation, capsize=2)
    ax.axvline(fitted.lambda_value, linestyle="--", linewidth=1, color="gray")
    ax.set_xscale("log")
    ax.set_xlabel("lambda")
    ax.set_ylabel("held-out error")
    return ax


def pictures(
    components: np.ndarray, shape: Sequence[int], count: int = 12, axes: Any = None
) -> np.ndarray:
    """Components that are pictures, side by side.

    Parameters
    ----------
    components : array (size, pixels)
        For instance ``components_`` of a factorisation of pictures that are rows.
    shape : (height, width)
        height * width = pixels; the last axis runs fastest.
    count : int
        Most pictures that are drawn, the first ones.
    axes : sequence of matplotlib axes, optional
        A new figure's by default.

    Returns
    -------
    array of matplotlib axes
        Zero is white, positive is red and negative is blue.

    Raises
    ------
    ValueError
        Where shape does not fit the pixels.
    """
    height, width = shape
    drawn = np.asarray(components)[:count]
    if drawn.shape[1] != height * width:
        raise ValueError(
            f"a shape of {height} x {width} was given for {drawn.shape[1]} pixels; expected as many"
        )
    if axes is None:
        columns = min(6, max(1, len(drawn)))
        rows = max(1, -(-len(drawn) // columns))
        _, axes = pyplot.subplots(rows, columns, squeeze=False)
    axes = np.ravel(axes)
    for ax in axes:
        ax.set_axis_off()
    for ax, picture in zip(axes, drawn):
        largest = np.abs(picture).max() or 1.0
        ax.imshow(picture.reshape(height, width), cmap="RdBu_r", vmin=-largest, vmax=largest)
    return axes


def footprints(
    footprints: np.ndarray, traces: np.ndarray, shape: Sequence[int], count: int = 8, axes: Any = None
) -> np.ndarray:
    """Parts of a movie: where each is, and how bright it is in every frame.

    Parameters
    ----------
    footprints : array (size, pixels)
        ``components_`` of a factorisation whose rows are frames.
    traces : array (frames, size)
        ``row_factors_`` of the same.
    shape : (height, width)
    count : int
        Most parts that are drawn, the first ones.
    axes : array (parts, 2) of matplotlib axes, optional
        A new figure's by default.

    Returns
    -------
    array (parts, 2) of matplotlib axes

    Raises
    ------
    ValueError
        Where shape does not fit the pixels.
    """
    count = min(count, len(footprints))
    if axes is None:
        _, axes = pyplot.subplots(
            max(1, count), 2, squeeze=False, gridspec_kw={"width_ratios": [1, 4]}
        )
    if count:
        pictures(footprints, shape, count, axes[:count, 0])
    for k in range(count):
        axes[k, 1].plot(traces[:, k], linewidth=1)
        axes[k, 1].set_ylabel(f"part {k + 1}")
    axes[-1, 1].set_xlabel("frame")
    return axes


def modes(model: Any, count: int = 6, axes: Any = None) -> np.ndarray:
    """The vectors of a tensor's components, mode by mode.

    Parameters
    ----------
    model : fitted TensorFactorization or tensor model
    count : int
        Most components that are drawn, the first ones.
    axes : sequence of matplotlib axes, one for each mode, optional
        A new figure's by default.

    Returns
    -------
    array of matplotlib axes
        Elements of the mode to the right, values upwards.
    """
    factors = getattr(model, "factors_", None) or _model(model).factors
    if axes is None:
        _, axes = pyplot.subplots(1, len(factors), figsize=(4 * len(factors), 3), squeeze=False)
    axes = np.ravel(axes)
    for m, (ax, factor) in enumerate(zip(axes, factors)):
        for c in range(min(count, factor.shape[1])):
            ax.plot(factor[:, c], marker=".", label=f"component {c + 1}")
        ax.set_xlabel(f"mode {m + 1}")
    if factors[0].shape[1]:
        axes[0].legend()
    return axes


def decision_map(net: Any, X: np.ndarray, y: Any = None, ax: Axes | None = None) -> Axes:
    """What a network of two inputs predicts where.

    Parameters
    ----------
    net : fitted ParallelNetClassifier or ParallelNetRegressor
    X : array (samples, 2)
        The window is around them.
    y : array (samples,), optional
        Classes or targets of the samples, which are drawn as dots.
    ax : matplotlib axes, optional
        The current ones by default.

    Returns
    -------
    matplotlib axes
        First input to the right, second upwards; classes are coloured, values shaded.

    Raises
    ------
    ValueError
        For another number of inputs.
    """
    ax, X = _axes(ax), np.asarray(X, dtype=float)
    if X.ndim != 2 or X.shape[1] != 2:
        raise ValueError(f"samples of shape {X.shape} were given; expected two inputs")
    low, high = X.min(axis=0), X.max(axis=0)
    margin = 0.05 * np.maximum(high - low, 1e-12)
    sides = [np.linspace(a, b, 200) for a, b in zip(low - margin, high + margin)]
    grid = np.stack(np.meshgrid(*sides), axis=-1)
    predicted = net.predict(grid.reshape(-1, 2))
    classes = getattr(net, "classes_", None)
    if classes is not None:
        predicted = np.searchsorted(classes, predicted)
        y = None if y is None else np.searchsorted(classes, y)
    colours = "tab10" if classes is not None and len(classes) <= 10 else "viridis"
    limits = (0, 9) if colours == "tab10" else (predicted.min(), predicted.max())
    ax.pcolormesh(
        *sides, predicted.reshape(200, 200), cmap=colours, vmin=limits[0], vmax=limits[1], alpha=0.4
    )
    if y is not None:
        ax.scatter(*X.T, c=y, cmap=colours, vmin=limits[0], vmax=limits[1], s=12, edgecolors="white", linewidths=0.4)
    return ax
