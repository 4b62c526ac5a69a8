"""Contrasts and scores in the panel: kernel side, and what a page is told of them."""

from __future__ import annotations

import numpy as np
import pytest

import xwidget as xw
from tests.targets.nets import NAMES, SIZE, body, classifier, photo
from xwidget.findings.region import Box

QUICK = {"iterations": 2, "findings": False}


def first(outputs):
    return outputs[:, 0].sigmoid()


@pytest.fixture
def inspect():
    made = []

    def make(*args, **options):
        made.append(xw.Inspector(*args, **{**QUICK, **options}))
        return made[-1]

    yield make
    for widget in made:
        widget.close()


def test_a_contrast_alone_stands_in_the_list_with_both_scores(inspect) -> None:
    clf = classifier()
    widget = inspect(clf, photo(), [("red", "blue")])
    assert widget.wait(30)
    scores = clf.classify(clf.prepare(photo()))
    (entry,) = widget._classes
    assert entry["name"] == "red rather than blue"
    assert [name for name, _ in entry["contrast"]] == ["red", "blue"]
    assert [score for _, score in entry["contrast"]] == pytest.approx(
        [float(scores[0]), float(scores[2])], abs=1e-4
    )
    assert widget.explanation.names == ("red rather than blue",)
    assert widget.target == 4


def test_contrasts_and_scores_are_added_while_others_are_explained(inspect) -> None:
    subject = xw.Subject(classifier(), photo())
    other = xw.Classifier(body(4), size=SIZE, categories=NAMES[::-1], name="other")
    widget = inspect(subject, targets=1, witness=other)
    assert widget.wait(30)
    widget.add(("red", "blue"))
    widget.add(xw.Score(first, name="first"))
    widget.add(("red", "blue"))
    assert widget.wait(30)
    assert widget.explanation.names[1:] == ("red rather than blue", "first")
    assert [entry.get("scored") for entry in widget._classes if entry["name"] == "first"] == [True]
    witnessed = [{i.name: i for i in checks}["witness"] for checks in widget.explanation.checks]
    assert witnessed[1].words.startswith("Another network, other")
    assert "has no score 'first'" in witnessed[2].words
    assert subject.clf.extras.names == ()  # the subject that was given is as it was


def test_an_added_score_that_is_none_leaves_the_panel_as_it_was(inspect) -> None:
    widget = inspect(classifier(), photo(), targets=1)
    assert widget.wait(30)
    with pytest.raises(ValueError, match="returned a tensor"):
        widget.add(lambda outputs: outputs)
    widget.add("red")
    assert widget.wait(30)
    assert "red" in widget.explanation.names


def test_masks_findings_and_pictures_know_the_added_contrast(inspect) -> None:
    widget = inspect(classifier(), photo(), targets=1)
    assert widget.wait(30)
    widget.add(("red", "blue"))
    assert widget.wait(30)
    tested = widget.test(np.ones((SIZE, SIZE)))
    image = widget.explanation.image_scores[1]
    assert tested.scores["red rather than blue"] == pytest.approx(image, abs=1e-3)
    assert {name for _, name, _ in tested.top} <= set(NAMES)
    assert widget.to_pil("red rather than blue").size == (SIZE, SIZE)
    finding = widget.findings.add(Box(2, 2, 9, 9), "core")
    assert finding.seen.class_name == "red rather than blue"
    assert widget.findings.wait(30)
    assert widget.findings.list()[0].effect.image == pytest.approx(image, abs=1e-3)


def test_a_page_without_a_kernel_has_both_scores_too(tmp_path) -> None:
    ex = xw.explain(
        classifier(),
        photo(),
        [("red", "blue"), xw.Score(first, name="<b>first</b>")],
        iterations=1,
        progress=False,
    )
    ex.save(tmp_path / "a.xwidget")
    for each in (ex, xw.Explanation.load(tmp_path / "a.xwidget")):
        page = each.export_html(tmp_path / "page.html").read_text("utf-8")
        assert '"contrast":[["red",' in page.replace(" ", "")
        assert '"scored":true' in page.replace(" ", "")
        assert "<b>first" not in page


def test_an_edited_file_cannot_say_anything_of_a_contrast(tmp_path) -> None:
    from dataclasses import replace

    ex = xw.explain(classifier(), photo(), [("red", "blue")], iterations=1, progress=False)
    for entry in ({"contrast": [0, 1], "names": [1, {}], "image_scores": [0, 1]}, 3, {"score": 1}):
        odd = replace(ex, diagnostics={**ex.diagnostics, "targets": {"4": entry}})
        assert odd.beyond_classes == {}
        odd.export_html(tmp_path / "page.html")


def test_a_net_without_classes_is_inspected_by_its_score(inspect) -> None:
    from torch import nn

    clf = xw.Classifier(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), size=SIZE)
    share = xw.Score(lambda maps: maps.softmax(1)[:, 0].mean((1, 2)), name="share of 0")
    widget = inspect(clf, photo(), share)
    assert widget.wait(30)
    assert widget.explanation.names == ("share of 0",)
    assert widget.test(np.ones((SIZE, SIZE))).top[0][1] == "share of 0"
    with pytest.raises(ValueError, match=r"expected logits .*targets=fn"):
        xw.Inspector(clf, photo())


def test_a_gallery_shows_all_images_for_one_contrast() -> None:
    gallery = xw.Gallery(
        classifier(), [photo(1), photo(2)], [("red", "blue")], iterations=1, findings=False
    )
    try:
        assert gallery.wait(60)
        names = [ex.names for ex in gallery.explanations.values()]
        assert names == [("red rather than blue",)] * 2
    finally:
        gallery.close()


def test_another_model_beside_is_asked_for_the_same_contrasts(inspect) -> None:
    other = xw.Classifier(body(4), size=SIZE, categories=NAMES[::-1], name="other")
    widget = inspect([classifier(), other], photo(), [("red", "blue")])
    assert widget.wait(30)
    widget.add(("blue", "green"))
    assert widget.wait(30)
    (pane,) = widget._beside
    assert set(pane["targets"]) == {"4", "5"}
    assert "by itself" in pane["targets"]["5"]["note"]


def test_values_of_one_contrast_are_not_shown_as_those_of_another(inspect) -> None:
    widget = inspect(classifier(), photo(), [("red", "blue")])
    mine, other = (
        xw.attribute(classifier(), photo(), "gradcam", [contrast], progress=False)
        for contrast in (("red", "blue"), ("green", "gray"))
    )
    assert widget.add_attribution(mine) == "Grad-CAM"
    with pytest.raises(ValueError, match="is of 'green rather than gray', not of 'red rather"):
        widget.add_attribution(other)
    with pytest.raises(ValueError, match="class 'green rather than gray', index 4, but tiny has 4"):
        inspect(classifier(), photo()).add_attribution(other)
