"""Findings between kernel and page: kept in their order, pushed, measured."""

import json
import threading
import uuid
from dataclasses import replace

import numpy as np
import pytest

import xwidget as xw
from tests.inspector.acts import Acts, record
from tests.inspector.fakes import (
    SAFETY,
    SIDE,
    Page,
    classifier,
    inspector_class,
)
from xwidget.findings import formats
from xwidget.findings.finding import Finding, read
from xwidget.findings.keeping import Review
from xwidget.findings.memory import MemoryStore
from xwidget.findings.opening import FILE
from xwidget.findings.region import Box
from xwidget.support.line import MOST

PICTURE = np.full((SIDE, SIDE, 3), 200, np.uint8)


# What a page needs to know.


def test_the_page_is_told_where_findings_are_kept_and_what_they_are_seen_on(acts, tmp_path):
    told = acts.page.state["_findings"]
    assert told["ready"]
    assert (told["store"], told["reason"]) == (FILE, "")
    assert told["kinds"][0] == "object"
    assert told["labels"] == []
    base = told["base"]
    assert base["digest"] == xw.Subject(classifier(), PICTURE).digest
    assert base["model"] == "tiny"
    assert base["preprocessing"].startswith("resized to cover 4×4, cropped")
    assert len(base["weights"]) == 64
    assert {each["name"] for each in told["formats"]} >= {"xwidget", "coco", "w3c", "csv"}
    assert told["scope"].startswith(base["digest"])
    assert not (tmp_path / FILE).exists()  # before the first finding


def test_a_new_label_is_told(acts):
    acts.put(record(label="beak"))
    acts.page.until(lambda page: page.state["_findings"]["labels"] == ["beak"])


# Kept.


def test_the_same_act_again_has_the_same_answer_and_is_kept_once(acts):
    finding = record()
    answers = [acts.put(finding, act="once") for _ in range(3)]
    assert len({each["finding"]["version"] for each in answers}) == 1
    assert len(acts.widget.findings) == 1


def test_a_change_of_an_older_version_is_not_kept_and_the_newer_one_comes_back(acts):
    first = acts.put()["finding"]
    acts.put({**first, "verdict": "spurious"}, base=1)
    answer = acts.put({**first, "verdict": "unsure"}, base=1)
    assert answer["clash"]["verdict"] == "spurious"
    assert answer["clash"]["version"] == 2
    assert acts.widget.findings[first["id"]].verdict == "spurious"


def test_a_deleted_finding_comes_back(acts):
    first = acts.put(record(label="beak"))["finding"]
    acts.put({**first, "deleted": True}, base=1)
    assert acts.do("findings")["findings"] == []
    back = acts.put({**first, "deleted": False}, base=2)["finding"]
    assert (back["label"], back["version"]) == ("beak", 3)


def test_all_are_kept_in_the_order_in_which_they_came(acts):
    finding = record()
    ids = [acts.ask("put", finding=finding, base=0, act="first")]
    for version in range(1, 40):
        changed = {**finding, "reason": f"version {version}"}
        ids.append(acts.ask("put", finding=changed, base=version, act=f"act {version}"))
    answers = [acts.answer(id)[0] for id in ids]
    assert [each["finding"]["version"] for each in answers] == list(range(1, 41))
    assert acts.widget.findings[finding["id"]].reason == "version 39"


def test_commands_come_by_the_trait_where_messages_are_dropped(acts):
    finding = record(label="by trait")
    kept = acts.do("put", way="trait", finding=finding, act="a")
    assert kept["finding"]["label"] == "by trait"
    found = acts.do("findings", way="trait")["findings"]
    assert [each["id"] for each in found] == [finding["id"]]
    assert acts.widget._command.keys() == {"id"}  # and nothing of it stays in the trait


def test_a_page_cannot_choose_whose_its_findings_are(acts):
    own = acts.widget.findings.author
    assert acts.put(record(author="Ada"))["finding"]["author"] == own
    assert acts.put(record(author="Ada"), base=1)["finding"]["author"] == own


# Refused.


@pytest.mark.parametrize(
    "bad",
    [
        {"frame": [2**20, 2**20]},
        {"frame": None},
        {"region": {"type": "mask", "size": [2**15, 2**15], "counts": "0"}},
        {"region": {"type": "mask", "size": [SIDE, SIDE], "counts": "~~~"}},
        {"region": {"type": "box", "x": 0, "y": 0, "width": -1, "height": 1}},
        {"region": {"type": "box", "x": 1e300, "y": 0, "width": 1, "height": 1}},
        {"region": "../../etc/passwd"},
        {"region": {"type": "polygon", "rings": [[[0, 0], [1, 1]]]}},
        {"verdict": "guilty"},
        {"id": "../x"},
        {"confidence": 2},
        {"confidence": 10**400},
        {"created": "0001-01-01T00:00:00+14:00"},
        {"effect": {"target": 0, "image": 1e308, "without": 0, "only": 0, "area": 1, "draws": 1}},
    ],
    ids=lambda bad: next(iter(bad)),
)
def test_a_record_that_does_not_fit_is_refused_for_good(acts, bad):
    answer = acts.put(record(**bad))
    assert answer["type"] == "failed"
    assert answer["final"] is True
    assert answer["message"]
    assert acts.widget.error == ""  # the page that asked shows it
    assert len(acts.widget.findings) == 0


def test_a_record_that_is_too_large_is_refused(acts):
    answer = acts.put(record(reason="x" * 2_000_001))
    assert (answer["type"], answer["final"]) == ("failed", True)
    assert "2 MB" in answer["message"]


def test_a_class_that_there_is_not_is_refused(acts):
    answer = acts.put(target=99)
    assert (answer["type"], answer["final"]) == ("failed", True)


def test_of_a_flood_the_newest_are_refused_and_the_others_kept(acts, monkeypatch):
    gate, store = threading.Event(), acts.widget._parts.annotating._keeper.writable
    put = store.put
    monkeypatch.setattr(store, "put", lambda *args, **by: gate.wait(SAFETY) and put(*args, **by))
    ids = [acts.ask("put", finding=record(), act=f"act {n}") for n in range(MOST + 50)]
    gate.set()
    answers = [acts.answer(id)[0] for id in ids[:MOST]]
    assert {each["type"] for each in answers} == {"kept"}
    failures = [c for c in acts.page.pump().failures if c["message"].startswith("too many")]
    assert failures
    assert not any(each["final"] for each in failures)
    assert len(acts.widget.findings) >= MOST


# From Python.


def test_what_python_does_appears_in_the_page(acts):
    findings = acts.widget.findings
    added = findings.add((1, 1, 2, 2), verdict="core", label="beak", target="cello")
    assert added.seen.class_name == "cello"
    findings.edit(added.id, verdict="spurious")
    findings.remove(added.id)
    told = [
        (each["finding"]["version"], each["finding"]["deleted"]) for each in acts.pushes("finding")
    ]
    assert told == [(1, False), (2, False), (3, True)]


def test_what_the_page_does_appears_in_python(acts):
    heard = []
    acts.widget.findings.observe(heard.append)
    first = acts.put()["finding"]
    acts.put({**first, "verdict": "unsure"}, base=1)
    acts.put({**first, "deleted": True}, base=2)
    told = [(change.what, change.by) for change in heard if change.what != "measured"]
    assert told == [("added", "page"), ("changed", "page"), ("deleted", "page")]
    acts.widget.findings.unobserve(heard.append)


def test_an_observer_that_fails_is_its_own(acts):
    acts.widget.findings.observe(lambda change: 1 / 0)
    assert acts.put()["type"] == "kept"


def test_files_go_out_and_come_in(acts):
    acts.put(record(label="beak"))
    id = acts.ask("write_findings", format="xwidget")
    content, (data,) = acts.answer(id)
    assert content["name"] == "image-findings.json"
    for format, ending in (("coco", "-coco.json"), ("input masks", "-input-masks.zip")):
        content, _ = acts.answer(acts.ask("write_findings", format=format))
        assert content["name"] == f"image-findings{ending}"
    id = acts.ask("read_findings", name="beak.json", buffer=data)
    preview, _ = acts.answer(id)
    assert [(row["matched"], row["reason"]) for row in preview["rows"]] == [("digest", "")]
    assert preview["rows"][0]["finding"]["label"] == "beak"
    bad = acts.do("read_findings", name="x", buffer=b"not a file of findings")
    assert (bad["type"], bad["final"]) == ("failed", True)


def test_of_each_row_of_a_file_it_is_said_what_is_kept_already(acts):
    kept = [acts.put(record(label=name))["finding"] for name in ("same", "later", "gone")]
    _, (data,) = acts.answer(acts.ask("write_findings", format="xwidget"))
    store = acts.widget.findings
    store.edit(kept[1]["id"], label="changed")
    store.remove(kept[2]["id"])
    preview, _ = acts.answer(acts.ask("read_findings", name="three.json", buffer=data))
    told = [(row["finding"]["label"], row["here"], row["base"]) for row in preview["rows"]]
    assert told == [("same", "same", 1), ("later", "later", 2), ("gone", "deleted", 2)]
    back = acts.put(preview["rows"][2]["finding"], base=2, act="back")
    assert (back["clash"], back["finding"]["version"]) == (None, 3)
    assert [each.label for each in store.list()] == ["same", "changed", "gone"]


def test_a_file_holds_up_no_save_and_has_all_that_was_kept_before(acts, monkeypatch):
    gate, begun = threading.Event(), threading.Event()
    findings, export = acts.widget.findings, acts.widget.findings.export

    def slow(**asked):
        begun.set()
        assert gate.wait(SAFETY)
        return export(**asked)

    monkeypatch.setattr(findings, "export", slow)
    acts.ask("put", finding=record(label="before"), act="before")
    id = acts.ask("write_findings", format="xwidget")
    assert begun.wait(SAFETY)
    assert acts.put(record(label="meanwhile"))["type"] == "kept"
    gate.set()
    content, (data,) = acts.answer(id)
    assert content["type"] == "saved"
    assert b'"before"' in bytes(data)


def test_an_exported_page_holds_the_findings(acts, tmp_path):
    kept = acts.put(record(label="</script><b>beak"))["finding"]
    written = acts.widget.export_html(tmp_path / "page.html").read_text("utf-8")
    _, (saved,) = acts.answer(acts.ask("save", format="page"))
    for text in (written, saved.decode()):
        data = text.split('id="xwidget-data">')[1].split("</script>")[0]
        found = json.loads(data)
        assert [each["id"] for each in found["findings"]["findings"]] == [kept["id"]]
        assert found["findings"]["findings"][0]["withheld"] is False
        assert found["findings"]["findings"][0]["label"] == "</script><b>beak"
        assert found["traits"]["_findings"]["ready"]


def test_reviews_are_blind_until_ones_own_is_given(make, tmp_path):
    with xw.FindingStore(tmp_path / "both.sqlite") as store:
        one, two = make(findings=store), make(findings=store)
        one.findings.author, two.findings.author = "Ada", "Grace"
        finding = one.findings.add((1, 1, 2, 2), verdict="core")
        first = Acts(Page(one))
        told = first.do("review", finding=finding.id, verdict="spurious", act="1")
        assert [each["author"] for each in told["reviews"]] == ["Ada"]
        second = Acts(Page(two))
        assert second.do("findings")["reviews"] == []
        told = second.do("review", finding=finding.id, verdict="core", reason="why", act="2")
        assert [each["author"] for each in told["reviews"]] == ["Ada", "Grace"]
        assert second.do("findings")["reviews"] == told["reviews"]
        assert first.do("findings")["reviews"] == told["reviews"]


def test_a_review_that_is_given_elsewhere_is_told_at_once(two_authors):
    ada, grace, finding = two_authors
    pages = [grace, Acts(Page(grace.widget))]  # of one kernel
    grace.page.send({"type": "views", "page": 1, "count": 1, "seen": 1})
    pages[1].page.send({"type": "views", "page": 2, "count": 1, "seen": 1})
    grace.do("findings")
    ada.widget.findings.review(Review(finding.id, "Ada", "unsure"), "1", by="python")
    grace.widget._parts.annotating._look()
    assert grace.pushes("judged") == []  # it is withheld
    heard = []
    grace.widget.findings.observe(heard.append)
    reply = grace.do("review", finding=finding.id, verdict="spurious", act="2")
    pages[1].page.until(lambda page: pages[1].pushes("judged"))
    (push,) = pages[1].pushes("judged")
    assert (push["finding"], push["reviews"]) == (reply["finding"], reply["reviews"])
    assert [each["author"] for each in push["reviews"]] == ["Ada", "Grace"]
    assert push["finding"]["verdict"] == "core"
    (change,) = heard
    assert (change.what, change.by, len(change.reviews)) == ("reviewed", "page", 2)


@pytest.mark.parametrize("way", ["store", "file"])
def test_ones_own_review_from_python_is_told(two_authors, way, tmp_path):
    _, grace, finding = two_authors
    grace.do("findings")
    with xw.FindingStore(tmp_path / "both.sqlite", author="Grace") as store:
        if way == "store":
            store.judge(finding.id, "spurious")
            grace.widget._parts.annotating._look()
        else:
            data = formats.write([finding], reviews=[Review(finding.id, "Grace", "core")]).data
            grace.widget.findings.load(data)
    (push,) = grace.pushes("judged")
    assert (push["finding"]["verdict"], push["finding"]["withheld"]) == ("core", False)
    assert [each["author"] for each in push["reviews"]] == ["Grace"]
    grace.widget._parts.annotating._look()
    assert len(grace.pushes("judged")) == 1


@pytest.fixture
def two_authors(make, tmp_path):
    """Ada and Grace, who look at Ada's finding in one store: what each does, and the finding."""
    acts = []
    for author in ("Ada", "Grace"):
        widget = make(findings=tmp_path / "both.sqlite")
        widget.findings.author = author
        acts.append(Acts(Page(widget)))
        acts[-1].widget = widget
    finding = acts[0].widget.findings.add((1, 1, 2, 2), verdict="core")
    acts[0].widget.findings.wait(SAFETY)
    return *acts, acts[0].widget.findings[finding.id]


# Two on one store.


def test_two_inspectors_on_one_store_hear_of_each_other_and_clash_in_words(
    show, tmp_path, monkeypatch
):
    monkeypatch.setattr("xwidget.support.watch.WATCH._seconds", 0.02)
    pages = []
    for _ in range(2):
        widget, page = show(iterations=5, findings=tmp_path / "both.sqlite")
        page.until_status("done")
        page.send({"type": "views", "page": 1, "count": 1, "seen": 1})
        pages.append(Acts(page))
        pages[-1].widget = widget
        pages[-1].do("findings")
    one, two = pages
    finding = one.put(record(label="beak"))["finding"]
    two.page.until(lambda page: two.pushes("finding"))
    assert two.pushes("finding")[0]["finding"]["label"] == "beak"
    assert two.put({**finding, "verdict": "unsure"}, base=1)["clash"] is None
    answer = one.put({**finding, "verdict": "spurious"}, base=1)
    assert answer["clash"]["verdict"] == "unsure"
    for page in pages:
        page.page.send({"type": "views", "page": 1, "count": 0, "seen": 0})


def test_what_is_deleted_elsewhere_right_after_the_list_was_sent_is_told(acts, tmp_path):
    kept = acts.put()["finding"]
    acts.do("findings")
    with xw.FindingStore(tmp_path / FILE) as other:
        other.remove(kept["id"])
    acts.page.send({"type": "views", "page": 1, "count": 1, "seen": 1})
    acts.widget._parts.annotating._look()
    acts.page.until(lambda page: acts.pushes("finding"))
    assert acts.pushes("finding")[-1]["finding"]["deleted"]


def test_what_one_page_does_is_told_to_another_of_the_same_kernel(acts):
    other = Acts(Page(acts.widget))
    acts.page.send({"type": "views", "page": 1, "count": 1, "seen": 1})
    alone = acts.put(record(label="alone"))["finding"]
    assert acts.widget._parts.line.wait(SAFETY)
    other.page.send({"type": "views", "page": 2, "count": 1, "seen": 1})
    both = acts.put(record(label="both"))["finding"]
    other.page.until(lambda page: other.pushes("finding"))
    assert [push["finding"] for push in other.pushes("finding")] == [both]
    assert alone["id"] != both["id"]


def test_what_is_done_elsewhere_to_another_image_is_not_told(acts, tmp_path):
    kept = acts.put()["finding"]
    acts.do("findings")
    mine, annotating = read(kept), acts.widget._parts.annotating
    with xw.FindingStore(tmp_path / FILE) as other:
        for name, change in (("image", {"digest": "e" * 64}), ("none", {})):
            seen = replace(mine.seen, **change)
            new = replace(mine, id=str(uuid.uuid4()), seen=seen, label=name, effect=None)
            other.put(new, 0, name)
    annotating._look()
    labels = [push["finding"]["label"] for push in acts.pushes("finding")]
    assert [label for label in labels if label] == ["none"]


# The memory, which keeps them as a store does.


def test_the_memory_answers_as_a_file_does(tmp_path):
    finding = Finding(Box(1, 1, 2, 2), (SIDE, SIDE), "core", label="beak", author="Ada")
    with xw.FindingStore(tmp_path / "one.sqlite", author="Ada") as file:
        for store in (file, MemoryStore()):
            first = store.put(finding, 0, str(uuid.UUID(int=1)))
            second = store.put(finding.edited(verdict="unsure"), 1, str(uuid.UUID(int=2)))
            clash = store.put(finding.edited(verdict="spurious"), 1, str(uuid.UUID(int=3)))
            again = store.put(finding, 0, str(uuid.UUID(int=1)))
            assert (first.finding.version, second.finding.version) == (1, 2)
            assert clash.clash is not None
            assert clash.finding.verdict == "unsure"
            assert again.finding.version == 1
            assert [each.version for each in store.history(finding.id)] == [1, 2]
            assert store.labels() == ("beak",)
            store.retire_label("beak")
            assert store.labels() == ()
            assert [each.label for each in store.list()] == ["beak"]
            seq, changed = store.changes_since(0)
            assert [each.version for each in changed] == [2]
            assert store.changes_since(seq) == (seq, ())


def test_an_inspector_takes_a_class_of_its_own_engine(engine):
    widget = inspector_class(engine)(classifier(), PICTURE, 3, iterations=2, findings=False)
    assert repr(widget.findings) == "<Findings of an image: 0, for this session only>"
    widget.close()
