"""What happens while a fit runs."""

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import hadal
from hadal import _core
from hadal import InterruptedFit


def slow_data(seed=0):
    random = np.random.default_rng(seed)
    x = random.random((300, 40)) @ random.random((40, 200)) + 0.1 * random.random((300, 200))
    return x


def test_control_c_keeps_the_best_model_so_far():
    estimator = hadal.NonnegativeFactorization(0.001, tol=1e-10, n_jobs=1)
    timer = threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.warns(InterruptedFit):
        estimator.fit(slow_data())
    assert estimator.model_.stop == "interrupted"
    assert np.isfinite(estimator.objective_)


def test_other_threads_go_on_while_a_fit_runs():
    count = 0
    done = threading.Event()

    def counting():
        nonlocal count
        while not done.is_set():
            count += 1
            time.sleep(0.001)

    thread = threading.Thread(target=counting)
    thread.start()
    hadal.NonnegativeFactorization(0.01, tol=1e-10, n_jobs=1, time_limit=1.0).fit(slow_data())
    done.set()
    thread.join()
    assert count > 100


def test_progress_is_told_and_errors_of_a_callback_are_raised(low_rank):
    data = _core.MatrixData.from_dense(low_rank)
    told = []
    model = _core.fit_matrix(data, {"lambda_ratio": 0.1}, told.append)
    assert [at["iteration"] for at in told] == list(model.history["iteration"])
    assert told[-1]["size"] == model.size

    def failing(at):
        raise KeyError("no")

    with pytest.raises(KeyError, match="no"):
        _core.fit_matrix(data, {"lambda_ratio": 0.1}, failing)


def test_verbose_shows_progress(low_rank, capsys):
    hadal.MatrixCompletion(0.1, verbose=True).fit(low_rank)
    assert "objective" in capsys.readouterr().err


def test_importing_is_quick_and_leaves_scikit_learn_alone():
    code = (
        "import sys, time; start = time.perf_counter(); import hadal;"
        "print(time.perf_counter() - start, 'sklearn' in sys.modules, 'torch' in sys.modules)"
    )
    seconds, *loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert loaded == ["False", "False"]
    assert float(seconds) > 0
