"""What another said of their finding reaches no page before one has judged it, too."""

import json
import uuid
from dataclasses import replace
from unittest.mock import Mock

import pytest

import xwidget as xw
from tests.inspector.acts import Acts, record
from tests.inspector.fakes import SAFETY, Page, until
from xwidget.findings.finding import Effect
from xwidget.findings.store.errors import StoreBusy

SAID = {"verdict": "spurious", "kind": "artifact", "reason": "a stock mark", "confidence": 0.625}
EFFECT = Effect(0, 0.6875, 0.4375, 0.5625, None, 0.25, 8)
MOVED = {"type": "box", "x": 0, "y": 1, "width": 2, "height": 2}


@pytest.fixture
def two(make, tmp_path):
    """Ada's finding, measured, in a store; and the page of Grace, who looks at it."""
    ada, grace = (xw.FindingStore(tmp_path / "both.sqlite", name) for name in ("Ada", "Grace"))
    with ada, grace:
        finding = make(findings=ada).findings.add((1, 1, 2, 2), label="mark", **SAID)
        until(lambda: ada.get(finding.id).effect)
        ada.record_effect(finding.id, 1, EFFECT)
        acts = Acts(Page(widget := make(findings=grace)))
        acts.widget = widget
        yield ada, ada.get(finding.id), acts


def heard(acts):
    """Return all that a page has heard of findings, as text."""
    acts.page.pump()
    return json.dumps([content for content, _ in acts.page.messages])


def tells(text):
    return [
        word for word in ("spurious", "artifact", "stock mark", "0.625", "0.4375") if word in text
    ]


def test_it_is_withheld_from_the_list_and_told_with_ones_own_review(two):
    _, finding, acts = two
    (listed,) = acts.do("findings")["findings"]
    assert (listed["withheld"], listed["label"], listed["author"]) == (True, "mark", "Ada")
    assert listed["region"] == finding.region.describe()
    assert tells(heard(acts)) == []
    reply = acts.do("review", finding=finding.id, verdict="core", act="1")
    assert reply["finding"] == {**finding.describe(), "withheld": False}
    assert acts.do("findings")["findings"] == [reply["finding"]]


def test_what_was_withheld_stays_where_the_finding_is_moved(two):
    ada, finding, acts = two
    (listed,) = acts.do("findings")["findings"]
    kept = acts.put({**listed, "region": MOVED, "label": "logo"}, base=1)
    assert (kept["clash"], kept["finding"]["withheld"]) == (None, True)
    until(lambda: ada.get(finding.id).effect)  # measured anew
    clash = acts.put({**listed, "label": "late"}, base=1)["clash"]
    assert (clash["version"], clash["withheld"]) == (2, True)
    assert tells(heard(acts)) == []
    assert acts.pushes("effect") == []
    moved = ada.get(finding.id)
    assert (moved.region.describe(), moved.label, moved.author) == (MOVED, "logo", "Ada")
    assert {name: getattr(moved, name) for name in SAID} == SAID
    acts.do("review", finding=finding.id, verdict="core", act="1")
    late = acts.put({**kept["finding"], "label": "late"}, base=2)["finding"]  # sent before
    assert {name: late[name] for name in SAID} == SAID


def test_what_others_do_meanwhile_is_withheld_as_well(two):
    ada, finding, acts = two
    acts.do("findings")
    ada.edit(finding.id, label="logo")
    ada.record_effect(finding.id, 2, EFFECT)
    acts.widget._parts.annotating._look()
    acts.page.until(lambda page: acts.pushes("finding"))
    (push,) = acts.pushes("finding")
    assert (push["finding"]["version"], push["finding"]["withheld"]) == (2, True)
    assert tells(heard(acts)) == []


def test_where_the_store_is_busy_the_page_is_told_what_is_known_to_be_its_own(two, monkeypatch):
    ada, finding, acts = two
    other = ada.add(replace(finding, id=str(uuid.uuid4()), version=1))
    acts.do("review", finding=finding.id, verdict="core", act="1")
    grace = acts.widget._parts.annotating._keeper.store
    monkeypatch.setattr(grace, "reviews", Mock(side_effect=StoreBusy("locked")))
    changed = ada.edit(finding.id, label="logo")
    for each in (changed, other):
        acts.widget.findings.tell(each, "store")
    told = {push["finding"]["id"]: push["finding"]["withheld"] for push in acts.pushes("finding")}
    assert told == {finding.id: False, other.id: True}
    acts.widget.findings.measured(changed, replace(EFFECT, share=0.5))
    assert [push["id"] for push in acts.pushes("effect")] == [finding.id]


def test_a_review_has_the_finding_as_it_is_then(two, monkeypatch):
    ada, finding, acts = two
    review = acts.widget.findings.review

    def change_first(*args, **by):
        ada.edit(finding.id, label="logo")
        return review(*args, **by)

    monkeypatch.setattr(acts.widget.findings, "review", change_first)
    reply = acts.do("review", finding=finding.id, verdict="core", act="1")
    assert (reply["finding"]["version"], reply["finding"]["label"]) == (2, "logo")


def test_ones_own_and_those_of_a_store_that_is_not_blind_are_whole(make, two, tmp_path):
    _, finding, acts = two
    own = acts.put(record(**SAID))["finding"]
    assert own["withheld"] is False
    assert {name: own[name] for name in SAID} == SAID
    with xw.FindingStore(tmp_path / "both.sqlite", "Grace", blind=False) as store:
        told = Acts(Page(make(findings=store))).do("findings")["findings"]
    assert told[0] == {**finding.describe(), "withheld": False}


def test_files_and_pages_tell_it_once_ones_own_verdict_is_given(two, tmp_path):
    _, finding, acts = two
    widget = acts.widget
    widget.wait()

    def made():
        page = widget.export_html(tmp_path / "page.html").read_text("utf-8")
        told, (data,) = acts.answer(acts.ask("write_findings", format="xwidget"))
        content = json.loads(page.split('id="xwidget-data">')[1].split("</script>")[0])
        held = [content["findings"], content["traits"]["_findings"]["labels"]]
        return json.dumps(held), json.loads(bytes(data)), told["notes"]

    page, file, notes = made()
    assert finding.id in page
    assert tells(page) == []
    assert file["findings"] == []
    assert notes[-1].startswith("1 finding is left out")
    acts.do("review", finding=finding.id, verdict="core", act="1")
    page, file, notes = made()
    assert len(tells(page)) == 5
    assert [each["verdict"] for each in file["findings"]] == ["spurious"]
    assert not any("left out" in note for note in notes)


def test_the_preview_of_a_file_tells_no_more_and_what_is_taken_is_whole(two, make, tmp_path):
    ada, finding, acts = two
    file = ada.export().data
    (row,) = acts.do("read_findings", name="first.json", buffer=file)["rows"]
    assert (row["here"], row["finding"]["withheld"]) == ("same", True)
    with xw.FindingStore(tmp_path / "grace.sqlite", "Grace") as own:
        other = Acts(Page(make(findings=own)))
        (row,) = other.do("read_findings", name="first.json", buffer=file)["rows"]
        taken = row["finding"]
        assert (taken["withheld"], taken["label"], taken["author"]) == (True, "mark", "Ada")
        assert tells(json.dumps(row)) == []
        kept = other.put({**taken, "label": "logo"}, base=0, imported=True)
        assert kept["finding"]["withheld"] is True
        assert tells(heard(other)) == []
        assert {name: getattr(own.get(finding.id), name) for name in SAID} == SAID
        assert own.get(finding.id).effect == EFFECT
        own.remove(finding.id)
        (row,) = other.do("read_findings", name="first.json", buffer=file)["rows"]
        assert (row["here"], row["base"]) == ("deleted", 2)
        other.put({**row["finding"], "deleted": False}, base=2)
        assert {name: getattr(own.get(finding.id), name) for name in SAID} == SAID
    other = Acts(Page(make(findings=False)))
    lost = other.put({**taken}, base=0, imported=True)  # of a kernel before this one
    assert (lost["type"], lost["final"]) == ("failed", True)
    assert "load the file again" in lost["message"]
    assert tells(heard(acts)) == []


def test_a_later_word_of_another_in_a_file_waits_for_ones_own(two, make, tmp_path):
    ada, finding, _ = two
    with xw.FindingStore(tmp_path / "grace.sqlite", "Grace") as own:
        own.load(ada.export().data)
        ada.edit(finding.id, verdict="unsure")
        acts = Acts(Page(make(findings=own)))
        (row,) = acts.do("read_findings", name="a.json", buffer=ada.export().data)["rows"]
        assert (row["here"], row["finding"]) == ("earlier", None)
        assert "give your verdict on it first" in row["reason"]
        acts.do("review", finding=finding.id, verdict="core", act="1")
        (row,) = acts.do("read_findings", name="a.json", buffer=ada.export().data)["rows"]
        assert (row["reason"], row["finding"]["verdict"]) == ("", "unsure")


def test_why_a_finding_has_no_effect_is_told_with_ones_own_review(two):
    ada, finding, acts = two
    trained = replace(finding.seen, weights="of a net before a training")
    left = replace(finding, id=str(uuid.uuid4()), effect=None, seen=trained)
    ada.put(left, 0, "left")
    acts.do("findings")
    acts.widget._parts.annotating._measuring.wait(SAFETY)
    assert acts.pushes("effect") == []
    acts.do("review", finding=left.id, verdict="core", act="1")
    acts.page.until(lambda page: acts.pushes("effect"))
    (push,) = acts.pushes("effect")
    assert (push["id"], push["effect"]) == (left.id, None)
    assert "before a training" in push["reason"]
