"""Pictures show what the models hold."""

import matplotlib

matplotlib.use("Agg")

import numpy as np
import pytest
from matplotlib import pyplot

import hadal
from hadal import plot


@pytest.fixture(autouse=True)
def closed():
    yield
    pyplot.close("all")


def test_convergence_size_and_spectrum(low_rank):
    fitted = hadal.MatrixCompletion(0.1).fit(low_rank)
    ax = plot.convergence(fitted)
    assert ax.get_ylabel() == "relative gap"
    gap = ax.get_lines()[0].get_ydata()
    assert gap[-1] == pytest.approx(fitted.gap_)
    sizes = plot.size(fitted.model_, pyplot.figure().gca()).get_lines()[0].get_ydata()
    assert sizes[-1] == fitted.size_
    ax = plot.spectrum(fitted, pyplot.figure().gca())
    values = np.linalg.svd(fitted.row_factors_ @ fitted.components_, compute_uv=False)
    np.testing.assert_allclose(plot.strengths(fitted), values[: fitted.size_], rtol=1e-6)
    assert ax.get_ylabel() == "strength"


def test_path_of_a_cross_validation(low_rank):
    chosen = hadal.MatrixCompletionCV(cv=2).fit(low_rank)
    ax = plot.path(chosen)
    assert ax.get_xscale() == "log"
    with pytest.raises(ValueError, match="cross-validated"):
        plot.path(hadal.MatrixCompletion().fit(low_rank))


def test_pictures_and_footprints(random):
    x = random.random((12, 2)) @ random.random((2, 20))
    fitted = hadal.NonnegativeFactorization(0.05).fit(x)
    axes = plot.pictures(fitted.components_, (4, 5))
    shown = axes[0].get_images()[0].get_array()
    np.testing.assert_array_equal(shown, fitted.components_[0].reshape(4, 5))
    axes = plot.footprints(fitted.components_, fitted.row_factors_, (4, 5))
    np.testing.assert_array_equal(axes[0, 1].get_lines()[0].get_ydata(), fitted.row_factors_[:, 0])
    with pytest.raises(ValueError, match="pixels"):
        plot.pictures(fitted.components_, (4, 4))


def test_modes_of_a_tensor(random):
    fitted = hadal.TensorFactorization(0.2).fit(random.random((5, 4, 3)))
    axes = plot.modes(fitted)
    assert len(axes) == 3
    np.testing.assert_array_equal(axes[1].get_lines()[0].get_ydata(), fitted.factors_[1][:, 0])


@pytest.mark.parametrize("classes", [True, False])
def test_decision_maps(random, classes):
    x = random.normal(size=(50, 2))
    y = np.where(x[:, 0] > 0, "right", "left") if classes else x[:, 0]
    net = (hadal.ParallelNetClassifier if classes else hadal.ParallelNetRegressor)(0.1, tol=1e-2).fit(x, y)
    ax = plot.decision_map(net, x, y)
    assert len(ax.collections) == 2
    with pytest.raises(ValueError, match="two inputs"):
        plot.decision_map(net, np.ones((3, 3)))
    assert len(plot.strengths(net)) == net.size_
