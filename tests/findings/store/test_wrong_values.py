"""What no store can mean is refused, and the text names it."""

from __future__ import annotations

import pytest

import xwidget as xw
from tests.findings.store.test_versions import finding


@pytest.fixture
def store() -> xw.FindingStore:
    return xw.FindingStore(":memory:", author="Ada")


@pytest.mark.parametrize(
    ("wanted", "error", "said"),
    [
        ({"verdict": "spurius"}, ValueError, "verdict is 'spurius'; expected one of core"),
        ({"label": [1]}, TypeError, r"label is \[1\]; expected a text"),
        ({"target": "carton"}, TypeError, "target is 'carton'; expected a class's index"),
        ({"deleted": "no"}, TypeError, "deleted is 'no'; expected True, False or None"),
    ],
)
def test_a_filter_that_no_finding_can_pass_is_refused(
    store: xw.FindingStore, wanted: dict, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        store.list(**wanted)


def test_a_filter_for_no_verdict_is_none_of_them(store: xw.FindingStore) -> None:
    kept = store.add(finding(verdict=""))
    store.add(finding())
    assert store.list(verdict="") == (kept,)


@pytest.mark.parametrize("method", ["get", "history", "remove", "edit", "reviews"])
@pytest.mark.parametrize("id", [5, b"x", ["x"]])
def test_an_id_of_another_type_is_named(store: xw.FindingStore, method: str, id: object) -> None:
    with pytest.raises(TypeError, match=r"id is .*; expected a text"):
        getattr(store, method)(id)


@pytest.mark.parametrize("source", [None, 5, ["a"]])
def test_what_is_no_file_is_named(store: xw.FindingStore, source: object) -> None:
    with pytest.raises(TypeError, match=f"the file is a {type(source).__name__}; expected a path"):
        store.load(source)  # type: ignore[arg-type]


def test_an_empty_file_is_said(store: xw.FindingStore) -> None:
    with pytest.raises(ValueError, match="The file is empty"):
        store.load(b"")


def test_a_path_that_no_file_can_have_is_refused() -> None:
    with pytest.raises(ValueError, match="no file can have this name"):
        xw.FindingStore("\ud800.sqlite")


def test_what_a_store_gives_cannot_be_edited(store: xw.FindingStore) -> None:
    kept = store.add(finding())
    for name in ("id", "version", "effect", "created", "changed"):
        with pytest.raises(TypeError, match=f"the {name} of a finding cannot be edited: it is"):
            store.edit(kept.id, **{name: None})
