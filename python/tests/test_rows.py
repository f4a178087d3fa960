"""Rows that were fitted are imputed as in the fit, new ones by the minimum of their problem."""

import os

import numpy as np
import pytest
from scipy.optimize import nnls

from hadal import MatrixCompletion, NonnegativeFactorization, StructuredFactorization
from hadal._base import _threads
from hadal._rows import row_coefficients


def some(loss="squared"):
    random = np.random.default_rng(4)
    levels = random.normal(size=(30, 1)) + random.normal(size=12)
    x = random.normal(size=(30, 2)) @ random.normal(size=(2, 12)) + 2 * levels
    if loss == "logistic":
        x = np.where(x > 0, 1.0, -1.0)
    if loss == "poisson":
        x = random.poisson(np.exp(np.clip(x / 4, -2, 2))).astype(float)
    x[random.random(x.shape) < 0.3] = np.nan
    return x


def check_imputed_as_fitted(model, x, tolerance):
    missing = np.isnan(x)
    imputed, fitted = model.impute(x)[missing], model.reconstruct()[missing]
    np.testing.assert_allclose(imputed, fitted, rtol=0, atol=tolerance * np.abs(fitted).max())


@pytest.mark.parametrize("loss", ["squared", "huber", "logistic", "poisson"])
@pytest.mark.parametrize("offset", ["rows", "both"])
@pytest.mark.parametrize("counts", [0, 1])
def test_impute_of_fitted_rows_agrees_with_the_fit_where_offsets_are_free(loss, offset, counts):
    x = some(loss)
    model = MatrixCompletion(
        0.1,
        loss=loss,
        offset=offset,
        free_offset=True,
        offset_ridge=0.1,
        count_weights=counts,
        tol=1e-9,
    ).fit(x)
    check_imputed_as_fitted(model, x, 2e-3)


def test_what_is_set_after_the_fit_does_not_change_its_rows():
    x = some()
    model = MatrixCompletion(
        0.1, offset="both", free_offset=True, offset_ridge=0.1, count_weights=1, tol=1e-9
    ).fit(x)
    model.set_params(offset_ridge=100.0, count_weights=0.0)
    check_imputed_as_fitted(model, x, 2e-3)


def test_a_row_of_ones_alone_is_no_row_of_zeros():
    x = some("logistic")
    model = MatrixCompletion(0.1, loss="logistic").fit(x)
    ones, zeros = np.full((1, 12), np.nan), np.full((1, 12), np.nan)
    ones[0, :8], zeros[0, :8] = 1, -1
    assert model.impute(ones)[0, 8:].mean() > model.impute(zeros)[0, 8:].mean() + 0.1


def test_minus_one_job_is_all_cores():
    assert _threads(-1) == os.cpu_count()
    assert _threads(-os.cpu_count() - 5) == 1
    x = some()
    assert MatrixCompletion(0.3, n_jobs=-1).fit(x).size_ == MatrixCompletion(0.3).fit(x).size_


@pytest.mark.parametrize("loss", ["squared", "huber", "poisson"])
@pytest.mark.parametrize("norm", ["l1", "l2", "l1 + 0.5*l2"])
@pytest.mark.parametrize("nonnegative", [False, True])
def test_impute_of_fitted_rows_agrees_with_structured_fits(loss, norm, nonnegative):
    x = some(loss)
    model = StructuredFactorization(
        0.1,
        loss=loss,
        norm_u=norm,
        norm_v="l1 + l2",
        nonnegative_u=nonnegative,
        offset="none",
        tol=1e-7,
        proof="none",
    ).fit(x)
    assert model.size_ > 1
    check_imputed_as_fitted(model, x, 2e-3)


def test_impute_of_fitted_rows_agrees_with_the_refit():
    x = some()
    model = MatrixCompletion(
        0.1, offset="both", free_offset=True, offset_ridge=0.1, refit=True, tol=1e-9
    ).fit(x)
    assert model.model_.refit is not None
    check_imputed_as_fitted(model, x, 1e-3)


@pytest.mark.parametrize("norm", ["l1", "l2"])
def test_new_rows_of_joined_parts_are_their_best_combination(norm):
    random = np.random.default_rng(1)
    parts = random.random((3, 12))
    x = random.random((60, 3)) @ parts + 0.02 * random.normal(size=(60, 12))
    model = NonnegativeFactorization(0.02, norm_u=norm, norm_v=norm, refit=True).fit(x[:30])
    assert model.model_.refit["kind"] == "parts"
    new = x[30:].copy()
    hidden = random.random(new.shape) < 0.3
    new[hidden] = np.nan
    for row, found in zip(new, model.transform(new)):
        seen = ~np.isnan(row)
        best = nnls(model.components_.T[seen], row[seen])[0]
        np.testing.assert_allclose(found, best, atol=1e-6 * best.max())
    assert np.sqrt(np.mean((model.impute(new) - x[30:])[hidden] ** 2)) < 0.2


def random_row(random, loss):
    v = random.normal(size=(random.integers(1, 9), random.integers(1, 7)))
    y = 3 * random.normal(size=len(v))
    y = {"logistic": (y > 0).astype(float), "poisson": np.floor(np.abs(y))}.get(loss, y)
    size = v.shape[1]
    ridge = np.maximum(random.random(size) * (random.random(size) < 0.5), 1e-6)
    cost = random.random(size) * (random.random(size) < 0.7)
    return y, v, 0.1 * random.normal(size=len(v)), ridge, cost, random.random(size) < 0.6


@pytest.mark.parametrize("loss", ["squared", "huber", "logistic", "poisson"])
def test_a_row_is_the_minimum_of_its_problem(loss):
    random = np.random.default_rng(7)
    for _ in range(60):
        y, v, shift, ridge, cost, signed = random_row(random, loss)
        u = row_coefficients(y, v, shift, ridge, cost, signed, loss, 0.5)
        z = shift + v @ u
        force = {
            "squared": lambda: y - z,
            "huber": lambda: np.clip(y - z, -0.5, 0.5),
            "logistic": lambda: y - 1 / (1 + np.exp(-z)),
            "poisson": lambda: y - np.exp(z),
        }[loss]()
        pull = v.T @ force - ridge * u
        tolerance = 2e-5 * (1 + np.abs(v.T @ y).max())
        assert np.all(signed | (u >= 0))
        moved = u != 0
        np.testing.assert_allclose(pull[moved], (cost * np.sign(u))[moved], atol=tolerance)
        idle = np.where(signed, np.abs(pull), pull)[~moved]
        assert np.all(idle <= cost[~moved] + tolerance)


def test_rows_beside_a_dictionary_of_any_scale():
    random = np.random.default_rng(3)
    x = some()
    for scale in (1e3, 1e-6):
        model = StructuredFactorization(
            0.1,
            norm_u="l1",
            dictionary_v=scale * random.normal(size=(12, 8)),
            offset="none",
            tol=1e-9,
        ).fit(x)
        check_imputed_as_fitted(model, x, 5e-3)


def test_rows_that_are_neighbours_are_not_imputed_alone():
    x = some()
    for rows in ({"norm_u": "l2 + tv(chain)"}, {"dictionary_u": "dct"}):
        model = StructuredFactorization(0.3, **rows)
        u = model.fit_transform(x)
        assert u.shape == (30, model.size_)
        np.testing.assert_allclose(model.inverse_transform(u), model.reconstruct(), atol=1e-10)
        with pytest.raises(AttributeError, match="reconstruct"):
            model.transform(x)
