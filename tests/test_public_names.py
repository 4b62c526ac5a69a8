"""What a notebook completes after ``xw.``: the public names and nothing else."""

from __future__ import annotations

import importlib.metadata

import xwidget as xw


def test_only_public_names_are_completed() -> None:
    assert "engine" in vars(xw)  # there, but no user's business
    assert {name for name in dir(xw) if not name.startswith("_")} == set(xw.__all__)
    assert all(hasattr(xw, name) for name in dir(xw))


def test_the_version_is_the_installed_one() -> None:
    assert xw.__version__ == importlib.metadata.version("xwidget")
