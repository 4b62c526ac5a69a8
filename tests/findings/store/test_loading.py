"""Loading: of a finding that a store has, the version that was changed later stays."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

import xwidget as xw
from tests.findings.marks import finding
from xwidget.findings import formats
from xwidget.findings.finding import Effect, Finding
from xwidget.findings.keeping import Review, Store
from xwidget.findings.memory import MemoryStore
from xwidget.findings.store.loading import load, load_all

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


def test_a_file_that_holds_no_judgment_takes_none_away(store: Store) -> None:
    first = loaded(store, finding(0, kind="text", changed="2026-01-01T00:00:00Z"))
    bare = replace(first, verdict="", kind="", label="mark", changed="2026-01-02T00:00:00Z")
    kept = loaded(store, bare)
    assert (kept.version, kept.label, kept.verdict, kept.kind) == (2, "mark", "spurious", "text")


MINE = finding(0)
OLDER, NEWER = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"


def review(verdict: str, created: str, author: str = "Grace") -> Review:
    return Review(MINE.id, author, verdict, created=created)


def all_loaded(store: Store, *reviews: Review, author: str = "Bob") -> Sequence[Review]:
    """Load a file with the finding and these reviews; return all reviews that are kept."""
    load_all(
        formats.opened(formats.write([MINE], reviews=reviews).data),
        lambda each: load(store.get, store.put, store.record_effect, each),
        store.reviews,
        store.review,
        author=author,
        skip=False,
    )
    return store.reviews()


def test_a_review_takes_the_place_of_an_older_one_alone(store: Store) -> None:
    older, newer = review("core", OLDER), review("unsure", NEWER)
    for file in ([newer, older], [older], [older, newer], [newer]):
        assert list(all_loaded(store, *file)) == [newer]
    store.review(review("spurious", OLDER, "Bob"), "Bob says it himself")
    found = all_loaded(store, review("core", OLDER, "Bob"), review("core", NEWER, "Ada"))
    assert sorted((each.author, each.verdict) for each in found) == [
        *[("Ada", "core"), ("Bob", "spurious"), ("Grace", "unsure")],
    ]


def test_a_review_without_an_author_is_by_who_loads_it(store: Store) -> None:
    for _ in range(2):
        (found,) = all_loaded(store, review("core", OLDER, " "))
        assert (found.author, found.verdict) == ("Bob", "core")


def test_of_a_file_with_a_review_that_is_none_nothing_is_kept() -> None:
    file = json.loads(formats.write([MINE], reviews=[review("core", OLDER)]).data)
    file["reviews"][0]["created"] = "yesterday"
    with xw.FindingStore(":memory:", author="Bob") as store:
        with pytest.raises(ValueError, match="created"):
            store.load(json.dumps(file).encode())
        assert store.list() == ()
