"""What a finding was seen on, as the kernel fills it in; and the effect that is measured there."""

import threading
import uuid
from dataclasses import replace

import numpy as np
import pytest
import torch

import xwidget as xw
from tests.inspector.acts import Acts, record
from tests.inspector.fakes import SAFETY, SIDE, Page, classifier, inspector_class, until
from xwidget.findings.finding import read
from xwidget.findings.opening import FILE
from xwidget.net.fingerprint import fingerprint

PICTURE = np.full((SIDE, SIDE, 3), 200, np.uint8)


# Seen on.


def test_a_finding_is_kept_with_what_it_was_seen_on(acts, tmp_path):
    kept = acts.put(
        record(label="猫 é", reason="<img src=x onerror=alert(1)>"), target=1, iteration=3
    )
    assert (kept["durable"], kept["clash"], kept["reason"]) == (True, None, "")
    found = read(kept["finding"])
    assert (found.version, found.label) == (1, "猫 é")
    seen = found.seen
    assert (seen.target, seen.class_name, seen.iteration) == (1, "banjo", 3)
    assert (seen.game, seen.defense) == ("generation", "directional")
    assert seen.score == pytest.approx(3 / 1000)
    assert seen.image_score == pytest.approx(float(acts.widget._panel.subject.scores[1]))
    assert seen.geometry is not None
    assert seen.version == xw.__version__
    with xw.FindingStore(tmp_path / FILE) as store:
        assert [each.id for each in store.list()] == [found.id]
        png, geometry = store.input(seen.digest, seen.preprocessing)
        assert png.startswith(b"\x89PNG")
        assert geometry == seen.geometry


def test_a_change_keeps_what_the_finding_was_seen_on(acts):
    first = acts.put(target=2, iteration=1)["finding"]
    second = acts.put({**first, "verdict": "unsure", "seen": {}}, base=1, target=0, iteration=5)
    assert second["finding"]["version"] == 2
    assert second["finding"]["seen"] == first["seen"]


def test_a_finding_that_comes_late_keeps_the_mask_that_the_page_saw(acts):
    seen = acts.put(target=1, iteration=3)["finding"]["seen"]
    same = acts.put(record(seen={**seen, "checks": "said"}), target=1, iteration=3)
    assert same["finding"]["seen"] == seen
    before = {
        "game": "deletion",
        "defense": "none",
        "iteration": 300,
        "score": 0.25,
        "checks": "faithful",
    }
    for other in (before, {"score": 0.75}, {"iteration": None, "score": None}):
        said = {**seen, **other, "class_name": "made up"}
        late = acts.put(record(seen=said), target=1, iteration=3)["finding"]["seen"]
        assert late == {**seen, **other}
    late = acts.put(record(seen={**seen, "defense": "auto", "score": 0.75}))["finding"]["seen"]
    assert late["defense"] == seen["defense"]


def test_a_finding_that_was_made_on_another_net_keeps_its_name(acts):
    base = acts.page.state["_findings"]["base"]
    said = {**base, "model": "other", "weights": "0" * 64, "target": 77, "class_name": "cat"}
    kept = acts.put(record(seen=said), target=77)["finding"]["seen"]
    names = ("model", "weights", "target", "class_name")
    assert [kept[name] for name in names] == ["other", "0" * 64, 77, "cat"]


def test_a_finding_of_another_image_is_refused(acts):
    answer = acts.put(record(seen={"digest": "0" * 64}))
    assert (answer["type"], answer["final"]) == ("failed", True)
    assert "another image" in answer["message"]


def test_what_waits_in_a_page_is_of_one_preprocessing(acts):
    seeing = acts.widget._parts.annotating._seeing
    assert seeing.place in acts.page.state["_findings"]["scope"]
    place, seeing.frame = seeing.place, (SIDE, 2 * SIDE)
    assert seeing.place != place


def test_a_page_is_told_of_new_weights(acts):
    before = acts.page.state["_findings"]["base"]["weights"]
    with torch.no_grad():
        acts.widget._panel.subject.clf.net[2].weight.mul_(0.5)
    acts.widget.run_more(1)
    acts.page.until(lambda page: page.state["_findings"]["base"]["weights"] != before)


def test_before_the_first_step_of_a_class_there_is_no_score(acts, monkeypatch):
    seeing, main = acts.widget._parts.annotating._seeing, acts.widget._panel.runs.main
    track = main.history.track(1)
    monkeypatch.setattr(type(track), "scores", ())
    with acts.widget._panel.lock:
        seen = seeing.mask(1, 3)
    assert (seen.class_name, seen.iteration, seen.score) == ("banjo", None, None)


def test_an_imported_finding_keeps_what_the_file_says(acts):
    base = acts.page.state["_findings"]["base"]
    seen = {**base, "model": "another net", "class_name": "cat"}
    kept = acts.put(record(seen=seen, author="Ada"), imported=True)["finding"]
    assert (kept["seen"]["model"], kept["author"]) == ("another net", "Ada")
    assert acts.pushes("effect") == []  # of another's finding, before it is judged
    acts.do("review", finding=kept["id"])
    effects = acts.page.until(lambda page: acts.pushes("effect")) and acts.pushes("effect")
    assert effects[0]["effect"] is None
    assert effects[0]["reason"]


# Measured.


def test_waiting_ends_once_all_are_measured(acts):
    findings = acts.widget.findings
    for x in range(3):
        findings.add((x, 0, 2, 2))
    assert findings.wait(SAFETY)
    assert [each.effect is not None for each in findings] == [True] * 3


def test_waiting_measures_what_an_earlier_session_left(make, tmp_path):
    with xw.FindingStore(tmp_path / "one.sqlite") as store:
        first = make(findings=store)
        left = first.findings.add((1, 1, 2, 2))
        first.findings.wait(SAFETY)
        old = replace(first.findings[left.id], id=str(uuid.uuid4()), effect=None)
        store.put(old, 0, "left")
        findings = make(findings=store).findings
        assert findings.wait(SAFETY)
        assert findings[old.id].effect is not None


def test_waiting_inside_an_observer_is_refused(acts):
    findings, refused = acts.widget.findings, []

    def observe(change):
        with pytest.raises(RuntimeError, match="inside an observer"):
            findings.wait()
        refused.append(change.what)

    findings.observe(observe)
    findings.add((1, 1, 2, 2))
    until(lambda: "measured" in refused)
    with acts.widget._panel.lock, pytest.raises(RuntimeError, match="inside an observer"):
        findings.wait()
    with pytest.raises(TypeError, match="number of seconds"):
        findings.wait("long")
    assert findings.wait(SAFETY)


def test_a_finding_is_measured_and_its_effect_kept(acts, tmp_path):
    kept = acts.put(target=0)["finding"]
    acts.page.until(lambda page: acts.pushes("effect"))
    (push,) = acts.pushes("effect")
    assert (push["id"], push["version"], push["reason"]) == (kept["id"], 1, "")
    assert push["effect"]["area"] == pytest.approx(4 / SIDE**2)
    assert 0 <= push["effect"]["without"] <= 1
    found = acts.do("findings")["findings"]
    assert found[0]["effect"] == push["effect"]


def test_the_same_region_of_the_same_class_is_not_measured_again(acts, monkeypatch):
    kept = acts.put(target=0)["finding"]
    acts.page.until(lambda page: acts.pushes("effect"))
    monkeypatch.setattr(acts.widget._parts.annotating._measuring, "_effect", lambda finding: 1 / 0)
    again = acts.put({**kept, "verdict": "unsure"}, base=1)["finding"]
    assert again["effect"] is not None
    assert acts.widget._parts.line.wait(SAFETY)
    assert len(acts.pushes("effect")) == 1


def test_after_the_weights_changed_it_says_so(acts):
    kept = acts.widget.findings.add((1, 1, 2, 2))
    acts.page.until(lambda page: acts.pushes("effect"))
    with torch.no_grad():
        acts.widget._panel.subject.clf.net[2].weight.mul_(0.5)
    acts.widget.findings.edit(kept.id, region=(0, 0, 3, 3))
    acts.page.until(lambda page: len(acts.pushes("effect")) == 2)
    last = acts.pushes("effect")[-1]
    assert last["effect"] is None
    assert "before a training" in last["reason"]


def test_closing_ends_the_measuring(acts):
    for _ in range(20):
        acts.widget.findings.add((1, 1, 2, 2))
    acts.widget.close()
    until(lambda: not [t for t in threading.enumerate() if t.name == "xwidget-effects"])


def trained(widget):
    """Train the net of a widget; return its weights before and after, by their fingerprints."""
    clf = widget._panel.subject.clf
    before = fingerprint(clf.net)
    with torch.no_grad():
        clf.net[2].weight.mul_(0.5)
    return before, fingerprint(clf.net)


def test_evidence_from_before_a_training_names_the_net_that_it_is_of(acts):
    findings = acts.widget.findings
    first = findings.add((1, 1, 2, 2), target=0)
    assert findings.wait(SAFETY)
    before, now = trained(acts.widget)
    old = findings.add((1, 1, 2, 2), target=0)
    by_page = acts.put(
        record(seen={**first.seen.describe(), "weights": now}), target=0, iteration=5
    )
    for seen in (old.seen, read(by_page["finding"]).seen):
        names = ("weights", "score", "image_score", "iteration", "game", "checks")
        assert [getattr(seen, name) for name in names] == [
            getattr(first.seen, name) for name in names
        ]
    assert first.seen.weights == before
    assert findings.wait(SAFETY)
    assert findings[old.id].effect is None
    acts.page.until(lambda page: acts.pushes("effect")[-1]["reason"])
    new = findings.add((1, 1, 2, 2), target=5)  # not explained: of the net as it is
    assert (new.seen.weights, new.seen.score) == (now, None)
    assert new.seen.image_score == pytest.approx(float(acts.widget._panel.subject.scores[5]))
    assert findings.wait(SAFETY)
    assert findings[new.id].effect.share is None


def test_the_net_of_a_run_that_nobody_named_in_time_is_no_other(acts, monkeypatch):
    assert acts.widget._parts.line.wait(SAFETY)  # which names it
    main = acts.widget._panel.runs.main
    monkeypatch.setattr(main.weights, "_name", None)
    _, now = trained(acts.widget)
    seen = acts.widget.findings.add((1, 1, 2, 2), target=0).seen
    assert (seen.weights, seen.score, seen.iteration) == (now, None, None)
    assert acts.widget.findings.wait(SAFETY)
    (found,) = acts.widget.findings
    assert found.effect.share is None  # the mask is of the other


@pytest.mark.parametrize("other", ["net", "preprocessing"])
def test_an_effect_that_another_net_has_measured_is_kept_and_not_shown_as_ones_own(
    make, engine, other, tmp_path
):
    with xw.FindingStore(tmp_path / "both.sqlite", "Ada") as store:
        first = make(findings=store)
        finding = first.findings.add((1, 1, 2, 2), "core")
        assert first.findings.wait(SAFETY)
        measured = store.get(finding.id).effect
        clf = classifier()
        if other == "net":
            clf.net[2].weight.data.mul_(0.5)
            clf.name = "other"
        else:
            clf = xw.Classifier(clf.net, size=SIDE, mean=[0.4] * 3, std=[0.5] * 3, name="tiny")
        second = inspector_class(engine)(clf, PICTURE, 3, iterations=2, findings=store)
        acts = Acts(Page(second).hello())
        assert acts.do("findings")["findings"][0]["effect"] is None
        acts.page.until(lambda page: acts.pushes("effect"))
        push = acts.pushes("effect")[-1]
        assert push["effect"] is None
        assert ("other" if other == "net" else "preprocessing") in push["reason"]
        moved = acts.put({**finding.describe(), "label": "logo"}, base=1)["finding"]
        assert (moved["version"], moved["effect"]) == (2, None)
        assert second.findings.wait(SAFETY)
        assert store.get(finding.id).effect == measured is not None
        second.close()


def test_of_one_that_is_listed_the_share_is_measured_once_there_is_evidence(acts, tmp_path):
    kept = acts.put(target=0)["finding"]
    findings = acts.widget.findings
    findings.wait(SAFETY)
    whole = findings[kept["id"]]
    with xw.FindingStore(tmp_path / FILE) as store:  # as from a session without a run
        store.record_effect(whole.id, 1, replace(whole.effect, share=None))
    acts.do("findings")
    annotating = acts.widget._parts.annotating
    with acts.widget._panel.lock:
        annotating._measuring.again()
    findings.wait(SAFETY)
    assert findings[whole.id].effect.share == whole.effect.share is not None
