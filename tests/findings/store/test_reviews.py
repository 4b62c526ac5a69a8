"""Reviews stand apart from findings, and are blind until one's own is given."""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path

import pytest

import xwidget as xw
from tests.findings.store.test_versions import finding
from xwidget.findings.keeping import Review


def said(reviews: tuple[Review, ...]) -> list[tuple[str, str]]:
    return [(each.author, each.verdict) for each in reviews]


def test_a_review_shows_the_others_only_once_ones_own_is_given(store: xw.FindingStore) -> None:
    found = store.add(finding(reason="the crate is below it"))
    store.judge(found.id, "core", kind="object", reason="it is the crate's", by="Grace")
    assert store.reviews(found.id, by="Alan") == store.reviews(by="Alan") == ()
    own = store.judge(found.id, "unsure", by="Alan")
    expected = [("Ada", "spurious"), ("Grace", "core"), ("Alan", "unsure")]
    assert said(store.reviews(found.id, by="Alan")) == expected
    assert said(store.reviews(by="Alan")) == expected
    assert said(store.reviews(found.id, "Grace", by="Alan")) == [("Grace", "core")]
    first = store.reviews(found.id, by="Alan")[0]
    assert (first.finding, first.kind, first.reason) == (found.id, found.kind, found.reason)
    assert store.reviews(found.id, by="Alan")[-1] == own
    assert store.get(found.id) == found  # a review changes no finding


def test_who_marked_a_finding_has_judged_it_by_its_verdict(store: xw.FindingStore) -> None:
    found = store.add(finding(verdict=""))
    store.judge(found.id, "core", by="Grace")
    assert store.reviews(found.id, by="Ada") == ()
    store.edit(found.id, verdict="spurious")
    assert said(store.reviews(found.id, by="Ada")) == [("Grace", "core"), ("Ada", "spurious")]
    store.judge(found.id, "unsure", by="Ada")  # and may change their mind either way
    assert said(store.reviews(found.id, by="Ada")) == [("Grace", "core"), ("Ada", "unsure")]
    store.edit(found.id, verdict="core")
    assert said(store.reviews(found.id, by="Ada")) == [("Grace", "core"), ("Ada", "core")]


def test_a_finding_that_somebody_else_brought_in_is_judged_by_its_author(
    store: xw.FindingStore,
) -> None:
    found = store.put(finding(author="Alan", verdict="unsure"), 0, "act", by="Ada").finding
    assert said(store.all_judgments()[found.id]) == [("Alan", "unsure")]


def test_a_later_review_of_a_person_counts(store: xw.FindingStore) -> None:
    a, b = store.add(finding()), store.add(finding())
    store.judge(a.id, "core", by="Grace")
    store.judge(b.id, "core", by="Grace")
    store.judge(a.id, "spurious", by="Alan")
    store.judge(a.id, "unsure", by="Grace")
    assert said(store.reviews()) == [("Grace", "core"), ("Alan", "spurious"), ("Grace", "unsure")]
    assert said(store.reviews(a.id)) == [("Alan", "spurious"), ("Grace", "unsure")]
    assert said(store.reviews(author="Grace")) == [("Grace", "core"), ("Grace", "unsure")]
    assert said(store.reviews(a.id, "Grace")) == [("Grace", "unsure")]


def test_a_review_that_comes_again_is_kept_once(store: xw.FindingStore) -> None:
    found = store.add(finding())
    given = Review(found.id, "Grace", "core", reason="'; DROP TABLE xwidget_reviews; --")
    assert store.review(given, "act") == given
    assert store.review(replace(given, verdict="unsure"), "act") == given
    assert store.reviews(found.id) == (given,)


def test_all_judgments_are_those_of_findings_that_are_not_deleted(store: xw.FindingStore) -> None:
    a, b, c = (store.add(finding()) for _ in range(3))
    d = store.add(finding(verdict=""))
    for each in (a, b, c):
        store.judge(each.id, "core", by="Grace")
    store.remove(c.id)
    judged = store.all_judgments()
    assert set(judged) == {a.id, b.id, d.id}
    assert said(judged[a.id]) == [("Ada", "spurious"), ("Grace", "core")]
    assert judged[d.id] == ()
    assert store.all_judgments([b.id, c.id]) == {b.id: judged[b.id]}
    assert store.all_judgments() == judged  # the same ids of the same reviews


def test_many_findings_are_judged_at_once() -> None:
    with xw.FindingStore(":memory:") as store:
        made = [store.add(finding()) for _ in range(1200)]
        assert set(store.all_judgments()) == {each.id for each in made}


def test_a_review_has_a_finding_and_an_author(store: xw.FindingStore) -> None:
    found = store.add(finding())
    with pytest.raises(KeyError, match="so it cannot be reviewed"):
        store.judge(str(uuid.uuid4()), "core")
    with pytest.raises(ValueError, match="author is ''; expected a name"):
        store.judge(found.id, "core", by="")
    with pytest.raises(ValueError, match="expected one of core, spurious, unsure"):
        store.judge(found.id, "good")
    assert store.reviews() == ()


def test_findings_are_summed_up_with_everybodys_judgments(
    store: xw.FindingStore, tmp_path: Path
) -> None:
    found = store.add(finding(label="<script>watermark"))
    store.judge(found.id, "core", by="Grace")
    rows = store.rollup(by=("label",)).to_pandas()
    assert rows["label"].tolist() == ["<script>watermark"]
    page = store.report(tmp_path / "report.html").read_text("utf-8")
    assert "&lt;script&gt;watermark" in page
    assert "<script>watermark" not in page
    assert "Grace" in page
