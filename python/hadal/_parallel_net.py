"""What estimators of networks share."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from hadal import _core
from hadal._arrays import positions
from hadal._base import _Fitted, _given, _seed, _threads

_SHARED = """hidden : str
        ``"linear"``, ``"relu"``, ``"leaky:SLOPE"``, ``"abs"``, ``"square"`` or ``"maxout:K"``.
    penalty : {"product", "path"}
        Of a unit: the product of the l2 norms of its weights in and out, or of their l1 norms.
    gates : int, optional
        Linear units behind so many random gates, in place of ``hidden``: a convex problem.
    bias, standardise : bool
        A constant input; inputs brought to mean 0 and standard deviation 1.
    architecture : str, optional
        Parallel copies of a deep subnetwork in place of hidden units: ``"mlp:H1,H2"``,
        ``"convnet:C1,C2"``, ``"alexnet"``, or the text that describes its layers. Nothing is proved.
    image_shape : tuple (height, width) or (height, width, channels), optional
        That samples are pictures, row by row.
    epochs, batch_size : int, optional
        Of deep subnetworks: passes of training (100) and samples of a step (64).
    learning_rate : float, optional
        Of deep subnetworks: of the first steps (0.003); it falls to 0.
    validation_fraction : float, optional
        Of deep subnetworks: samples held out, whose error ends the training.
    tol, proof, max_iter
        As for ``MatrixCompletion``; of one hidden layer.
    size_max, time_limit, n_jobs, random_state, verbose
        As for ``MatrixCompletion``."""

_HIDDEN = ["hidden", "penalty", "gates", "tol", "proof", "max_iter"]
_DEEP = ["epochs", "batch_size", "learning_rate", "validation_fraction"]


class _ParallelNet(_Fitted):
    def _fit(self, data: _core.SampleData) -> None:
        options = self._options()
        if self.architecture is None:
            self._run(_core.fit_network, data, options)
        else:
            try:
                from hadal._deep import fit_deep
            except ImportError as error:
                raise _core.ArgumentError(
                    "an architecture was given, and this hadal was built without LibTorch, which "
                    "deep networks are trained with; expected none, or another build"
                ) from error
            self._run(fit_deep, data, options)
        self.train_error_ = self.model_.train_error
        self.validation_error_ = self.model_.validation_error
        self.path_ = self.model_.path

    def _check_kind(self) -> None:
        """What belongs to one hidden layer is not given with deep subnetworks, nor the reverse."""

        def refuse(names: list[str], beside: str) -> None:
            defaults = inspect.signature(type(self).__init__).parameters
            for name in names:
                value = getattr(self, name)
                if value != defaults[name].default:
                    raise _core.ArgumentError(f"{name} = {value!r} was given {beside}")

        if self.architecture is None:
            refuse(_DEEP, "without an architecture; expected both or neither")
            if self.gates is not None:
                refuse(["hidden"], "with gates; expected one of them")
        else:
            refuse(_HIDDEN, "with an architecture; expected one of them")

    def _lambda(self) -> dict:
        if self.lambda_value is None and self.lambda_ratio is None:
            return {"lambda_ratio": self._ratio if self.architecture is None else 0.002}
        return super()._lambda()

    def _options(self) -> dict:
        self._check_kind()
        shared = {
            "size_max": self.size_max,
            "time_limit": self.time_limit,
            "threads": _threads(self.n_jobs),
            "seed": _seed(self.random_state),
            "standardise": self.standardise,
            "loss": getattr(self, "loss", None),
            "huber_threshold": getattr(self, "huber_threshold", None),
            **self._lambda(),
        }
        if self.architecture is None:
            return _given(
                {
                    **shared,
                    "hidden": self.hidden,
                    "penalty": self.penalty,
                    "gates": self.gates,
                    "bias": self.bias,
                    "tol": self.tol,
                    "proof": self.proof,
                    "max_iter": self.max_iter,
                }
            )
        return _given(
            {
                **shared,
                "architecture": self.architecture,
                "bias": self.bias,
                "epochs": self.epochs,
                "batch": self.batch_size,
                "learning_rate": self.learning_rate,
                "validation": self.validation_fraction,
            }
        )

    def _about_inputs(self, weight: Any) -> dict:
        shape = self.image_shape
        if shape is not None:
            sides = positions(shape, "sides of image_shape")
            if sides.ndim != 1 or sides.size not in (2, 3) or np.any(sides < 1):
                raise _core.ArgumentError(
                    f"image_shape = {self.image_shape} was given; expected (height, width) or "
                    "(height, width, channels)"
                )
            shape = (*sides.tolist(), 1)[:3]
        names = getattr(self, "feature_names_in_", None)
        return {
            "names": [] if names is None else [str(name) for name in names],
            "picture": shape,
            "weight": weight,
            "target_names": self._target_names,
        }

    def _outputs(self, X: Any) -> np.ndarray:
        check_is_fitted(self, "model_")
        X = validate_data(self, X, reset=False, dtype=[np.float64, np.float32])
        return self.model_.predict(X)

    def export_onnx(self, path: str) -> None:
        """Writes the network for ONNX Runtime and other programs.

        Parameters
        ----------
        path : str or path

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        """
        check_is_fitted(self, "model_")
        self.model_.export_onnx(path)


def _names_of(y: Any) -> list[str]:
    """Names of the targets of a pandas object; none of what has no names."""
    name = getattr(y, "name", None)
    names = list(getattr(y, "columns", [] if name is None else [name]))
    return names if all(isinstance(name, str) and name for name in names) else []


def _weighted(X: np.ndarray, y: np.ndarray, sample_weight: Any) -> tuple:
    """Samples of weight 0 are none."""
    if sample_weight is None:
        return X, y, None
    weight = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
    if not np.any(weight > 0):
        raise ValueError("all samples have the weight 0; expected one > 0 at least")
    kept = weight > 0
    weight = weight[kept]
    return X[kept], y[kept], None if np.all(weight == 1) else weight
