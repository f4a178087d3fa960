"""Arrays as callers give them."""

from __future__ import annotations

from typing import Any

import numpy as np

from hadal import _core


def positions(values: Any, name: str) -> np.ndarray:
    """Whole numbers, or an ArgumentError."""
    array = np.asarray(values)
    if array.size == 0 or array.dtype.kind in "iu":
        return array.astype(np.int64, copy=False)
    try:
        array = array.astype(np.float64)
    except (TypeError, ValueError):
        array = np.array([np.nan])
    if not np.all(np.abs(array) < 2**53) or not np.array_equal(array, np.floor(array)):
        raise _core.ArgumentError(f"{name} = {values!r} were given; expected whole numbers")
    return array.astype(np.int64)


def filled(array: Any) -> Any:
    """NaN in place of what is masked."""
    if not np.ma.isMaskedArray(array):
        return array
    return np.ma.filled(array.astype(np.result_type(array.dtype, np.float32)), np.nan)


def unmasked(array: Any, name: str) -> Any:
    """The array where nothing is masked, or a DataError."""
    if np.ma.is_masked(array):
        raise _core.DataError(f"{name} has masked elements; expected every one of them")
    return array
