"""Networks of parallel units, or of parallel deep subnetworks."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

from hadal import _core
from hadal._arrays import unmasked
from hadal._parallel_net import _SHARED, _names_of, _ParallelNet, _weighted


class ParallelNetRegressor(RegressorMixin, _ParallelNet):
    __doc__ = f"""Regression by a network whose width is found, to the global optimum.

    Minimises sum of loss(y, sum_j act(x^T u_j) v_j) + lambda sum_j ||u_j|| ||v_j|| over all widths.

    Parameters
    ----------
    lambda_ratio : float in (0, 1], optional
        lambda as a part of the smallest one whose network is empty; by default 0.05, of deep
        subnetworks 0.002.
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

    _ratio = 0.05

    def __init__(
        self,
        lambda_ratio: float | None = None,
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
            self,
            unmasked(X, "X"),
            unmasked(y, "y"),
            dtype=[np.float64, np.float32],
            multi_output=True,
            y_numeric=True,
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
    lambda_ratio : float in (0, 1], optional
        lambda as a part of the smallest one whose network is empty; by default 0.02, of deep
        subnetworks 0.002.
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

    _ratio = 0.02

    def __init__(
        self,
        lambda_ratio: float | None = None,
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
        X, y = validate_data(
            self, unmasked(X, "X"), unmasked(y, "y"), dtype=[np.float64, np.float32]
        )
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
