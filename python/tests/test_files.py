"""Models go from the command line to Python and back."""

import json
import subprocess

import numpy as np
import pandas as pd
import pytest

import hadal


def run(program, *arguments):
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=True).stdout


def test_models_of_the_command_line_open_in_python(command_line, tmp_path):
    data, model = tmp_path / "s.csv", tmp_path / "m.h5"
    run(command_line, "simulate", "network", "--shape", "rings", "--samples", 100, "--out", data)
    figures = json.loads(run(command_line, "fit", "network", data, "--lambda-ratio", 0.1, "--out", model, "--json", "-"))
    opened = hadal.load(model)
    assert opened.certificate["objective"] == figures["objective"]
    assert opened.size == figures["size"]
    assert hadal.verify(model, data)["confirmed"]
    x = np.loadtxt(data, delimiter=",", skiprows=1, usecols=(0, 1))
    assert opened.predict(x).shape == (100, 2)


def test_models_of_python_are_verified_by_the_command_line(command_line, tmp_path, low_rank):
    data, model = tmp_path / "x.npy", tmp_path / "m.h5"
    np.save(data, low_rank)
    fitted = hadal.MatrixCompletion(0.1).fit(low_rank)
    fitted.save(model)
    assert "confirmed" in run(command_line, "verify", model, data).lower()
    assert hadal.verify(model, low_rank)["confirmed"]
    again = hadal.load(model)
    np.testing.assert_array_equal(again.u, fitted.row_factors_)
    assert again.certificate == fitted.certificate_


def test_networks_fitted_to_a_table_are_verified_beside_it(command_line, tmp_path, random):
    table = pd.DataFrame(random.random((40, 2)), columns=["length", "width"])
    table["species"] = np.where(table.length > table.width, "long", "wide")
    table["price"] = table.length + 0.1 * random.random(40)
    inputs, path = table[["length", "width"]], tmp_path / "t.csv"
    table.to_csv(path, index=False)
    for name, estimator in [("species", hadal.ParallelNetClassifier(0.1)), ("price", hadal.ParallelNetRegressor(0.1))]:
        estimator.fit(inputs, table[name]).save(tmp_path / "m.h5")
        assert hadal.verify(tmp_path / "m.h5", path)["confirmed"]
        assert "confirmed" in run(command_line, "verify", tmp_path / "m.h5", path).lower()
    unnamed = hadal.ParallelNetRegressor(0.1).fit(inputs, table.price.to_numpy())
    unnamed.save(tmp_path / "m.h5")
    run(command_line, "verify", tmp_path / "m.h5", path, "--target", "price")


@pytest.mark.parametrize("family", ["matrix", "tensor", "network", "dropout"])
def test_every_family_is_saved_and_reported(tmp_path, random, family):
    x, y = random.random((20, 4)), random.random(20)
    estimator = {
        "matrix": lambda: hadal.MatrixCompletion().fit(x),
        "tensor": lambda: hadal.TensorFactorization().fit(random.random((4, 3, 2))),
        "network": lambda: hadal.ParallelNetRegressor().fit(x, y),
        "dropout": lambda: hadal.DropoutFactorization().fit(x),
    }[family]()
    estimator.save(tmp_path / "m.h5")
    assert hadal.load(tmp_path / "m.h5").certificate == estimator.certificate_
    page = estimator.model_.report(path=tmp_path / "r.html")
    assert page.startswith("<!doctype html>") or page.startswith("<!DOCTYPE html>")
    assert (tmp_path / "r.html").read_text() == page
