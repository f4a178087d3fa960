"""Factors that are sparse, smooth or non-negative."""

from __future__ import annotations

from typing import Any


from hadal._base import _ByFolds, _given
from hadal.matrix import _MatrixEstimator

_SHARED = """lambda_value : float > 0, optional
        lambda itself, in place of the ratio.
    norm_u, norm_v : str
        Norms of the factors of rows and of columns, for instance ``"l1 + 0.5*l2 + 0.6*tv(grid8)"``.
    nonnegative_u, nonnegative_v : bool
        Whether the factors must not be negative.
    shape_u, shape_v : tuple of int, optional
        Height and width (or three sides) of the picture that rows or columns are, for total
        variation on a lattice.
    edges_u, edges_v : sequence of pairs of int, optional
        Neighbours, for total variation on ``tv(edges)``.
    dictionary_u, dictionary_v : array (rows, elements), "dct" or "fourier", optional
        Factors are combinations of its columns, and norms are those of the coefficients.
    elements_u, elements_v : int, optional
        So many columns of ``"dct"`` or ``"fourier"``, those of the lowest frequencies.
    loss, huber_threshold, offset, free_offset, offset_ridge, refit, tol, proof, size_max, max_iter, \
    time_limit, n_jobs, random_state, verbose
        As for ``MatrixCompletion``; a refit joins parts that belong together."""


class StructuredFactorization(_MatrixEstimator):
    __doc__ = f"""Factorisation with norms of the factors that make them sparse or smooth.

    Minimises loss + lambda sum_i norm_u(u_i) norm_v(v_i) over all sizes.

    Parameters
    ----------
    lambda_ratio : float in (0, 1]
        lambda as a part of the smallest one whose model is empty.
    {_SHARED}

    Attributes
    ----------
    components_ : array (size, columns)
    row_factors_ : array (rows, size)
        Coefficients, where there is a dictionary.
    size_, objective_, lower_bound_, gap_, proof_, lambda_, history_, certificate_
        See ``hadal``.

    References
    ----------
    Haeffele, Young and Vidal (2014), Structured low-rank matrix factorization: optimality, algorithm,
    and applications to image processing, ICML.
    """

    def __init__(
        self,
        lambda_ratio: float = 0.1,
        *,
        lambda_value: float | None = None,
        norm_u: str = "l2",
        norm_v: str = "l2",
        nonnegative_u: bool = False,
        nonnegative_v: bool = False,
        shape_u: tuple[int, ...] | None = None,
        shape_v: tuple[int, ...] | None = None,
        edges_u: Any = None,
        edges_v: Any = None,
        dictionary_u: Any = None,
        dictionary_v: Any = None,
        elements_u: int | None = None,
        elements_v: int | None = None,
        loss: str = "squared",
        huber_threshold: float | None = None,
        offset: str | None = None,
        free_offset: bool = False,
        offset_ridge: float = 1e-3,
        refit: bool = False,
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

    def _options(self) -> dict:
        sides = {
            f"{name}_{letter}": getattr(self, f"{name}_{letter}", None)
            for name in ("norm", "nonnegative", "shape", "edges", "dictionary", "elements")
            for letter in "uv"
        }
        for name in ("shape_u", "shape_v"):
            if sides[name] is not None:
                sides[name] = [int(side) for side in sides[name]]
        for name in ("edges_u", "edges_v"):
            if sides[name] is not None:
                sides[name] = [(int(a), int(b)) for a, b in sides[name]]
        return {**self._base_options(), **_given(sides)}


class StructuredFactorizationCV(_ByFolds, StructuredFactorization):
    __doc__ = f"""Structured factorisation at the lambda that predicts held-out entries best.

    Parameters
    ----------
    cv : int from 2 to 100
        Folds of entries; of whole pixels where the data are pictures.
    one_standard_error : bool
        The largest lambda whose error is within one standard error of the least.
    {_SHARED}

    Attributes
    ----------
    path_ : dict of arrays
        lambda, size, errors of every point that was looked at.
    components_, row_factors_, size_, objective_, lower_bound_, gap_, proof_, lambda_, history_, \
    certificate_
        As for ``StructuredFactorization``.

    References
    ----------
    Haeffele, Young and Vidal (2014), Structured low-rank matrix factorization: optimality, algorithm,
    and applications to image processing, ICML.
    """

    def __init__(
        self,
        cv: int = 5,
        *,
        one_standard_error: bool = False,
        norm_u: str = "l2",
        norm_v: str = "l2",
        nonnegative_u: bool = False,
        nonnegative_v: bool = False,
        shape_u: tuple[int, ...] | None = None,
        shape_v: tuple[int, ...] | None = None,
        edges_u: Any = None,
        edges_v: Any = None,
        dictionary_u: Any = None,
        dictionary_v: Any = None,
        elements_u: int | None = None,
        elements_v: int | None = None,
        loss: str = "squared",
        huber_threshold: float | None = None,
        offset: str | None = None,
        free_offset: bool = False,
        offset_ridge: float = 1e-3,
        refit: bool = False,
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


class NonnegativeFactorization(StructuredFactorization):
    """Non-negative factorisation: neither factor has a negative element.

    Minimises ||X - U V^T||^2 / 2 + lambda sum_i ||u_i|| ||v_i|| over U, V >= 0 of all sizes.

    Parameters
    ----------
    lambda_ratio : float in (0, 1]
        lambda as a part of the smallest one whose model is empty.
    lambda_value : float > 0, optional
        lambda itself, in place of the ratio.
    norm_u, norm_v : str
        Norms of the factors, ``"l2"`` or for instance ``"l1 + l2"`` for sparse ones.
    loss, refit, tol, proof, size_max, max_iter, time_limit, n_jobs, random_state, verbose
        As for ``MatrixCompletion``.

    Attributes
    ----------
    components_ : array (size, columns)
    row_factors_ : array (rows, size)
    size_, objective_, lower_bound_, gap_, proof_, lambda_, history_, certificate_
        See ``hadal``.

    References
    ----------
    Haeffele, Young and Vidal (2014), Structured low-rank matrix factorization: optimality, algorithm,
    and applications to image processing, ICML.
    """

    nonnegative_u = True
    nonnegative_v = True
    huber_threshold = None
    offset = "none"
    free_offset = False
    offset_ridge = 1e-3

    def __init__(
        self,
        lambda_ratio: float = 0.1,
        *,
        lambda_value: float | None = None,
        norm_u: str = "l2",
        norm_v: str = "l2",
        loss: str = "squared",
        refit: bool = False,
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


class NonnegativeFactorizationCV(_ByFolds, NonnegativeFactorization):
    """Non-negative factorisation at the lambda that predicts held-out entries best.

    Parameters
    ----------
    cv : int from 2 to 100
        Folds of entries.
    one_standard_error : bool
        The largest lambda whose error is within one standard error of the least.
    norm_u, norm_v, loss, refit, tol, proof, size_max, max_iter, time_limit, n_jobs, random_state, \
    verbose
        As for ``NonnegativeFactorization``.

    Attributes
    ----------
    path_ : dict of arrays
        lambda, size, errors of every point that was looked at.
    components_, row_factors_, size_, objective_, lower_bound_, gap_, proof_, lambda_, history_, \
    certificate_
        As for ``NonnegativeFactorization``.

    References
    ----------
    Haeffele, Young and Vidal (2014), Structured low-rank matrix factorization: optimality, algorithm,
    and applications to image processing, ICML.
    """

    def __init__(
        self,
        cv: int = 5,
        *,
        one_standard_error: bool = False,
        norm_u: str = "l2",
        norm_v: str = "l2",
        loss: str = "squared",
        refit: bool = False,
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
