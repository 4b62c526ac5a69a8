"""Loading: of a finding that a store has, the version that was changed later stays."""

from dataclasses import replace

import pytest

import xwidget as xw
from tests.findings.marks import finding
from xwidget.findings.finding import Effect, Finding
from xwidget.findings.keeping import Store
from xwidget.findings.memory import MemoryStore
from xwidget.findings.store.loading import load

EFFECT = Effect(1, 0.9, 0.1, 0.2, None, 0.5, 8)


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest) -> Store:
    return MemoryStore() if request.param == "memory" else xw.FindingStore(":memory:")


def loaded(store: Store, mine: Finding) -> Finding:
    return load(store.get, store.put, store.record_effect, mine)


def test_a_later_version_of_a_file_is_kept_with_what_was_measured_of_it(store: Store) -> None:
    first = loaded(store, replace(finding(0), changed="2026-01-01T00:00:00Z"))
    later = replace(first, verdict="core", changed="2026-01-02T00:00:00Z", effect=EFFECT)
    assert loaded(store, later).version == 2
    assert store.get(first.id).effect == EFFECT
    assert loaded(store, later).version == 2


def test_an_earlier_version_of_a_file_changes_nothing(store: Store) -> None:
    first = loaded(store, replace(finding(0), changed="2026-01-02T00:00:00Z"))
    earlier = replace(first, label="old", changed="2026-01-02T00:30:00+01:00")
    assert loaded(store, earlier) == first
