"""Factor models and parallel networks, fitted to their global optimum with a proof.

Estimators follow scikit-learn: parameters are set in the constructor, ``fit`` learns, and what was
learnt ends in an underscore. All of them have

- ``size_``: the number of components or units, which the fit finds;
- ``objective_``, ``lower_bound_``, ``gap_`` (relative), ``proof_`` and ``certificate_``: how far
  from the global optimum the model can be, and what that rests on;
- ``lambda_``: the penalty's weight, ``history_``: how the fit went, and ``model_``: the model itself,
  which ``save`` writes and the command line reads.

``hadal.load`` opens the model in a file, and ``hadal.verify`` derives its claim anew.
"""

from __future__ import annotations

import importlib

from hadal._core import (
    ArgumentError,
    DataError,
    Error,
    ModelError,
    __version__,
    load,
)

_PLACES = {
    "MatrixCompletion": "matrix",
    "MatrixCompletionCV": "matrix",
    "StructuredFactorization": "structured",
    "StructuredFactorizationCV": "structured",
    "NonnegativeFactorization": "structured",
    "NonnegativeFactorizationCV": "structured",
    "TensorFactorization": "tensor",
    "TensorFactorizationCV": "tensor",
    "ParallelNetRegressor": "network",
    "ParallelNetRegressorCV": "network_cv",
    "ParallelNetClassifier": "network",
    "ParallelNetClassifierCV": "network_cv",
    "DropoutFactorization": "dropout",
    "DropoutFactorizationCV": "dropout",
    "InterruptedFit": "_base",
    "verify": "checking",
}

__all__ = [
    "ArgumentError",
    "DataError",
    "Error",
    "ModelError",
    "load",
    *_PLACES,
]


def __getattr__(name: str) -> object:
    # scikit-learn takes longer to import than everything here: it waits until it is needed.
    if name in _PLACES:
        return getattr(importlib.import_module(f"hadal.{_PLACES[name]}"), name)
    if name == "plot":
        return importlib.import_module("hadal.plot")
    raise AttributeError(f"module 'hadal' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__", "plot"])
