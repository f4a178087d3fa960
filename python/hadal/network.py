"""Networks of parallel units, or of parallel deep subnetworks."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
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
    tol, proof, size_max, max_iter, time_limit, n_jobs, random_state, verbose
        As for ``MatrixCompletion``."""


_HIDDEN = ["hidden", "penalty", "gates"]
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
            shape = [int(side) for side in positions(shape, "sides of image_shape")]
            if len(shape) not in (2, 3):
                raise _core.ArgumentError(
                    f"image_shape = {self.image_shape} was given; expected (height, width) or "
                    "(height, width, channels)"
                )
            shape = (*shape, 1)[:3]
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


class ParallelNetRegressor(RegressorMixin, _ParallelNet):
    __doc__ = f"""Regression by a network whose width is found, to the global optimum.

    Minimises sum of loss(y, sum_j act(x^T u_j) v_j) + lambda sum_j ||u_j|| ||v_j|| over all widths.

    Parameters
    ----------
    lambda_ratio : float in (0, 1]
        lambda as a part of the smallest one whose network is empty.
    lambda_value : float > 0, optional
        lambda itself, in place of the ratio.
    loss : {{"squared", "huber", "poisson"}}
        Of a target: of ordinary ones, some of which are grossly wrong, of counts.
    huber_threshold : float > 0, optional
        Of the Huber loss, in units of the targets.
    {_SHARED}

    Attributes
    ----------
    size_, objective_, lower_bound_, gap_, proof_, lambda_, history_, certificate_
        See ``hadal``; ``size_`` is the width.

    References
    ----------
    Haeffele and Vidal (2017), Global optimality in neural network training, CVPR.
    """

    def __init__(
        self,
        lambda_ratio: float = 0.05,
        *,
        lambda_value: float | None = None,
        loss: str = "squared",
        huber_threshold: float | None = None,
        hidden: str = "relu",
        penalty: str = "product",
        gates: int | None = None,
        bias: bool = True,
        standardise: bool = True,
        architecture: str | None = None,
        image_shape: tuple[int, ...] | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        validation_fraction: float | None = None,
        tol: float = 1e-3,
        proof: str = "auto",
        size_max: int | None = None,
        max_iter: int = 1000,
        time_limit: float | None = None,
        n_jobs: int | None = None,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self._set_parameters(locals())

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> ParallelNetRegressor:
        """Fits the network, and finds how wide it must be.

        Parameters
        ----------
        X : array (samples, inputs), float64 or float32
        y : array (samples,) or (samples, outputs)
        sample_weight : array (samples,), optional
            Weights >= 0.

        Returns
        -------
        self

        Raises
        ------
        hadal.DataError, hadal.ArgumentError
            For values that the loss does not take and parameters out of range.
        """
        self._target_names = _names_of(y)
        X, y = validate_data(
            self, X, y, dtype=[np.float64, np.float32], multi_output=True, y_numeric=True
        )
        X, y, weight = _weighted(X, y, sample_weight)
        self._one_target = y.ndim == 1
        targets = np.asarray(y, dtype=np.float64).reshape(len(y), -1)
        self._fit(_core.SampleData.regression(X, targets, **self._about_inputs(weight)))
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Means of the targets.

        Parameters
        ----------
        X : array (samples, inputs)

        Returns
        -------
        array (samples,) or (samples, outputs)

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        """
        z = self._outputs(X)
        return z[:, 0] if self._one_target else z

    def _data(self, X: Any, y: Any) -> _core.SampleData:
        targets = np.asarray(y, dtype=np.float64).reshape(len(y), -1)
        return _core.SampleData.regression(
            np.asarray(X, dtype=np.float64), targets, **self._about_inputs(None)
        )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        tags.target_tags.single_output = True
        return tags


class ParallelNetClassifier(ClassifierMixin, _ParallelNet):
    __doc__ = f"""Classification by a network whose width is found, to the global optimum.

    Minimises the logistic loss (two classes) or the multinomial one, with the penalty of
    ``ParallelNetRegressor``.

    Parameters
    ----------
    lambda_ratio : float in (0, 1]
        lambda as a part of the smallest one whose network is empty.
    lambda_value : float > 0, optional
        lambda itself, in place of the ratio.
    {_SHARED}

    Attributes
    ----------
    classes_ : array (classes,)
    size_, objective_, lower_bound_, gap_, proof_, lambda_, history_, certificate_
        See ``hadal``; ``size_`` is the width.

    References
    ----------
    Haeffele and Vidal (2017), Global optimality in neural network training, CVPR.
    """

    def __init__(
        self,
        lambda_ratio: float = 0.02,
        *,
        lambda_value: float | None = None,
        hidden: str = "relu",
        penalty: str = "product",
        gates: int | None = None,
        bias: bool = True,
        standardise: bool = True,
        architecture: str | None = None,
        image_shape: tuple[int, ...] | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float | None = None,
        validation_fraction: float | None = None,
        tol: float = 1e-3,
        proof: str = "auto",
        size_max: int | None = None,
        max_iter: int = 1000,
        time_limit: float | None = None,
        n_jobs: int | None = None,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self._set_parameters(locals())

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> ParallelNetClassifier:
        """Fits the network, and finds how wide it must be.

        Parameters
        ----------
        X : array (samples, inputs), float64 or float32
        y : array (samples,)
            Classes: numbers or texts, two or more of them.
        sample_weight : array (samples,), optional
            Weights >= 0.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For one class only.
        hadal.ArgumentError
            For parameters out of range.
        """
        self._target_names = _names_of(y)
        X, y = validate_data(self, X, y, dtype=[np.float64, np.float32])
        check_classification_targets(y)
        X, y, weight = _weighted(X, y, sample_weight)
        self.classes_, labels = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("one class was given; a classifier needs two or more classes")
        self._fit(self._data(X, labels, weight))
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """The probability of every class.

        Parameters
        ----------
        X : array (samples, inputs)

        Returns
        -------
        array (samples, classes)

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        """
        return self._outputs(X)

    def predict(self, X: Any) -> np.ndarray:
        """The most probable class.

        Parameters
        ----------
        X : array (samples, inputs)

        Returns
        -------
        array (samples,)

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        """
        best = np.argmax(self._outputs(X), axis=1)
        return self.classes_[best]

    def _data(self, X: Any, labels: np.ndarray, weight: Any = None) -> _core.SampleData:
        return _core.SampleData.classification(
            X,
            np.ascontiguousarray(labels, dtype=np.int64),
            [str(name) for name in self.classes_],
            **self._about_inputs(weight),
        )
