"""Matrices with missing entries."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from hadal import _core
from hadal._arrays import filled, positions
from hadal._base import _ByFolds, _Fitted, _given, _seed, _threads
from hadal._rows import are_samples, column_shift, lifted, row_factors


def _matrix_data(x: Any, weight: Any = None) -> _core.MatrixData:
    """Observed entries: those that are not NaN of an array, those that are stored of a sparse one."""
    if sparse.issparse(x):
        entries = x.tocoo()
        return _core.MatrixData.from_entries(
            *entries.shape,
            entries.row.astype(np.int64, copy=False),
            entries.col.astype(np.int64, copy=False),
            entries.data,
            None if weight is None else np.asarray(weight, dtype=np.float64),
        )
    return _core.MatrixData.from_dense(
        x, None if weight is None else np.asarray(weight, dtype=np.float64)
    )


class _MatrixEstimator(ClassNamePrefixFeaturesOutMixin, TransformerMixin, _Fitted):
    def fit(self, X: Any, y: Any = None, weight: Any = None) -> _MatrixEstimator:
        """Fits the factors, and finds how many there are.

        Parameters
        ----------
        X : array or sparse matrix (rows, columns), float64 or float32
            The matrix. What is NaN or masked is missing; of a sparse matrix, what is not stored.
        y : ignored
        weight : array, optional
            A weight > 0 for each entry: of the shape of X, or of its stored entries in the order of
            ``X.tocoo()``.

        Returns
        -------
        self

        Raises
        ------
        hadal.DataError
            For data without an entry, or with a value that the loss does not take.
        hadal.ArgumentError
            For a parameter that is out of range.
        """
        X = self._validated(X, reset=True)
        fit = functools.partial(_core.fit_matrix, consume=True)
        self._run(fit, _matrix_data(X, weight), self._options())
        self._set_factors()
        return self

    def _validated(self, X: Any, reset: bool) -> Any:
        return validate_data(
            self,
            filled(X),
            reset=reset,
            accept_sparse=("csr", "csc", "coo"),
            dtype=[np.float64, np.float32],
            ensure_all_finite="allow-nan",
        )

    def _set_factors(self) -> None:
        refit = self.model_.refit
        best = refit if refit is not None else {"u": self.model_.u, "v": self.model_.v}
        self.row_factors_, self.components_ = best["u"], best["v"].T
        self._n_features_out = self.components_.shape[0]
        self.train_error_ = self.model_.train_error
        self.validation_error_ = self.model_.validation_error
        self.path_ = self.model_.path
        self.offset_ = self.model_.offset

    def _base_options(self) -> dict:
        return _given(
            {
                "loss": self.loss,
                "huber_threshold": self.huber_threshold,
                "offset": self.offset,
                "free_offset": self.free_offset,
                "offset_ridge": self.offset_ridge,
                "refit": self.refit,
                "tol": self.tol,
                "proof": self.proof,
                "size_max": self.size_max,
                "max_iter": self.max_iter,
                "time_limit": self.time_limit,
                "threads": _threads(self.n_jobs),
                "seed": _seed(self.random_state),
                **self._lambda(),
            }
        )

    def reconstruct(self) -> np.ndarray:
        """All entries as the model predicts them, on the scale of the data.

        Returns
        -------
        array (rows, columns)
            Probabilities of the logistic loss, means of the Poisson loss, categories of the
            multinomial one.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        """
        check_is_fitted(self, "model_")
        return self.model_.predict_all()

    def predict_entries(self, rows: Any, columns: Any) -> np.ndarray:
        """Entries as the model predicts them, one by one.

        Parameters
        ----------
        rows, columns : sequences of int
            Positions from 0, as many of each.

        Returns
        -------
        array (entries,)

        Raises
        ------
        hadal.ArgumentError
            For a position that the model does not have.
        """
        check_is_fitted(self, "model_")
        return self.model_.predict(
            positions(rows, "rows").tolist(), positions(columns, "columns").tolist()
        )

    def fit_transform(self, X: Any, y: Any = None, weight: Any = None) -> np.ndarray:
        """Fits, and gives the row factors, also where rows are neighbours or have a dictionary.

        Parameters
        ----------
        X, y, weight
            As for ``fit``.

        Returns
        -------
        array (rows, size)

        Raises
        ------
        hadal.DataError, hadal.ArgumentError
            As ``fit`` does.
        """
        self.fit(X, y, weight)
        if are_samples(self.model_):
            return self.transform(X)
        dictionary = self.model_.dictionary_u
        return self.row_factors_ if dictionary is None else dictionary @ self.row_factors_

    def transform(self, X: Any) -> np.ndarray:
        """Row factors of new rows: the best ones beside the column factors that were found.

        Parameters
        ----------
        X : array or sparse matrix (rows, columns)
            As for ``fit``, with as many columns.

        Returns
        -------
        array (rows, size)

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        AttributeError
            Where rows are neighbours or combinations of a dictionary, of which no new ones are
            known, or data are categories.
        """
        return self._coefficients(X)[0]

    def inverse_transform(self, Z: Any) -> np.ndarray:
        """What row factors predict, on the scale of the data and without offsets of rows.

        Parameters
        ----------
        Z : array (rows, size)

        Returns
        -------
        array (rows, columns)

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        """
        check_is_fitted(self, "model_")
        Z = np.asarray(Z, dtype=np.float64)
        _, column_scale = self.model_.scales
        z = Z @ lifted(self.model_, self.components_.T).T
        if column_scale.size:
            z = z * column_scale
        return self._through_link(z + column_shift(self.model_))

    def impute(self, X: Any) -> np.ndarray:
        """X with its missing entries predicted, also for rows that were not fitted.

        Parameters
        ----------
        X : array or sparse matrix (rows, columns)

        Returns
        -------
        array (rows, columns)

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        AttributeError
            Where rows are neighbours or combinations of a dictionary, of which no new ones are
            known, or data are categories.
        """
        coefficients, scale, shift = self._coefficients(X)
        _, column_scale = self.model_.scales
        z = coefficients @ lifted(self.model_, self.components_.T).T
        if column_scale.size:
            z = z * scale[:, None] * column_scale
        z = self._through_link(z + column_shift(self.model_) + shift[:, None])
        X = self._validated(X, reset=False)
        if sparse.issparse(X):
            entries = X.tocoo()
            z[entries.row, entries.col] = entries.data
            return z
        return np.where(np.isnan(X), z, X)

    def _through_link(self, z: np.ndarray) -> np.ndarray:
        if self.model_.loss == "logistic":
            return 0.5 * (1 + np.tanh(z / 2))
        return np.exp(z) if self.model_.loss == "poisson" else z

    def _coefficients(self, X: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Factors, scales and offsets of rows."""
        check_is_fitted(self, "model_")
        if self.model_.loss == "multinomial":
            raise AttributeError("models of categories have no factors for new rows")
        X = self._validated(X, reset=False)
        dense = X.toarray() if sparse.issparse(X) else X
        seen = X.copy() if sparse.issparse(X) else None
        if seen is not None:
            seen.data = np.ones_like(seen.data)
        observed = ~np.isnan(dense) if seen is None else seen.toarray() > 0
        return row_factors(self.model_, dense, observed)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.allow_nan = True
        return tags


class MatrixCompletion(_MatrixEstimator):
    """Low-rank completion of a matrix, to the global optimum.

    Minimises sum over observed entries of loss(y_ij, offset + <u_i, v_j>) + lambda ||U V^T||_* over
    all sizes.

    Parameters
    ----------
    lambda_ratio : float in (0, 1]
        lambda as a part of the smallest one whose model is empty.
    lambda_value : float > 0, optional
        lambda itself, in the units of the data, in place of the ratio.
    loss : {"squared", "huber", "logistic", "poisson", "multinomial"}
        Of an entry: of measurements, of measurements some of which are grossly wrong, of two classes (-1
        and 1, or 0 and 1), of counts, of categories (whole numbers).
    huber_threshold : float > 0, optional
        Of the Huber loss, in units of the data: errors beyond it are gross.
    offset : {"none", "global", "rows", "columns", "both"}, optional
        What is added to the low-rank part; by default a constant where the loss is in units of the
        data.
    free_offset : bool
        Offsets are fitted with a ridge in place of being means of the data.
    offset_ridge : float > 0
        Weight of the squares of free offsets.
    count_weights : float in [0, 1]
        Power of the counts of entries of rows and columns that weighs the norm.
    refit : bool
        Fit the sizes again without shrinkage, for prediction.
    tol : float > 0
        Relative gap to reach.
    proof : {"auto", "deterministic", "probabilistic", "none"}
        ``"auto"`` takes the deterministic one where it costs little. A probabilistic one is wrong with a
        probability of 1e-12.
    size_max : int, optional
        Most components.
    max_iter : int
        Most outer iterations.
    time_limit : float, optional
        Most seconds.
    n_jobs : int, optional
        Threads; all cores by default and for -1.
    random_state : int, RandomState or None
        Of every random choice that the fit makes; None is 0.
    verbose : bool
        Show progress.

    Attributes
    ----------
    components_ : array (size, columns)
    row_factors_ : array (rows, size)
        Views of what the model holds, of its refit where there is one.
    size_, objective_, lower_bound_, gap_, proof_, lambda_, history_, certificate_
        See ``hadal``.

    References
    ----------
    Mazumder, Hastie and Tibshirani (2010), Spectral regularization algorithms for learning large
    incomplete matrices, Journal of Machine Learning Research 11.
    """

    def __init__(
        self,
        lambda_ratio: float = 0.1,
        *,
        lambda_value: float | None = None,
        loss: str = "squared",
        huber_threshold: float | None = None,
        offset: str | None = None,
        free_offset: bool = False,
        offset_ridge: float = 1e-3,
        count_weights: float = 0.0,
        refit: bool = False,
        tol: float = 1e-6,
        proof: str = "auto",
        size_max: int | None = None,
        max_iter: int = 1000,
        time_limit: float | None = None,
        n_jobs: int | None = None,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self._set_parameters(locals())

    def _options(self) -> dict:
        return {**self._base_options(), "count_weights": self.count_weights}


class MatrixCompletionCV(_ByFolds, MatrixCompletion):
    """Low-rank completion of a matrix at the lambda that predicts held-out entries best.

    Parameters
    ----------
    cv : int from 2 to 100
        Folds of entries.
    one_standard_error : bool
        The largest lambda whose error is within one standard error of the least.
    loss, huber_threshold, offset, free_offset, offset_ridge, count_weights, refit, tol, proof, \
    size_max, max_iter, time_limit, n_jobs, random_state, verbose
        As for ``MatrixCompletion``.

    Attributes
    ----------
    path_ : dict of arrays
        lambda, size, errors of every point that was looked at.
    components_, row_factors_, size_, objective_, lower_bound_, gap_, proof_, lambda_, history_, \
    certificate_
        As for ``MatrixCompletion``.

    References
    ----------
    Mazumder, Hastie and Tibshirani (2010), Spectral regularization algorithms for learning large
    incomplete matrices, Journal of Machine Learning Research 11.
    """

    def __init__(
        self,
        cv: int = 5,
        *,
        one_standard_error: bool = False,
        loss: str = "squared",
        huber_threshold: float | None = None,
        offset: str | None = None,
        free_offset: bool = False,
        offset_ridge: float = 1e-3,
        count_weights: float = 0.0,
        refit: bool = False,
        tol: float = 1e-6,
        proof: str = "auto",
        size_max: int | None = None,
        max_iter: int = 1000,
        time_limit: float | None = None,
        n_jobs: int | None = None,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self._set_parameters(locals())
