"""Claims, derived anew."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from hadal import _core
from hadal._arrays import filled


def verify(
    model: Any, data: Any, y: Any = None, *, weight: Any = None, threads: int = 0
) -> dict:
    """Derives anew what a model claims of its data, with code that shares nothing with the fits.

    Parameters
    ----------
    model : estimator, model, or path of a model's file
        What was fitted.
    data : array, sparse matrix, tuple of entries, or path
        What it was fitted to, as given to ``fit``; or the file that the command line fitted.
    y : array, optional
        Targets of a network.
    weight : array, optional
        The weights that were given to ``fit``.
    threads : int
        0: all cores.

    Returns
    -------
    dict
        ``confirmed`` (bool), ``status``, ``objective``, ``lower_bound``, ``gap``, ``relative_gap``,
        ``proof``, ``failure_probability``, ``method``, ``seconds``, and ``checks``, a list of what
        was claimed and found.

    Raises
    ------
    hadal.ModelError
        Where the data do not fit the model.
    """
    if hasattr(model, "model_"):
        model = model.model_
    elif isinstance(model, (str, os.PathLike)):
        model = _core.load(model)
    if isinstance(data, (str, os.PathLike)):
        data = _core.read(model, data)
    else:
        data = _data_of(model, data, y, weight)
    return _core.verify(model, data, threads)


def _data_of(model: Any, x: Any, y: Any, weight: Any) -> Any:
    if isinstance(x, (_core.MatrixData, _core.TensorData, _core.SampleData, _core.LinearData)):
        return x
    if isinstance(model, _core.MatrixModel):
        from hadal.matrix import _matrix_data

        return _matrix_data(_numbers(filled(x)), weight)
    if isinstance(model, _core.TensorModel):
        from hadal.tensor import _tensor_data

        return _tensor_data(x, weight)
    if isinstance(model, _core.DropoutModel):
        return _core.LinearData.of(_numbers(x), None if y is None else _numbers(y))
    return _samples(model, x, y, weight)


def _numbers(x: Any) -> Any:
    from scipy import sparse

    if sparse.issparse(x):
        return x
    x = np.asarray(x)
    return x if x.dtype in (np.float64, np.float32) else x.astype(np.float64)


def _samples(model: Any, x: Any, y: Any, weight: Any) -> _core.SampleData:
    if y is None:
        raise _core.ArgumentError("the model is a network: expected its targets as y")
    names = [str(name) for name in getattr(x, "columns", model.input_names)]
    x, y = _numbers(x), np.asarray(y)
    if weight is not None:
        weight = np.asarray(weight, dtype=np.float64)
        x, y, weight = x[weight > 0], y[weight > 0], weight[weight > 0]
    about = {"names": names, "picture": model.picture, "weight": weight}
    if not model.classes:
        targets = y.astype(np.float64).reshape(len(y), -1)
        return _core.SampleData.regression(x, targets, **about)
    place = {name: k for k, name in enumerate(model.classes)}
    labels = np.array([place.get(str(label), -1) for label in y], dtype=np.int64)
    if np.any(labels < 0):
        raise _core.ModelError("y has a class that the model does not know")
    return _core.SampleData.classification(x, labels, list(model.classes), **about)
