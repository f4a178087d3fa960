"""What all estimators share."""

from __future__ import annotations

import contextlib
import os
import warnings
from typing import Any, Callable, Iterator

from sklearn.base import BaseEstimator


class InterruptedFit(UserWarning):
    """A fit was ended by Ctrl-C: the estimator holds the best model so far."""


@contextlib.contextmanager
def _progress(verbose: bool) -> Iterator[Callable[[dict], None] | None]:
    """A callback that shows how a fit goes, in a terminal or a notebook."""
    if not verbose:
        yield None
        return
    from tqdm.auto import tqdm

    with tqdm(unit="it", bar_format="{desc}  [{elapsed}]") as bar:

        def show(at: dict) -> None:
            where = at["stage"]
            if at["steps"]:
                where += f" {at['step']}/{at['steps']}"
            bar.set_description_str(
                f"{where}: size {at['size']}, objective {at['objective']:.6g}, "
                f"gap {at['relative_gap']:.1e}"
            )

        yield show


class _Fitted(BaseEstimator):
    """Parameters as they are given, attributes of a fitted model, and its file."""

    def _set_parameters(self, given: dict) -> None:
        """Keeps the arguments of a constructor, its locals(), as scikit-learn asks: unchanged."""
        for name in self._get_param_names():
            setattr(self, name, given[name])

    def _run(self, fit: Callable, data: object, options: dict) -> Any:
        with _progress(self.verbose) as callback:
            model = fit(data, options, callback)
        if model.stop == "interrupted":
            warnings.warn(
                "the fit was interrupted: this is its best model so far", InterruptedFit, stacklevel=3
            )
        self._keep(model)
        return model

    def _keep(self, model: Any) -> None:
        certificate = model.certificate
        self.model_ = model
        self.size_ = model.size
        self.lambda_ = model.lambda_value
        self.lambda_max_ = model.lambda_max
        self.objective_ = certificate["objective"]
        self.lower_bound_ = certificate["lower_bound"]
        self.gap_ = certificate["relative_gap"]
        self.proof_ = certificate["proof"]
        self.status_ = certificate["status"]
        self.certificate_ = certificate
        self.history_ = model.history
        self.n_iter_ = max(1, model.iterations)

    def _lambda(self) -> dict:
        if self.lambda_value is not None:
            return {"lambda": self.lambda_value}
        if self.lambda_ratio is None:
            from hadal import _core

            raise _core.ArgumentError(
                "lambda_ratio = None was given without lambda_value; expected one of them"
            )
        return {"lambda_ratio": self.lambda_ratio}

    def save(self, path: str) -> None:
        """Writes the fitted model to a file that ``hadal.load`` and the command line read.

        Parameters
        ----------
        path : str or path
            The file, by custom ``.h5``.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        """
        from sklearn.utils.validation import check_is_fitted

        check_is_fitted(self, "model_")
        self.model_.save(path)


class _ByFolds:
    """Of estimators that choose lambda by held-out entries or samples."""

    def _lambda(self) -> dict:
        return {"folds": self.cv, "one_standard_error": self.one_standard_error}


def _seed(random_state: Any) -> int:
    from sklearn.utils import check_random_state

    if random_state is None:
        return 0
    if isinstance(random_state, int):
        return random_state
    return int(check_random_state(random_state).randint(2**31 - 1))


def _threads(n_jobs: Any) -> Any:
    """As joblib reads n_jobs: -1 is all cores, -2 all but one."""
    if isinstance(n_jobs, int) and n_jobs < 0:
        return max(1, (os.cpu_count() or 1) + 1 + n_jobs)
    return n_jobs


def _given(options: dict) -> dict:
    return {name: value for name, value in options.items() if value is not None}
