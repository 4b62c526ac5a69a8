"""What a notebook completes after ``xw.``: public names, and none is imported before it is used."""

from __future__ import annotations

import ast
import importlib.metadata
import inspect
import pickle
import pydoc
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import xwidget as xw


def alone(code: str) -> str:
    """Return what a new process prints."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_only_public_names_are_completed() -> None:
    assert xw.engine  # there, but no user's business
    assert {name for name in dir(xw) if not name.startswith("_")} == set(xw.__all__)
    assert all(hasattr(xw, name) for name in dir(xw))


def test_the_version_is_the_installed_one() -> None:
    assert xw.__version__ == importlib.metadata.version("xwidget")


def test_the_import_loads_nothing_and_a_name_what_it_needs() -> None:
    code = """
import sys
before = set(sys.modules)
import xwidget as xw
loaded = {name.split(".")[0] for name in set(sys.modules) - before}
print(sorted(loaded - sys.stdlib_module_names))
assert xw.FindingStore and xw.Explanation and "torch" not in sys.modules
assert xw.load and "torch" in sys.modules and "ipywidgets" not in sys.modules
assert xw.Inspector and xw.methods() and xw.scores.near and xw.metrics.randomization
print("torchvision" in sys.modules, "pandas" in sys.modules, "matplotlib" in sys.modules)
"""
    assert alone(code).splitlines() == ["['xwidget']", "False False False"]


def test_all_names_are_there_by_a_star_and_to_whoever_looks_through_the_module() -> None:
    code = """
from xwidget import *
import xwidget
assert all(name in globals() for name in xwidget.__all__)
"""
    alone(code)
    assert {name for name, _ in inspect.getmembers(xw)} == set(dir(xw))
    told = pydoc.render_doc(xw, renderer=pydoc.plaintext)
    assert "explain(" in told
    assert "class Inspector(" in told


def test_a_name_that_there_is_not_is_no_attribute() -> None:
    for name in ("explian", "__wrapped__", "_repr_html_"):
        assert not hasattr(xw, name)
    with pytest.raises(AttributeError, match="module 'xwidget' has no attribute 'explian'"):
        xw.explian  # noqa: B018
    with pytest.raises(ImportError, match="cannot import name 'explian'"):
        from xwidget import explian  # noqa: F401


def test_a_library_that_is_missing_is_said_to_be_missing() -> None:
    code = """
import sys
sys.modules["torch"] = None
import xwidget as xw
try:
    xw.load
except ModuleNotFoundError as error:
    print(error.name)
"""
    assert alone(code) == "torch\n"


def test_what_was_pickled_is_read_by_a_process_that_imported_no_name() -> None:
    made = pickle.dumps(xw.Attribution.from_array(np.eye(2), targets=0, method="mine"))
    assert alone(f"import pickle; print(pickle.loads({made!r}).method)") == "mine\n"


def test_a_type_checker_is_told_of_the_same_names_in_the_same_places() -> None:
    source = ast.parse((Path(xw.__file__)).read_text("utf-8"))
    told = {
        name.asname or name.name: f"{node.module}.{name.name}"
        for node in ast.walk(source)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("xwidget")
        for name in node.names
    }
    assert told.pop("methods") == "xwidget.methods.attribute.names"
    modules = {name: told.pop(name) for name in ("lessons", "scores")}
    assert modules == {"lessons": "xwidget.lessons", "scores": "xwidget.scores"}
    assert told == {name: f"xwidget.{home}.{name}" for name, home in xw._HOMES.items()}
    assert {*told, *modules, "methods"} == set(xw.__all__)
