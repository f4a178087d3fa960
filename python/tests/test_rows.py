"""What is predicted of a row that was fitted is what the fit predicts."""

import os

import numpy as np
import pytest

from hadal import MatrixCompletion, StructuredFactorization
from hadal._base import _threads


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
    missing = np.isnan(x)
    imputed, fitted = model.impute(x)[missing], model.reconstruct()[missing]
    np.testing.assert_allclose(imputed, fitted, rtol=0, atol=2e-3 * np.abs(fitted).max())


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
        tol=1e-10,
        proof="none",
    ).fit(x)
    assert model.size_ > 1
    missing = np.isnan(x)
    imputed, fitted = model.impute(x)[missing], model.reconstruct()[missing]
    np.testing.assert_allclose(imputed, fitted, rtol=0, atol=2e-3 * np.abs(fitted).max())


@pytest.mark.parametrize("estimator", [MatrixCompletion, StructuredFactorization])
def test_impute_of_fitted_rows_agrees_with_the_refit(estimator):
    x = some()
    model = estimator(
        0.1, offset="both", free_offset=True, offset_ridge=0.1, refit=True, tol=1e-9
    ).fit(x)
    assert model.model_.refit is not None
    missing = np.isnan(x)
    imputed, fitted = model.impute(x)[missing], model.reconstruct()[missing]
    np.testing.assert_allclose(imputed, fitted, rtol=0, atol=1e-3 * np.abs(fitted).max())


def test_rows_that_are_neighbours_are_not_imputed_alone():
    x = some()
    for rows in ({"norm_u": "l2 + tv(chain)"}, {"dictionary_u": "dct"}):
        model = StructuredFactorization(0.3, **rows).fit(x)
        with pytest.raises(AttributeError, match="reconstruct"):
            model.transform(x)
