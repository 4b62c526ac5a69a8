"""The memory as a store: it holds what fits, and says what does not."""

import pytest

from xwidget.findings.finding import Finding
from xwidget.findings.memory import MemoryStore
from xwidget.findings.region import Box


def test_what_does_not_fit_is_refused_in_words(monkeypatch):
    monkeypatch.setattr("xwidget.findings.memory.MOST_BYTES", 3000)
    store = MemoryStore()
    first, second, third = (
        Finding(Box(1, 1, 2, 2), (8, 8), reason="x" * size) for size in (10, 5000, 10)
    )
    assert store.put(first, 0, "1").finding.version == 1
    with pytest.raises(RuntimeError, match="keep them in a file"):
        store.put(second, 0, "2")
    assert store.put(third, 0, "3").finding.version == 1
    assert store.put(first, 0, "1").finding.version == 1
    assert {each.id for each in store.list()} == {first.id, third.id}
    with pytest.raises(KeyError):
        store.get(second.id)
