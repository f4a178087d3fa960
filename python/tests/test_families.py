"""Every family does what it is for, and its claim is confirmed."""

import numpy as np
import pytest

import hadal


def test_completion_predicts_what_is_missing(random):
    truth = random.normal(size=(80, 3)) @ random.normal(size=(3, 60))
    x = np.where(random.random(truth.shape) < 0.4, np.nan, truth)
    fitted = hadal.MatrixCompletion(0.02).fit(x)
    assert fitted.status_ == "optimal" and fitted.size_ == 3
    missing = np.isnan(x)
    error = np.sqrt(np.mean((fitted.reconstruct() - truth)[missing] ** 2))
    assert error < 0.2 * truth.std()
    assert hadal.verify(fitted, x)["confirmed"]
    rows, columns = np.nonzero(missing)
    np.testing.assert_allclose(
        fitted.predict_entries(rows[:5], columns[:5]), fitted.reconstruct()[rows[:5], columns[:5]]
    )


def test_rows_that_were_fitted_are_transformed_into_their_factors(low_rank):
    fitted = hadal.MatrixCompletion(0.1, tol=1e-9).fit(low_rank)
    np.testing.assert_allclose(fitted.transform(low_rank), fitted.row_factors_, atol=1e-3)
    filled = fitted.impute(low_rank)
    seen = ~np.isnan(low_rank)
    np.testing.assert_array_equal(filled[seen], low_rank[seen])
    np.testing.assert_allclose(filled[~seen], fitted.reconstruct()[~seen], atol=1e-2)
    np.testing.assert_allclose(
        fitted.inverse_transform(fitted.row_factors_), fitted.reconstruct(), atol=1e-12
    )


@pytest.mark.parametrize("loss", ["huber", "logistic", "poisson"])
def test_losses_with_offsets_of_rows_and_columns(random, loss):
    z = random.normal(size=(40, 2)) @ random.normal(size=(2, 30)) / 2 + random.normal(size=30)
    draw = {
        "huber": lambda: z,
        "logistic": lambda: (random.random(z.shape) < 1 / (1 + np.exp(-z))).astype(float),
        "poisson": lambda: random.poisson(np.exp(np.minimum(z, 3))).astype(float),
    }
    x = draw[loss]()
    fitted = hadal.MatrixCompletion(0.2, loss=loss, offset="columns", free_offset=True).fit(x)
    assert fitted.status_ == "optimal"
    assert fitted.offset_["free"] and fitted.offset_["column"].shape == (30,)
    assert hadal.verify(fitted, x)["confirmed"]
    np.testing.assert_allclose(fitted.transform(x), fitted.row_factors_, atol=0.05)


def test_weights_of_entries(random):
    x, w = random.normal(size=(20, 15)), random.random((20, 15)) + 0.1
    fitted = hadal.MatrixCompletion(0.3).fit(x, weight=w)
    assert hadal.verify(fitted, x, weight=w)["confirmed"]
    assert not hadal.verify(fitted, x)["confirmed"]


def test_cross_validation_chooses_lambda(low_rank):
    fitted = hadal.MatrixCompletionCV(cv=3).fit(low_rank)
    assert fitted.size_ >= 3
    path = fitted.path_
    best = np.argmin(path["validation_error"])
    assert fitted.lambda_ == path["lambda"][best]
    assert fitted.validation_error_ == pytest.approx(path["validation_error"][best])


def test_parts_are_not_negative(random):
    x = random.random((30, 2)) @ random.random((2, 20))
    fitted = hadal.NonnegativeFactorization(0.05).fit(x)
    assert fitted.components_.min() >= 0 and fitted.row_factors_.min() >= 0
    assert fitted.gap_ < 0.1 and hadal.verify(fitted, x)["confirmed"]
    assert fitted.transform(x).min() >= 0
    error = np.linalg.norm(fitted.inverse_transform(fitted.transform(x)) - x)
    assert error < 0.3 * np.linalg.norm(x)


def test_smooth_sparse_pictures_and_dictionaries(random):
    picture = np.zeros((8, 6))
    picture[2:5, 1:4] = 1
    x = random.random((20, 1)) * picture.ravel() + 0.02 * random.normal(size=(20, 48))
    fitted = hadal.StructuredFactorization(
        0.3, norm_v="l1 + l2 + 0.5*tv(grid8)", shape_v=(8, 6), offset="none", nonnegative_v=True
    ).fit(x)
    assert fitted.size_ >= 1
    strongest = fitted.components_[0].reshape(8, 6)
    assert strongest[3, 2] > 0 and strongest[7, 5] == pytest.approx(0, abs=1e-6)
    assert hadal.verify(fitted, x)["confirmed"]
    smooth = hadal.StructuredFactorization(0.2, dictionary_v="dct", offset="none").fit(x)
    assert hadal.verify(smooth, x)["confirmed"]
    np.testing.assert_allclose(
        smooth.inverse_transform(smooth.row_factors_), smooth.reconstruct(), atol=1e-10
    )
    few = hadal.StructuredFactorization(0.2, dictionary_v="dct", elements_v=5, offset="none").fit(x)
    assert few.model_.dictionary_v.shape == (x.shape[1], 5)
    with pytest.raises(hadal.ArgumentError, match="elements_u was given without dictionary_u"):
        hadal.StructuredFactorization(elements_u=5).fit(x)
    features = random.normal(size=(48, 5))
    side = hadal.StructuredFactorization(0.2, dictionary_v=features, offset="none").fit(x)
    assert side.components_.shape[1] == 5
    edges = [(k, k + 1) for k in range(47)]
    chain = hadal.StructuredFactorization(0.3, norm_v="l2 + tv(edges)", edges_v=edges).fit(x)
    same = hadal.StructuredFactorization(lambda_value=chain.lambda_, norm_v="l2 + tv(chain)").fit(x)
    assert chain.objective_ == pytest.approx(same.objective_, rel=1e-3)


def test_tensors(random):
    factors = [random.random((n, 2)) for n in (6, 5, 4)]
    x = np.einsum("az,bz,cz->abc", *factors)
    fitted = hadal.TensorFactorization(0.02, refit="factors", nonnegative=True).fit(x)
    assert fitted.size_ == 2
    np.testing.assert_allclose(fitted.reconstruct(), x, atol=0.02 * x.max())
    assert hadal.verify(fitted, x)["confirmed"]
    index = np.argwhere(x > np.median(x))
    part = hadal.TensorFactorization(0.1).fit((index, x[tuple(index.T)], x.shape))
    assert hadal.verify(part, (index, x[tuple(index.T)], x.shape))["confirmed"]
    with pytest.raises(hadal.ArgumentError, match="norms"):
        hadal.TensorFactorization(norms=["l2", "l1"]).fit(x)
    chosen = hadal.TensorFactorizationCV(cv=2, nonnegative=[True, True, False]).fit(x)
    assert len(chosen.path_["lambda"]) >= 3


def test_dropout_has_the_optimum_of_its_formula(random):
    x = random.normal(size=(30, 4)) @ random.normal(size=(4, 20))
    fitted = hadal.DropoutFactorization(0.7, width=10).fit(x)
    u, v = fitted.row_factors_, fitted.components_
    penalty = 0.3 / 0.7 * np.sum((u**2).sum(axis=0) * (v**2).sum(axis=1))
    assert fitted.objective_ == pytest.approx(np.sum((x - u @ v) ** 2) + penalty)
    shares = np.linalg.norm(u, axis=0) * np.linalg.norm(v, axis=1)
    np.testing.assert_allclose(shares, shares[0], rtol=1e-6)
    assert hadal.verify(fitted, x)["confirmed"]
    np.testing.assert_allclose(fitted.transform(x), u, atol=1e-3 * np.abs(u).max())
    chosen = hadal.DropoutFactorizationCV(cv=2).fit(x + 0.5 * random.normal(size=x.shape))
    assert chosen.retain_ in chosen.retains
    assert chosen.retain_ == chosen.path_["retain"][np.argmin(chosen.path_["validation_error"])]


def test_every_property_of_every_model_can_be_read(random):
    x = random.normal(size=(20, 12))
    y = (x[:, 0] > 0).astype(int)
    fitted = [
        hadal.MatrixCompletionCV(cv=2).fit(x),
        hadal.StructuredFactorization(0.5, norm_v="l1 + l2").fit(x),
        hadal.TensorFactorization(0.5).fit(random.normal(size=(5, 4, 3))),
        hadal.ParallelNetRegressor(0.5).fit(x, x[:, 0]),
        hadal.ParallelNetClassifier(0.5, gates=5).fit(x, y),
        hadal.DropoutFactorization().fit(x),
    ]
    for estimator in fitted:
        model = type(estimator.model_)
        for name in dir(model):
            if isinstance(getattr(model, name), property):
                getattr(estimator.model_, name)
    np.testing.assert_allclose(fitted[3].model_.input_mean, x.mean(axis=0))
    assert fitted[0].path_["size"].dtype == np.int64


@pytest.mark.parametrize("shape", [(3, 4), (1,) * 9])
def test_what_is_no_tensor_is_refused(shape):
    with pytest.raises(hadal.DataError, match="three to eight"):
        hadal.TensorFactorization().fit(np.ones(shape))
