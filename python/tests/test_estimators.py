"""scikit-learn's own checks, and what its tools expect."""

import pickle

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator

import hadal

# Two fits agree to their tolerance, not to the seven digits that scikit-learn asks for; see
# test_weights_are_repetitions.
EXPECTED = {"check_sample_weight_equivalence_on_dense_data": "agrees to the tolerance of the fit"}

ESTIMATORS = [
    hadal.MatrixCompletion(),
    hadal.MatrixCompletionCV(cv=2),
    hadal.StructuredFactorization(norm_v="l1 + l2", tol=1e-3),
    hadal.StructuredFactorizationCV(cv=2, norm_v="l1 + l2", tol=1e-3),
    hadal.NonnegativeFactorization(),
    hadal.NonnegativeFactorizationCV(cv=2, tol=1e-3),
    hadal.DropoutFactorization(),
    hadal.DropoutFactorization(width=2),
    hadal.DropoutFactorizationCV(cv=2),
    hadal.ParallelNetRegressor(0.3, tol=0.1, proof="none"),
    hadal.ParallelNetClassifier(0.3, tol=0.1, proof="none"),
    hadal.ParallelNetRegressorCV(cv=2, tol=1e-2, hidden="linear"),
    hadal.ParallelNetClassifierCV(cv=2, tol=1e-2, hidden="linear"),
]


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: repr(e).replace("\n", ""))
@pytest.mark.filterwarnings("ignore")
def test_checks_of_scikit_learn_pass(estimator):
    results = check_estimator(estimator, expected_failed_checks=EXPECTED, on_fail=None)
    failed = {r["check_name"]: r["exception"] for r in results if r["status"] == "failed"}
    assert not failed
    assert len(results) > 40


def test_weights_are_repetitions(random):
    x, y = random.normal(size=(40, 2)), random.normal(size=40)
    times = random.integers(0, 4, size=40)
    weighted = hadal.ParallelNetRegressor(tol=1e-5).fit(x, y, sample_weight=times)
    repeated = hadal.ParallelNetRegressor(tol=1e-5).fit(np.repeat(x, times, axis=0), np.repeat(y, times))
    assert weighted.objective_ == pytest.approx(repeated.objective_, rel=2e-5)
    assert weighted.predict(x) == pytest.approx(repeated.predict(x), abs=0.02)


def test_parameters_are_set_and_cloned():
    estimator = hadal.StructuredFactorization(norm_v="l1", nonnegative_u=True)
    assert clone(estimator).get_params() == estimator.get_params()
    assert estimator.set_params(tol=1e-2).tol == 1e-2


def test_pipelines_and_grid_search(random):
    x, y = load_breast_cancer(return_X_y=True)
    pipeline = make_pipeline(hadal.NonnegativeFactorization(0.05, tol=1e-2), LogisticRegression(max_iter=5000))
    x = x / x.max(axis=0)
    assert pipeline.fit(x, y).score(x, y) > 0.85
    search = GridSearchCV(hadal.ParallelNetClassifier(tol=1e-2), {"lambda_ratio": [0.2, 0.05]}, cv=2, n_jobs=2)
    search.fit(x, y)
    assert search.best_score_ > 0.93


@pytest.mark.parametrize("estimator", [e for e in ESTIMATORS if "CV" not in type(e).__name__], ids=lambda e: type(e).__name__)
def test_fitted_estimators_are_pickled(estimator, tmp_path, random):
    x, y = random.random(size=(30, 5)), random.integers(0, 2, size=30)
    fitted = clone(estimator).fit(x, y)
    joblib.dump(fitted, tmp_path / "e.joblib")
    for again in (pickle.loads(pickle.dumps(fitted)), joblib.load(tmp_path / "e.joblib")):
        assert again.objective_ == fitted.objective_
        assert again.certificate_ == fitted.certificate_
        what = "predict" if hasattr(fitted, "predict") else "transform"
        np.testing.assert_array_equal(getattr(again, what)(x), getattr(fitted, what)(x))


def test_regression_and_its_attributes():
    x, y = load_diabetes(return_X_y=True)
    net = hadal.ParallelNetRegressor(0.1).fit(x, y)
    assert net.score(x, y) > 0.45
    assert net.size_ == net.model_.u.shape[1] > 0
    assert net.lower_bound_ <= net.objective_
    assert net.gap_ == net.certificate_["relative_gap"]
    assert net.proof_ == "deterministic"
    assert net.history_["objective"][-1] == pytest.approx(net.objective_)
    assert net.lambda_ == pytest.approx(0.1 * net.lambda_max_)


def test_a_network_of_two_inputs_is_proved_and_confirmed(random):
    x = random.normal(size=(80, 2))
    y = np.where(np.hypot(*x.T) > 1, "far", "near")
    net = hadal.ParallelNetClassifier(0.1, tol=1e-4).fit(x, y)
    assert net.status_ == "optimal" and net.gap_ <= 1e-4
    assert hadal.verify(net, x, y)["confirmed"]
    y[0] = "near" if y[0] == "far" else "far"
    assert not hadal.verify(net, x, y)["confirmed"]


def test_deep_networks(random):
    x = random.normal(size=(60, 2))
    y = (np.hypot(*x.T) > 1).astype(int)
    net = hadal.ParallelNetClassifier(0.01, architecture="mlp:6,4", epochs=15, batch_size=16, n_jobs=1)
    try:
        net.fit(x, y)
    except hadal.ArgumentError as error:
        if "built without LibTorch" not in str(error):
            raise
        pytest.skip(str(error))
    assert net.proof_ == "none" and net.size_ > 0
    assert net.score(x, y) > 0.6
    assert hadal.verify(net, x, y)["confirmed"]
    chosen = hadal.ParallelNetClassifierCV(2, architecture="mlp:4", epochs=8, n_jobs=1).fit(x, y)
    assert len(chosen.path_["lambda"]) >= 3 and chosen.lambda_ in chosen.path_["lambda"]
