"""What is public is documented."""

import importlib.resources
import inspect

import mypy.api
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

import hadal
from hadal import _core

ESTIMATORS = [n for n in hadal.__all__ if inspect.isclass(getattr(hadal, n)) and hasattr(getattr(hadal, n), "fit")]


def test_everything_public_is_there():
    assert len(ESTIMATORS) == 14
    for name in hadal.__all__:
        assert getattr(hadal, name) is not None
    assert set(hadal.__all__) <= set(dir(hadal))
    with pytest.raises(AttributeError, match="Nothing"):
        hadal.Nothing


@pytest.mark.parametrize("name", ESTIMATORS)
def test_every_parameter_of_an_estimator_is_documented(name):
    estimator = getattr(hadal, name)
    text = estimator.__doc__
    parameters, attributes = text.split("Attributes\n")
    for parameter in inspect.signature(estimator).parameters:
        assert parameter in parameters, f"{name}: {parameter}"
    assert "References\n" in text
    for attribute in ("size_", "objective_", "gap_", "proof_", "lambda_", "certificate_"):
        assert attribute in attributes


@pytest.mark.parametrize("name", [*ESTIMATORS, "verify", "load"])
def test_every_method_has_shapes_and_errors(name):
    thing = getattr(hadal, name)
    functions = [thing]
    if inspect.isclass(thing):
        functions = [f for n, f in inspect.getmembers(thing, inspect.isfunction) if not n.startswith("_")
                     and f.__module__.startswith("hadal")]
    for function in functions:
        text = inspect.getdoc(function)
        assert text, function
        if function.__module__ == "hadal._core":
            continue
        parameters = [p for p in inspect.signature(function).parameters if p != "self"]
        if parameters:
            assert "Parameters\n" in text, function
            assert all(p in text for p in parameters), function
        assert "Returns\n" in text or function.__name__ in ("save", "export_onnx"), function
        assert "Raises\n" in text, function


@pytest.mark.parametrize("name", ESTIMATORS)
def test_what_needs_a_fit_says_that_there_is_none(name):
    estimator = getattr(hadal, name)()
    for method, function in inspect.getmembers(type(estimator), inspect.isfunction):
        if method.startswith("_") or "Before ``fit``" not in (function.__doc__ or ""):
            continue
        required = [
            p for p in inspect.signature(function).parameters.values()
            if p.name != "self" and p.default is p.empty
        ]
        with pytest.raises(NotFittedError):
            getattr(estimator, method)(*[np.ones((3, 2)) for _ in required])


def test_the_module_of_bindings_is_documented():
    for name in dir(_core):
        if not name.startswith("_"):
            assert getattr(_core, name).__doc__, name


def test_plots_return_axes_and_say_so():
    from hadal import plot

    for name, function in inspect.getmembers(plot, inspect.isfunction):
        if not name.startswith("_"):
            text = inspect.getdoc(function)
            assert "Parameters\n" in text and "Returns\n" in text, name
            assert all(p in text for p in inspect.signature(function).parameters), name


def test_stubs_fit_the_module():
    """The types that are shipped are those that the compiled module says it has."""
    from nanobind import stubgen

    generator = stubgen.StubGen(_core, quiet=True)
    generator.put(_core)
    shipped = importlib.resources.files("hadal").joinpath("_core.pyi").read_text()
    assert generator.get().strip() == shipped.strip()


def test_programs_that_use_the_package_are_type_checked(tmp_path):
    good, bad = tmp_path / "good.py", tmp_path / "bad.py"
    head = "import numpy as np\nfrom hadal import _core, matrix\n"
    good.write_text(
        head + "m: _core.MatrixModel = _core.fit_matrix(_core.MatrixData.from_dense(np.ones((3, 2))))\n"
        "print(matrix.MatrixCompletion(0.1, tol=1e-3).fit(np.ones((3, 2))).size_, m.lambda_value + 1)\n"
    )
    bad.write_text(head + "print(_core.fit_matrix(3), matrix.MatrixCompletion(rank=3))\n")
    out, _, code = mypy.api.run(["--ignore-missing-imports", str(good)])
    assert code == 0, out
    out, _, code = mypy.api.run(["--ignore-missing-imports", str(bad)])
    assert "fit_matrix" in out and "rank" in out
