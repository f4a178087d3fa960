"""Arrays as callers give them."""

from __future__ import annotations

from typing import Any

import numpy as np

from hadal import _core


def positions(values: Any, name: str) -> np.ndarray:
    """Whole numbers, or an ArgumentError."""
    array = np.asarray(values)
    if array.size and array.dtype.kind not in "iu":
        raise _core.ArgumentError(
            f"{name} of type {array.dtype} were given; expected whole numbers"
        )
    return array.astype(np.int64, copy=False)


def filled(array: Any) -> Any:
    """NaN in place of what is masked."""
    if not np.ma.isMaskedArray(array):
        return array
    return np.ma.filled(array.astype(np.result_type(array.dtype, np.float32)), np.nan)
