"""Tensors as sums of rank-one tensors."""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np
from sklearn.utils.validation import check_is_fitted

from hadal import _core
from hadal._arrays import filled, positions
from hadal._base import _ByFolds, _Fitted, _given, _seed, _threads


class TensorFactorization(_Fitted):
    """CP (PARAFAC) decomposition whose number of components is found.

    Minimises sum over observed entries of loss + lambda sum_c prod_m norm_m(w_mc) over all sizes.

    Parameters
    ----------
    lambda_ratio : float in (0, 1]
        lambda as a part of the smallest one whose model is empty.
    lambda_value : float > 0, optional
        lambda itself, in place of the ratio.
    norms : str or sequence of str
        Norm of every mode, or one for all, as for ``StructuredFactorization``.
    nonnegative : bool or sequence of bool
        Of every mode, or one for all.
    loss : {"squared", "huber", "logistic", "poisson", "multinomial"}
        Of an entry, as for ``MatrixCompletion``.
    huber_threshold : float > 0, optional
        Of the Huber loss, in units of the data.
    refit : {"none", "weights", "factors"}
        What is fitted again without penalty.
    tol, proof, size_max, max_iter, time_limit, n_jobs, random_state, verbose
        As for ``MatrixCompletion``.

    Attributes
    ----------
    factors_ : list of arrays (elements of the mode, size)
        Of the refit, where there is one.
    size_, objective_, lower_bound_, gap_, proof_, lambda_, history_, certificate_
        See ``hadal``.

    References
    ----------
    Haeffele and Vidal (2015), Global optimality in tensor factorization, deep learning, and beyond,
    arXiv:1506.07540.
    """

    def __init__(
        self,
        lambda_ratio: float = 0.1,
        *,
        lambda_value: float | None = None,
        norms: str | Sequence[str] = "l2",
        nonnegative: bool | Sequence[bool] = False,
        loss: str = "squared",
        huber_threshold: float | None = None,
        refit: str = "none",
        tol: float = 1e-4,
        proof: str = "auto",
        size_max: int | None = None,
        max_iter: int = 1000,
        time_limit: float | None = None,
        n_jobs: int | None = None,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self._set_parameters(locals())

    def fit(self, X: Any, y: Any = None, weight: Any = None) -> TensorFactorization:
        """Fits the factors, and finds how many components there are.

        Parameters
        ----------
        X : array of three to eight dimensions, float64 or float32
            What is NaN or masked is missing. Or a tuple (indices, values, shape) of observed
            entries: an array (entries, modes) of positions from 0, an array (entries,), and a tuple.
        y : ignored
        weight : array, optional
            A weight > 0 for each entry, of the shape of X or of its values.

        Returns
        -------
        self

        Raises
        ------
        hadal.DataError, hadal.ArgumentError
            As for ``MatrixCompletion``.
        """
        data = _tensor_data(X, weight)
        self._run(_core.fit_tensor, data, self._options(len(data.shape)))
        refit = self.model_.refit
        self.factors_ = self.model_.factors if refit is None else refit["factors"]
        self.train_error_ = self.model_.train_error
        self.validation_error_ = self.model_.validation_error
        self.path_ = self.model_.path
        return self

    def reconstruct(self) -> np.ndarray:
        """All entries as the model predicts them, on the scale of the data.

        Returns
        -------
        array of the tensor's shape
            Probabilities of the logistic loss, means of the Poisson loss.

        Raises
        ------
        AttributeError
            For models of categories.
        """
        check_is_fitted(self, "model_")
        if self.model_.loss == "multinomial":
            raise AttributeError("models of categories have no single value for an entry")
        letters = "abcdefgh"[: len(self.factors_)]
        terms = ",".join(f"{letter}z" for letter in letters)
        z = np.einsum(f"{terms}->{letters}", *self.factors_, optimize=True)
        if self.model_.loss == "logistic":
            return 0.5 * (1 + np.tanh(z / 2))
        return np.exp(z) if self.model_.loss == "poisson" else z

    def _options(self, modes: int) -> dict:
        def of_modes(value: Any, kind: type) -> list:
            return [value] * modes if isinstance(value, kind) else list(value)

        norms = of_modes(self.norms, str)
        nonnegative = of_modes(self.nonnegative, (bool, np.bool_))
        if len(norms) != modes or len(nonnegative) != modes:
            raise _core.ArgumentError(
                f"{len(norms)} norms and {len(nonnegative)} signs were given for {modes} modes; "
                "expected one for each, or one for all"
            )
        sides = {f"norm_{m}": norm for m, norm in enumerate(norms)}
        sides |= {f"nonnegative_{m}": bool(sign) for m, sign in enumerate(nonnegative)}
        return {
            **sides,
            **_given(
                {
                    "loss": self.loss,
                    "huber_threshold": self.huber_threshold,
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
            ),
        }


class TensorFactorizationCV(_ByFolds, TensorFactorization):
    """CP decomposition at the lambda that predicts held-out entries best.

    Parameters
    ----------
    cv : int from 2 to 100
        Folds of entries.
    one_standard_error : bool
        The largest lambda whose error is within one standard error of the least.
    norms, nonnegative, loss, huber_threshold, refit, tol, proof, size_max, max_iter, time_limit, \
    n_jobs, random_state, verbose
        As for ``TensorFactorization``.

    Attributes
    ----------
    path_ : dict of arrays
        lambda, size, errors of every point that was looked at.
    factors_, size_, objective_, lower_bound_, gap_, proof_, lambda_, history_, certificate_
        As for ``TensorFactorization``.

    References
    ----------
    Haeffele and Vidal (2015), Global optimality in tensor factorization, deep learning, and beyond,
    arXiv:1506.07540.
    """

    def __init__(
        self,
        cv: int = 5,
        *,
        one_standard_error: bool = True,
        norms: str | Sequence[str] = "l2",
        nonnegative: bool | Sequence[bool] = False,
        loss: str = "squared",
        huber_threshold: float | None = None,
        refit: str = "none",
        tol: float = 1e-4,
        proof: str = "auto",
        size_max: int | None = None,
        max_iter: int = 1000,
        time_limit: float | None = None,
        n_jobs: int | None = None,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self._set_parameters(locals())


def _require_tensor(dimensions: int) -> None:
    if not 3 <= dimensions <= 8:
        raise _core.DataError(
            f"an array of {dimensions} dimensions was given; expected a tensor of three to eight"
        )


def _tensor_data(x: Any, weight: Any = None) -> _core.TensorData:
    weight = None if weight is None else np.asarray(weight, dtype=np.float64)
    if isinstance(x, tuple):
        indices, values, shape = x
        _require_tensor(len(shape))
        indices = positions(indices, "indices")
        if indices.ndim != 2 or indices.shape[1] != len(shape):
            raise _core.ArgumentError(
                f"indices of shape {indices.shape} were given; expected (entries, {len(shape)})"
            )
        columns = [np.ascontiguousarray(column) for column in indices.T]
        return _core.TensorData.from_entries(
            [int(side) for side in shape], columns, np.asarray(values, dtype=np.float64), weight
        )
    x = np.asarray(filled(x))
    _require_tensor(x.ndim)
    if x.dtype not in (np.float64, np.float32):
        x = x.astype(np.float64)
    return _core.TensorData.from_dense(x, weight)
