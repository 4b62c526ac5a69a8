"""What keeps findings in memory answers as what keeps them in a database."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest

import xwidget as xw
from tests.findings.store.test_versions import EFFECT, SEEN, finding
from xwidget.findings.finding import Finding
from xwidget.findings.keeping import Listed, Review, Store
from xwidget.findings.memory import MemoryStore
from xwidget.findings.region import Box
from xwidget.findings.spot import way_of
from xwidget.findings.store.editing import edit

OTHER = Box(5, 5, 9, 9)


@pytest.fixture(params=["memory", "database"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    with xw.FindingStore(":memory:", author="Ada") as store:
        yield store


def test_the_same_act_has_the_same_answer_and_a_clash_is_no_answer(store: Store) -> None:
    mine = finding(author="Ada")
    first = store.put(mine, 0, "one")
    assert store.put(mine, 0, "one") == first
    clash = store.put(mine.edited(label="logo"), 7, "two")
    assert (clash.clash, clash.finding) == (first.finding, first.finding)
    assert store.put(mine.edited(label="logo"), 1, "two").finding.version == 2
    with pytest.raises(ValueError, match="one"):
        store.put(finding(author="Ada"), 0, "one")


def test_an_effect_is_of_all_versions_of_which_the_same_was_measured(store: Store) -> None:
    mine = store.put(finding(author="Ada", effect=EFFECT), 0, "0").finding
    assert mine.effect == EFFECT
    assert store.put(mine.edited(label="logo"), 1, "1").finding.effect == EFFECT
    later = replace(SEEN, iteration=99, score=0.1)
    assert store.put(mine.edited(seen=later), 2, "2").finding.effect == EFFECT
    assert store.put(mine.edited(region=OTHER), 3, "3").finding.effect is None
    assert store.put(mine.edited(region=OTHER, label="b"), 4, "4").finding.effect is None
    assert store.put(mine, 5, "5").finding.effect is None
    again = replace(EFFECT, image=0.5)
    store.record_effect(mine.id, 2, again)
    effects = [each.effect for each in store.history(mine.id)]
    assert effects == [EFFECT, again, again, None, None, None]
    store.record_effect(mine.id, 4, again)
    assert store.history(mine.id)[4].effect == again
    assert store.get(mine.id).effect is None


def test_an_edit_and_a_copy_have_an_effect_of_their_own_region_alone(store: Store) -> None:
    def changed(**changes: object) -> Finding:
        return edit(store.get, store.put, mine.id, changes)

    mine = store.put(finding(author="Ada", effect=EFFECT), 0, "0").finding
    assert changed(label="logo").effect == EFFECT
    assert changed(region=OTHER).effect is None
    assert changed(region=mine.region).effect is None  # measured anew
    for name, region in {"beside": OTHER, "upon": mine.region}.items():
        copy = mine.edited(id=str(uuid.uuid4()), region=region)
        kept = store.put(copy, 0, name).finding
        assert kept.effect == store.get(copy.id).effect == (EFFECT if name == "upon" else None)
    assert [each.effect for each in store.history(mine.id)] == [EFFECT, EFFECT, None, None]


def test_another_net_image_or_class_is_measured_anew(store: Store) -> None:
    for name, value in {"weights": "ef" * 32, "digest": "12" * 32, "target": 3}.items():
        mine = store.put(finding(author="Ada", effect=EFFECT), 0, name).finding
        other = mine.edited(seen=replace(SEEN, **{name: value}))  # type: ignore[arg-type]
        assert store.put(other, 1, f"{name} 2").finding.effect is None


def test_the_same_effect_again_is_nothing_new(store: Store) -> None:
    mine = store.put(finding(author="Ada"), 0, "0").finding
    store.record_effect(mine.id, 1, EFFECT)
    seq, _ = store.changes_since(-1)
    store.record_effect(mine.id, 1, EFFECT)
    assert store.changes_since(seq) == (seq, ())


def test_the_oldest_finding_comes_first(store: Store) -> None:
    late = finding(author="Ada", created="2026-01-02T00:00:00Z")
    early = finding(author="Ada", created="2026-01-02T00:30:00+01:00")
    store.put(late, 0, "late")
    store.put(early, 0, "early")
    assert [each.id for each in store.list()] == [early.id, late.id]


def test_reviews_are_read_of_one_image(store: Store) -> None:
    here, there = finding(author="Ada"), finding(author="Ada", seen=replace(SEEN, digest="12" * 32))
    for each in (here, there):
        store.put(each, 0, each.id)
        for author in ("Grace", "Alan"):
            store.review(Review(each.id, author, "core"), f"{author} of {each.id}")
    found = store.reviews(digest=SEEN.digest)
    assert [(each.finding, each.author) for each in found] == [
        (here.id, "Grace"),
        (here.id, "Alan"),
    ]
    (own,) = store.reviews(author="Alan", digest="12" * 32)
    assert (own.finding, own.author) == (there.id, "Alan")
    assert store.reviews(here.id, digest="12" * 32) == store.reviews(digest="34" * 32) == ()
    assert len(store.reviews()) == 4


def judged(store: Store, id: str) -> dict[str, str]:
    """Return each person's verdict, as roll-ups count it."""
    return {each.author: each.verdict for each in store.all_judgments([id])[id]}


def test_a_verdict_is_the_judgment_of_who_gave_it(store: Store) -> None:
    mine = store.put(finding(author="Ada", verdict="spurious"), 0, "0", by="Grace").finding
    assert judged(store, mine.id) == {"Ada": "spurious"}  # whoever brought it in
    store.put(mine.edited(verdict="core", reason="hers"), 1, "1", by="Grace")
    assert judged(store, mine.id) == {"Ada": "spurious", "Grace": "core"}
    store.put(mine.edited(verdict="core", reason="none's"), 2, "2", by="Alan")
    assert [each.reason for each in store.all_judgments()[mine.id]] == [mine.reason, "hers"]
    store.put(mine.edited(verdict="", label="b"), 3, "3", by="Alan")  # takes away no other's
    assert judged(store, mine.id) == {"Ada": "spurious", "Grace": "core"}
    store.put(mine.edited(verdict="unsure"), 4, "4", by="Ada")
    store.review(Review(mine.id, "Grace", "unsure"), "5")
    store.review(Review(mine.id, "Alan", "core"), "6")
    assert judged(store, mine.id) == {"Ada": "unsure", "Grace": "unsure", "Alan": "core"}
    assert store.all_judgments(digest="12" * 32) == store.all_judgments([]) == {}
    store.put(mine.edited(deleted=True), 5, "7", by="Ada")
    assert store.all_judgments(digest=SEEN.digest) == {}


def test_a_first_verdict_may_come_later(store: Store) -> None:
    mine = store.put(finding(author="Ada", verdict=""), 0, "0", by="Ada").finding
    assert judged(store, mine.id) == {}
    store.put(mine.edited(verdict="core"), 1, "1", by="Ada")
    assert judged(store, mine.id) == {"Ada": "core"}


def test_an_authors_verdict_goes_with_their_name(store: Store) -> None:
    mine = store.put(finding(author="user1", verdict="core"), 0, "0", by="user1").finding
    store.put(mine.edited(author="Ada"), 1, "1", by="root")
    assert judged(store, mine.id) == {"Ada": "core"}


def test_an_overview_has_of_the_newest_what_it_needs(store: Store) -> None:
    mine, gone = finding(author="Ada"), finding(author="Ada")
    store.put(mine, 0, "1")
    store.put(gone, 0, "2")
    assert {*store.listed()} == {*map(Listed.of, store.list())}
    store.put(mine.edited(verdict="core"), 1, "3")
    store.put(gone.edited(deleted=True), 1, "4")
    way = way_of(SEEN.geometry)
    assert way
    assert store.listed() == (Listed(mine.id, 2, SEEN.digest, mine.frame, "Ada", "core", way),)


def test_what_is_not_there_is_said(store: Store) -> None:
    unknown = finding(author="Ada").id
    for ask in (store.get, store.history, lambda id: store.record_effect(id, 1, EFFECT)):
        with pytest.raises(KeyError, match=unknown):
            ask(unknown)
    with pytest.raises(KeyError, match=unknown):
        store.review(Review(unknown, "Ada", "core"), "act")
    assert store.reviews(unknown) == ()
