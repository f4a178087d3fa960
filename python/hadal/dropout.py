"""What dropout minimises in a linear network."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import solve
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from hadal import _core
from hadal._arrays import unmasked
from hadal._base import _Fitted, _given, _seed, _threads


class DropoutFactorization(ClassNamePrefixFeaturesOutMixin, TransformerMixin, _Fitted):
    """The linear network X = U V^T that training with dropout on its hidden units looks for.

    Minimises E ||X - U diag(z) V^T / retain||^2 over z, whose elements are 1 with probability retain
    and else 0: ||X - U V^T||^2 + (1 - retain) / retain sum_i ||u_i||^2 ||v_i||^2.

    Parameters
    ----------
    retain : float in (0, 1]
        Probability with which a hidden unit is kept; 1 is no dropout.
    width : int, optional
        Hidden units; by default as many as the data ask for, with a retain probability that adapts.
    noise : {"dropout", "dropconnect", "dropblock"}
        Whether units, weights or blocks of units are dropped.
    block : int
        Units in a block of dropblock.
    method : {"closed", "descent", "sgd"}
        The formula of the optimum, a descent on the expectation, or training with the noise.
    tol, max_iter, time_limit, n_jobs, random_state, verbose
        As for ``MatrixCompletion``.

    Attributes
    ----------
    components_ : array (width, columns)
    row_factors_ : array (rows, width)
    size_ : int
        The rank of their product.
    objective_, lower_bound_, gap_, proof_, lambda_, history_, certificate_
        See ``hadal``.

    References
    ----------
    Cavazza, Morerio, Haeffele, Lane, Murino and Vidal (2018), Dropout as a low-rank regularizer for
    matrix factorization, AISTATS.
    """

    def __init__(
        self,
        retain: float = 0.8,
        width: int | None = None,
        *,
        noise: str = "dropout",
        block: int = 1,
        method: str = "closed",
        tol: float = 1e-6,
        max_iter: int = 1000,
        time_limit: float | None = None,
        n_jobs: int | None = None,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self._set_parameters(locals())

    def fit(self, X: Any, y: Any = None) -> DropoutFactorization:
        """Finds the network.

        Parameters
        ----------
        X : array (rows, columns), float64 or float32
        y : ignored

        Returns
        -------
        self

        Raises
        ------
        hadal.ArgumentError
            For parameters that are out of range or do not fit each other.
        """
        X = validate_data(self, unmasked(X, "X"), dtype=[np.float64, np.float32])
        return self._fit_at(X, self.retain)

    def _fit_at(self, X: np.ndarray, retain: float) -> Any:
        self._run(_core.fit_dropout, _core.LinearData.of(X), self._options(retain))
        self.components_, self.row_factors_ = self.model_.layers
        self._n_features_out = self.components_.shape[0]
        return self

    def reconstruct(self) -> np.ndarray:
        """The product U V^T.

        Returns
        -------
        array (rows, columns)

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        """
        check_is_fitted(self, "model_")
        return self.row_factors_ @ self.components_

    def transform(self, X: Any) -> np.ndarray:
        """The hidden units of new rows: the best ones with dropout beside the columns' factor.

        Parameters
        ----------
        X : array (rows, columns)

        Returns
        -------
        array (rows, width)

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        """
        check_is_fitted(self, "model_")
        X = validate_data(self, X, reset=False, dtype=[np.float64, np.float32])
        v = self.components_.T
        kept = self.model_.retain
        penalty = (1 - kept) / kept * np.square(v).sum(axis=0)
        system = v.T @ v
        system[np.diag_indices_from(system)] += penalty
        useful = np.diag(system) > 0
        u = np.zeros((X.shape[0], v.shape[1]))
        if np.any(useful):
            part = system[np.ix_(useful, useful)]
            ridge = 1e-12 * np.trace(part) * np.eye(len(part))
            u[:, useful] = solve(part + ridge, v[:, useful].T @ X.T, assume_a="pos").T
        return u

    def inverse_transform(self, Z: Any) -> np.ndarray:
        """What hidden units predict.

        Parameters
        ----------
        Z : array (rows, width)

        Returns
        -------
        array (rows, columns)

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        """
        check_is_fitted(self, "model_")
        return np.asarray(Z, dtype=np.float64) @ self.components_

    def _options(self, retain: float) -> dict:
        return _given(
            {
                "retain": retain,
                "widths": [] if self.width is None else [self.width],
                "adaptive": self.width is None,
                "noise": self.noise,
                "block": self.block,
                "method": self.method,
                "tol": self.tol,
                "max_iter": self.max_iter,
                "time_limit": self.time_limit,
                "threads": _threads(self.n_jobs),
                "seed": _seed(self.random_state),
            }
        )


class DropoutFactorizationCV(DropoutFactorization):
    """Dropout at the retain probability that predicts held-out blocks of the matrix best.

    Blocks of rows and columns are held out together, and predicted from the rest by way of its
    factorisation (Owen and Perry 2009, bi-cross-validation).

    Parameters
    ----------
    retains : sequence of float in (0, 1)
        What is tried.
    cv : int >= 2
        Folds of rows and of columns: cv * cv blocks.
    width, noise, block, method, tol, max_iter, time_limit, n_jobs, random_state, verbose
        As for ``DropoutFactorization``.

    Attributes
    ----------
    retain_ : float
        What was chosen.
    path_ : dict of arrays
        retain and root mean squared error of held-out elements.
    components_, row_factors_, size_, objective_, lower_bound_, gap_, proof_, lambda_, history_, \
    certificate_
        As for ``DropoutFactorization``.

    References
    ----------
    Cavazza, Morerio, Haeffele, Lane, Murino and Vidal (2018), Dropout as a low-rank regularizer for
    matrix factorization, AISTATS.
    """

    def __init__(
        self,
        retains: Any = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98),
        width: int | None = None,
        *,
        cv: int = 3,
        noise: str = "dropout",
        block: int = 1,
        method: str = "closed",
        tol: float = 1e-6,
        max_iter: int = 1000,
        time_limit: float | None = None,
        n_jobs: int | None = None,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self._set_parameters(locals())

    def fit(self, X: Any, y: Any = None) -> DropoutFactorizationCV:
        """Chooses the retain probability, and finds the network.

        Parameters
        ----------
        X : array (rows, columns), float64 or float32
        y : ignored

        Returns
        -------
        self

        Raises
        ------
        hadal.ArgumentError
            For parameters that are out of range, or fewer rows or columns than folds.
        """
        X = validate_data(self, X, dtype=[np.float64, np.float32])
        if min(X.shape) < max(2, self.cv):
            raise _core.ArgumentError(
                f"a matrix of n_samples = {X.shape[0]}, n_features = {X.shape[1]} was given for "
                f"{self.cv} folds; expected as many of both"
            )
        errors = [self._held_out_error(X, float(retain)) for retain in self.retains]
        self.path_ = {"retain": np.asarray(self.retains, float), "validation_error": np.array(errors)}
        self.retain_ = float(self.retains[int(np.argmin(errors))])
        return self._fit_at(X, self.retain_)

    def _held_out_error(self, X: np.ndarray, retain: float) -> float:
        random = np.random.default_rng(_seed(self.random_state))
        rows = np.array_split(random.permutation(X.shape[0]), self.cv)
        columns = np.array_split(random.permutation(X.shape[1]), self.cv)
        total = 0.0
        for r in rows:
            for c in columns:
                left = np.delete(X[:, c], r, axis=0)
                below = np.delete(X[r], c, axis=1)
                rest = np.delete(np.delete(X, r, axis=0), c, axis=1)
                model = _core.fit_dropout(_core.LinearData.of(rest), self._options(retain))
                v, u = model.layers
                predicted = below @ np.linalg.pinv(u @ v) @ left if model.size else np.zeros(1)
                total += float(np.square(X[np.ix_(r, c)] - predicted).sum())
        return float(np.sqrt(total / X.size))
