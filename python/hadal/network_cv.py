"""Networks at the lambda that predicts held-out samples best."""

from __future__ import annotations

from typing import Any

from hadal._base import _ByFolds
from hadal.network import ParallelNetClassifier, ParallelNetRegressor


class ParallelNetRegressorCV(_ByFolds, ParallelNetRegressor):
    """Regression by a network at the lambda that predicts held-out samples best.

    Parameters
    ----------
    cv : int from 2 to 100
        Folds of samples.
    one_standard_error : bool
        The largest lambda whose error is within one standard error of the least.
    loss, huber_threshold, hidden, penalty, gates, bias, standardise, architecture, image_shape, \
    epochs, batch_size, learning_rate, validation_fraction, tol, proof, size_max, max_iter, \
    time_limit, n_jobs, random_state, verbose
        As for ``ParallelNetRegressor``.

    Attributes
    ----------
    path_ : dict of arrays
        lambda, size, errors of every point that was looked at.
    size_, objective_, lower_bound_, gap_, proof_, lambda_, history_, certificate_
        As for ``ParallelNetRegressor``.

    References
    ----------
    Haeffele and Vidal (2017), Global optimality in neural network training, CVPR.
    """

    def __init__(
        self,
        cv: int = 5,
        *,
        one_standard_error: bool = False,
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


class ParallelNetClassifierCV(_ByFolds, ParallelNetClassifier):
    """Classification by a network at the lambda that predicts held-out samples best.

    Parameters
    ----------
    cv : int from 2 to 100
        Folds of samples, with as many of every class as can be.
    one_standard_error : bool
        The largest lambda whose error is within one standard error of the least.
    hidden, penalty, gates, bias, standardise, architecture, image_shape, epochs, batch_size, \
    learning_rate, validation_fraction, tol, proof, size_max, max_iter, time_limit, n_jobs, \
    random_state, verbose
        As for ``ParallelNetClassifier``.

    Attributes
    ----------
    path_ : dict of arrays
        lambda, size, errors of every point that was looked at.
    classes_, size_, objective_, lower_bound_, gap_, proof_, lambda_, history_, certificate_
        As for ``ParallelNetClassifier``.

    References
    ----------
    Haeffele and Vidal (2017), Global optimality in neural network training, CVPR.
    """

    def __init__(
        self,
        cv: int = 5,
        *,
        one_standard_error: bool = False,
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
