"""A store keeps each change of a finding as a version, and never writes one over."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

import xwidget as xw
from xwidget.findings.finding import Effect, Finding, Seen
from xwidget.findings.keeping import Listed
from xwidget.findings.region import Box, Pixels, Point, Polygon
from xwidget.findings.store.errors import ChangedError

FRAME = (32, 48)
SEEN = Seen(
    digest="ab" * 32,
    image="Straße 猫.png",
    size=(640, 480),
    geometry={"input_size": [32, 48], "matrix": [[1.5, 0, 0], [0, 1.5, 0]]},
    model="lite0",
    weights="cd" * 32,
    preprocessing="resize 32",
    target=478,
    class_name="carton",
    game="generation",
    iteration=40,
    image_score=0.95,
    score=0.9,
)
EFFECT = Effect(478, 0.95, 0.41, 0.2, 0.7, 0.1, 8)


def finding(**values: object) -> Finding:
    given = {"verdict": "spurious", "kind": "text", "label": "watermark", "seen": SEEN, **values}
    return Finding(Box(1, 2, 30.5, 20), FRAME, **given)  # type: ignore[arg-type]


def act() -> str:
    return str(uuid.uuid4())


def test_all_of_a_finding_comes_back(store: xw.FindingStore) -> None:
    mask = Polygon((((3.5, 2), (40, 2.25), (20, 30)), ((10, 5), (20, 5), (15, 10)))).mask(FRAME)
    regions = [
        Box(1, 2, 3, 4.5),
        Polygon((((3.5, 2), (40, 2.25), (20, 30)),)),
        Pixels.of(mask),
        Point(3.25, 4),
    ]
    made = [
        finding(
            verdict="unsure",
            reason="Bitte prüfen: 猫 <b>é</b>\n'; DROP TABLE x; --",
            author="Grace",
        ).edited(region=region, confidence=0.75, label=f"Ähre {k}")
        for k, region in enumerate(regions)
    ]
    for each in made:
        kept = store.put(each, 0, act())
        assert kept.clash is None
        assert kept.durable
        assert kept.finding == each
    assert sorted(store.list(), key=lambda each: each.label) == made
    assert [store.get(each.id) for each in made] == made


def test_each_change_is_a_version_and_the_older_ones_stay(store: xw.FindingStore) -> None:
    first = store.add(finding())
    second = store.edit(first.id, verdict="core", reason="it belongs to the crate")
    third = store.remove(first.id)
    assert [each.version for each in (first, second, third)] == [1, 2, 3]
    assert store.history(first.id) == (first, second, third)
    assert store.get(first.id) == third
    assert store.get(first.id, version=1) == first
    assert store.list() == ()
    assert store.list(deleted=True) == store.list(deleted=None) == (third,)
    back = store.edit(first.id, deleted=False)
    assert (back.version, back.verdict, back.label) == (4, "core", "watermark")
    assert store.list() == (back,)


def test_a_change_of_an_older_version_is_not_taken_and_both_stay(store: xw.FindingStore) -> None:
    first = store.add(finding())
    theirs = store.edit(first.id, label="logo")
    kept = store.put(first.edited(label="stamp"), first.version, act())
    assert kept.clash == kept.finding == theirs
    with pytest.raises(ChangedError, match="changed meanwhile: its newest version is 2") as raised:
        store.edit(first, label="stamp")
    assert raised.value.theirs == theirs
    assert raised.value.mine.label == "stamp"
    gone = store.remove(theirs)
    assert store.put(theirs.edited(label="stamp"), theirs.version, act()).clash == gone
    with pytest.raises(ChangedError, match="deleted meanwhile"):
        store.edit(theirs, label="stamp")
    assert len(store.history(first.id)) == 3
    assert store.put(finding(id=first.id), 0, act()).clash == gone
    with pytest.raises(ValueError, match="already, as version 3; edit"):
        store.add(finding(id=first.id))


def test_an_act_that_comes_again_keeps_nothing_and_has_the_same_answer(
    store: xw.FindingStore,
) -> None:
    mine, again = finding(), act()
    first = store.put(mine, 0, again)
    assert store.put(mine, 0, again) == first
    store.edit(mine.id, label="logo")
    assert store.put(mine, 0, again) == first
    assert len(store.history(mine.id)) == 2
    with pytest.raises(ValueError, match=f"was of finding {mine.id}"):
        store.put(finding(), 0, again)
    assert len(store.list()) == 1


def test_a_version_of_a_finding_that_the_store_does_not_have_is_taken(
    store: xw.FindingStore,
) -> None:
    lost = finding(version=4)
    kept = store.put(lost, 4, act())
    assert kept.clash is None
    assert store.get(lost.id).version == 5


def test_a_finding_without_an_author_is_of_who_brings_it(store: xw.FindingStore) -> None:
    assert store.add(finding()).author == "Ada"
    assert store.put(finding(), 0, act(), by="Grace").finding.author == "Grace"
    kept = store.put(finding(author="Alan"), 0, act(), by="Grace").finding
    assert kept.author == "Alan"
    assert store.put(kept, 1, act(), by="Grace").finding.author == "Alan"


def test_findings_are_listed_by_what_they_have(store: xw.FindingStore) -> None:
    a = store.add(finding(created="2026-01-02T00:00:00+02:00"))
    b = store.add(finding(label="", kind="", verdict="core", created="2026-01-01T23:00:00Z"))
    c = store.add(finding(seen=Seen(target=0, model="lite2"), author="Grace"))
    assert store.list() == (a, b, c)
    assert store.list("ab" * 32) == store.list(digest="ab" * 32, target=478) == (a, b)
    assert store.list("") == store.list(model="lite2") == store.list(target=0) == (c,)
    assert store.list(author="Grace") == (c,)
    assert store.list(label="") == store.list(kind="") == store.list(verdict="core") == (b,)
    assert store.list(label="watermark", model="lite0") == (a,)
    assert store.list(label="water%") == ()
    store.edit(a.id, label="logo")
    assert store.list(label="watermark") == (c,)


def test_a_measurement_makes_no_version_and_holds_while_the_region_does(
    store: xw.FindingStore,
) -> None:
    first = store.add(finding())
    store.record_effect(first.id, 1, EFFECT)
    assert store.get(first.id) == replace(first, effect=EFFECT)
    seq = store.changes_since(-1)
    store.record_effect(first.id, 1, EFFECT)  # the same again is nothing new
    assert store.changes_since(-1) == seq
    again = replace(EFFECT, without=0.5)
    store.record_effect(first.id, 1, again)
    assert store.edit(first.id, verdict="core").effect == again
    assert store.get(first.id).version == 2
    moved = store.edit(first.id, region=Box(5, 5, 10, 10))
    assert moved.effect is None
    store.record_effect(first.id, 2, EFFECT)  # of the region as it was: late
    assert store.get(first.id).effect is None
    assert store.get(first.id, 2).effect == EFFECT
    store.record_effect(first.id, 3, again)
    assert store.list()[0].effect == again
    another = store.edit(first.id, seen=replace(SEEN, weights="ef" * 32))
    assert another.effect is None
    with pytest.raises(KeyError, match="no version 9 of finding"):
        store.record_effect(first.id, 9, EFFECT)


def test_the_effect_of_a_new_finding_is_kept_and_of_a_changed_one_not(
    store: xw.FindingStore,
) -> None:
    first = store.add(finding(effect=EFFECT))
    assert first.effect == store.get(first.id).effect == EFFECT
    stale = replace(first, region=Box(5, 5, 10, 10))
    assert store.put(stale, 1, act()).finding.effect is None
    with pytest.raises(TypeError, match="record_effect"):
        store.edit(first.id, effect=EFFECT)


def test_changes_are_told_from_a_number_on(store: xw.FindingStore) -> None:
    assert store.changes_since(0) == (0, ())
    a, b = store.add(finding()), store.add(finding())
    seq, found = store.changes_since(0)
    assert found == (a, b)
    assert store.changes_since(seq) == (seq, ())
    assert store.changes_since(-1) == (seq, ())
    a = store.remove(a.id)
    store.record_effect(b.id, 1, EFFECT)
    seq, found = store.changes_since(seq)
    assert found == (replace(b, effect=EFFECT), a)
    store.judge(b.id, "core", by="Grace")
    seq, found = store.changes_since(seq)
    assert [each.id for each in found] == [b.id]
    store.put(finding(id=b.id), 0, act())  # a clash changes nothing
    assert store.changes_since(seq) == (seq, ())


def test_what_is_not_there_is_said(store: xw.FindingStore) -> None:
    nobody = str(uuid.uuid4())
    for ask in (store.get, store.history, store.edit, store.remove):
        with pytest.raises(KeyError, match=f"has no finding {nobody}"):
            ask(nobody)
    kept = store.add(finding())
    with pytest.raises(KeyError, match="no version 2 of"):
        store.get(kept.id, 2)


@pytest.mark.parametrize("wrong", [-1, True, None, 1.0, "1"])
def test_a_base_is_a_version(store: xw.FindingStore, wrong: object) -> None:
    with pytest.raises(ValueError, match="base is"):
        store.put(finding(), wrong, act())  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", ["", "x" * 101, None, "\x00"])
def test_an_act_is_a_short_text(store: xw.FindingStore, wrong: object) -> None:
    with pytest.raises(ValueError, match="act is"):
        store.put(finding(), 0, wrong)  # type: ignore[arg-type]


def test_what_can_never_be_kept_is_refused_and_nothing_of_it_stays(store: xw.FindingStore) -> None:
    with pytest.raises(TypeError, match="expected a Finding"):
        store.put(finding().describe(), 0, act())  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="not finite"):
        store.put(finding(seen=replace(SEEN, score=float("nan"))), 0, act())
    with pytest.raises(TypeError, match="id of a finding cannot be edited"):
        store.edit(store.add(finding()).id, id=str(uuid.uuid4()))
    assert len(store.list()) == 1


def test_texts_that_no_database_holds_are_kept_without_that(store: xw.FindingStore) -> None:
    odd = Seen(digest="x\x00" * 300, model="net\ud800\x00", target=2**40)
    kept = store.add(finding(label="a\x00b\ud800", seen=odd, author="\ud83d"))
    assert (kept.label, kept.author) == ("ab?", "?")
    assert store.list(target=2**40) == store.list(label="ab?") == (store.get(kept.id),)
    assert store.list(odd.digest) == (store.get(kept.id),)


def test_an_overview_reads_the_frame_out_of_the_record(store: xw.FindingStore) -> None:
    mine = store.add(finding(reason='"frame": [1, 1] ☕\u0001'))
    store.edit(mine.id, verdict="core")
    store.remove(store.add(finding()).id)
    (listed,) = store.listed()
    assert listed == Listed.of(store.get(mine.id))
    assert (listed.version, listed.frame, listed.verdict) == (2, FRAME, "core")
