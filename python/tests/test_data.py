"""Arrays in and out."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import hadal
from hadal import _core


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("layout", ["C", "F", "strided", "reversed"])
def test_arrays_of_any_layout_are_read_where_they_are(low_rank, dtype, layout):
    x = np.nan_to_num(low_rank).astype(dtype)
    expected = hadal.MatrixCompletion(0.2, n_jobs=1).fit(x.copy()).objective_
    if layout == "F":
        x = np.asfortranarray(x)
    elif layout == "strided":
        wide = np.full((2 * x.shape[0], 3 * x.shape[1]), 7, dtype)
        wide[::2, ::3] = x
        x = wide[::2, ::3]
    elif layout == "reversed":
        x = x[::-1].copy()[::-1]
    assert hadal.MatrixCompletion(0.2, n_jobs=1).fit(x).objective_ == expected


def test_no_copy_is_made_on_the_way_in(random):
    x = random.normal(size=(2000, 500))
    for array in (x, x.T, x[:, ::2]):
        tracemalloc.start()
        _core.MatrixData.from_dense(array)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 10_000  # NumPy's own memory is traced


def test_results_are_views(low_rank):
    fitted = hadal.MatrixCompletion(0.1).fit(low_rank)
    assert np.shares_memory(fitted.components_, fitted.model_.v)
    assert np.shares_memory(fitted.row_factors_, fitted.model_.u)
    kept = fitted.row_factors_
    sums = kept.sum()
    del fitted
    assert kept.sum() == sums  # the view keeps the model
    with pytest.raises(ValueError):
        kept[0, 0] = 1


@pytest.mark.parametrize("form", ["csr_array", "csc_array", "coo_array", "csr_matrix"])
def test_sparse_matrices_hold_observed_entries(low_rank, form):
    rows, columns = np.nonzero(~np.isnan(low_rank))
    entries = sparse.coo_array((low_rank[rows, columns], (rows, columns)), shape=low_rank.shape)
    fitted = hadal.MatrixCompletion(0.1, n_jobs=1).fit(getattr(sparse, form)(entries))
    dense = hadal.MatrixCompletion(0.1, n_jobs=1).fit(low_rank)
    assert fitted.objective_ == dense.objective_
    np.testing.assert_allclose(fitted.transform(entries.tocsr()), dense.transform(low_rank), atol=1e-10)


def test_frames_keep_their_names(low_rank):
    frame = pd.DataFrame(low_rank, columns=[f"c{k}" for k in range(low_rank.shape[1])])
    fitted = hadal.MatrixCompletion(0.1).fit(frame)
    assert list(fitted.feature_names_in_[:2]) == ["c0", "c1"]
    assert hadal.verify(fitted, frame)["confirmed"]
    table = pd.DataFrame({"age": [1.0, 2, 3, 4, 5, 6], "size": [2.0, 1, 4, 3, 6, 5]})
    net = hadal.ParallelNetRegressor(0.2).fit(table, table["age"] ** 2)
    assert net.model_.input_names == ["age", "size"]
    assert hadal.verify(net, table, table["age"] ** 2)["confirmed"]


def test_bad_data_are_named(low_rank):
    with pytest.raises(hadal.ArgumentError, match="lambda"):
        hadal.MatrixCompletion(2.0).fit(low_rank)
    with pytest.raises(hadal.DataError, match="logistic"):
        hadal.MatrixCompletion(loss="logistic").fit(low_rank)
    with pytest.raises(hadal.ArgumentError, match="norm_v"):
        hadal.StructuredFactorization(norm_v="l2 + tv(grid8)").fit(np.ones((3, 4)))
    with pytest.raises(ValueError, match="weight"):
        hadal.MatrixCompletion().fit(low_rank, weight=np.ones(3))
    with pytest.raises(TypeError, match="unknown option rank"):
        _core.fit_matrix(_core.MatrixData.from_dense(low_rank), {"rank": 3})
    with pytest.raises(TypeError, match="tol"):
        hadal.MatrixCompletion(tol="small").fit(low_rank)
    with pytest.raises(hadal.ModelError):
        hadal.load(__file__)


def test_what_is_masked_is_missing(low_rank, random):
    hidden = random.random(low_rank.shape) < 0.3
    masked = np.ma.array(low_rank, mask=hidden)
    fitted = hadal.MatrixCompletion(0.1).fit(masked)
    same = hadal.MatrixCompletion(0.1).fit(np.where(hidden, np.nan, low_rank))
    assert fitted.objective_ == same.objective_
    assert hadal.verify(fitted, masked)["confirmed"]
    seen = ~hidden & ~np.isnan(low_rank)
    np.testing.assert_array_equal(fitted.impute(masked)[seen], low_rank[seen])
    counts = np.ma.masked_equal([[[1, 2], [3, 4]], [[5, 6], [7, 999]]], 999)
    tensor = hadal.TensorFactorization(0.1).fit(counts)
    assert np.abs(tensor.reconstruct()).max() < 20


@pytest.mark.parametrize(
    ("fit", "words"),
    [
        (lambda x: hadal.MatrixCompletion(time_limit=-1).fit(x), "time_limit = -1"),
        (lambda x: hadal.MatrixCompletion(time_limit=np.nan).fit(x), "time_limit = nan"),
        (lambda x: hadal.MatrixCompletion(None).fit(x), "lambda_ratio = None"),
        (lambda x: hadal.MatrixCompletion(0.5).fit(x).predict_entries([0.5], [0]), "whole numbers"),
        (lambda x: hadal.TensorFactorization().fit(([[0.5, 0, 0]], [1.0], (2, 2, 2))), "indices"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(low_rank, fit, words):
    with pytest.raises(hadal.ArgumentError, match=words):
        fit(low_rank)


@pytest.mark.parametrize(
    "given",
    [
        {"epochs": 3},
        {"validation_fraction": 0.1},
        {"gates": 5, "hidden": "abs"},
        {"architecture": "mlp:3", "hidden": "abs"},
        {"architecture": "mlp:3", "gates": 5},
        {"image_shape": (1, 2, 1, 1)},
        {"image_shape": "22"},
        {"image_shape": 4},
        {"image_shape": (-1, -2)},
        {"architecture": "mlp:3", "tol": 0.1},
    ],
)
def test_parameters_of_networks_that_do_not_fit_each_other(given):
    x = np.arange(20.0).reshape(10, 2)
    with pytest.raises(hadal.ArgumentError, match=next(reversed(given))):
        hadal.ParallelNetRegressor(**given).fit(x, x[:, 0])


def test_what_is_masked_is_refused_where_nothing_may_be_missing(low_rank):
    x = np.where(np.isnan(low_rank), 0, low_rank)
    masked = np.ma.masked_less(x, -1)
    for estimator, y in ((hadal.DropoutFactorization(), None), (hadal.ParallelNetRegressor(), x[:, 0])):
        with pytest.raises(hadal.DataError, match="masked"):
            estimator.fit(masked, y)
    with pytest.raises(hadal.DataError, match="y has masked"):
        hadal.ParallelNetRegressor().fit(x, masked[:, 0])


def test_whole_numbers_of_any_type_are_positions(low_rank):
    fitted = hadal.MatrixCompletion(0.5).fit(low_rank)
    expected = fitted.predict_entries([0, 1], [2, 3])
    for kind in (float, object, np.uint8):
        found = fitted.predict_entries(np.array([0, 1], kind), np.array([2, 3], kind))
        np.testing.assert_array_equal(found, expected)


def test_a_model_says_what_it_is(low_rank):
    said = repr(hadal.MatrixCompletion(0.1).fit(low_rank).model_)
    assert "MatrixModel" in said and "optimal" in said and "size" in said


def test_the_usual_lambda_of_deep_networks_is_that_of_the_command_line():
    pytest.importorskip("hadal._deep")
    x = np.random.default_rng(0).normal(size=(40, 3))
    deep = hadal.ParallelNetRegressor(architecture="mlp:3", epochs=1).fit(x, x[:, 0])
    assert deep.lambda_ == pytest.approx(0.002 * deep.lambda_max_)
    flat = hadal.ParallelNetRegressor().fit(x, x[:, 0])
    assert flat.lambda_ == pytest.approx(0.05 * flat.lambda_max_)
    with pytest.raises(hadal.ArgumentError, match="epochs"):
        hadal.ParallelNetRegressorCV(epochs=3).fit(x, x[:, 0])
