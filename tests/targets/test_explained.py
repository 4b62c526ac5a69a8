"""Contrasts and scores explained: what is found, what is said of it, and what a file keeps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

import xwidget as xw
from tests.targets.nets import NAMES, SIZE, classifier, photo
from xwidget.engine.similarity import SIMILARITIES, similar

QUICK = {"iterations": 4, "progress": False}


class Colors(nn.Module):
    """Mean color differences, as logits: no nonlinearity, save one that changes nothing."""

    def forward(self, x):
        means = torch.relu(x + 9).mean((2, 3)) - 9
        return 12 * torch.cat([means, means.mean(1, keepdim=True)], 1)


def colors(**options) -> xw.Classifier:
    return xw.Classifier(Colors(), size=SIZE, mean=0.5, std=0.5, categories=NAMES, **options)


def two_colors() -> np.ndarray:
    """Return a picture that is red on the left and blue on the right, rather red."""
    found = np.full((SIZE, SIZE, 3), 0.5)
    found[:, :14] = [1, 0.5, 0.5]
    found[:, 14:] = [0.5, 0.5, 1]
    return found


@pytest.mark.parametrize("name", SIMILARITIES)
def test_phi_of_extra_targets_is_that_of_their_score(name: str) -> None:
    clf = classifier().extended(
        [("red", "blue"), lambda z: z[:, 1].sigmoid(), xw.Score(lambda z: z[:, 1], log_odds=True)]
    )
    x = clf.prepare(photo()).repeat(4, 1, 1, 1)
    logits = clf.logits(clf.twin(), x)
    z = logits[0]
    found = similar(name, clf, logits, torch.tensor([4, 5, 6, 1]))
    pair = torch.stack([z[0], z[2]])[None]  # a contrast is a net of two classes
    zero = torch.tensor([0])
    if name != "logit":
        torch.testing.assert_close(found[:1], SIMILARITIES[name](pair, zero, "softmax"))
    else:
        torch.testing.assert_close(found[0], z[2] - z[0])
    torch.testing.assert_close(found[1], found[2], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(found[2:3], SIMILARITIES[name](z[None, 1:2], zero, "sigmoid"))
    own = SIMILARITIES[name](z[None, :4], torch.tensor([1]), "softmax")
    torch.testing.assert_close(found[3:], own)


def test_a_contrast_shows_what_speaks_for_one_class_and_not_the_other() -> None:
    ex = xw.explain(
        colors(), two_colors(), [("red", "blue"), ("blue", "red")], iterations=30, progress=False
    )
    assert ex.targets == (4, 5)
    assert ex.names == ("red rather than blue", "blue rather than red")
    shown = ex.masks.mean(1)
    left, right = shown[:, :, :12].mean((1, 2)), shown[:, :, 15:].mean((1, 2))
    assert left[0] > right[0]
    assert right[1] > left[1]
    assert ex.scores[1] > ex.image_scores[1]


def test_a_contrast_is_told_with_both_classes_and_from_a_draw() -> None:
    ex = xw.explain(colors(), two_colors(), [("red", "blue")], iterations=8, progress=False)
    items = {item.name: item for item in ex.checks[0]}
    assert "the network rates red over blue: 0." in items["contrast"].words
    assert items["contrast"].details["first"] > items["contrast"].details["second"]
    # An empty picture is a draw, which says nothing for red.
    assert items["reference alone"].details["score"] == pytest.approx(0.5, abs=0.01)
    assert items["reference alone"].value == pytest.approx(0, abs=0.05)
    assert "red rather than blue" in ex.says()
    about = ex.diagnostics["targets"]["4"]
    assert about["contrast"] == [0, 2]
    assert about["names"] == ["red", "blue"]
    assert about["image_scores"][0] > about["image_scores"][1]


def test_a_score_is_told_by_its_name_and_not_as_a_class() -> None:
    red = xw.Score(lambda z: z[:, 0], name="how red it is", log_odds=True)
    ex = xw.explain(colors(), two_colors(), red, iterations=8, progress=False)
    assert ex.names == ("how red it is",)
    assert "“how red it is”" in ex.says() or "scores how red it is" in ex.says()
    assert "say how red" not in " ".join([ex.says(), *(item.words for item in ex.checks[0])])
    stopped = replace(ex, checks=(), scores=np.array([0.9]), image_scores=np.array([0.9]))
    assert stopped.says() == "This alone brings “how red it is” up: 0.90 (photo 0.90)."


def test_targets_of_all_kinds_run_in_one_batch_as_they_do_alone() -> None:
    clf = classifier()
    first = xw.Score(lambda z: z[:, 0].sigmoid(), name="first")
    asked = ["red", ("red", "blue"), first]
    together = xw.explain(clf, photo(), asked, plan="plain", **QUICK)
    assert together.targets == (0, 4, 5)
    for k, target in enumerate(asked):
        alone = xw.explain(clf, photo(), [target], plan="plain", **QUICK)
        np.testing.assert_allclose(alone.masks[0], together.masks[k], atol=1e-3)


def test_a_saved_file_loads_without_the_function(tmp_path) -> None:
    ex = xw.explain(classifier(), photo(), [("red", "blue"), lambda z: z[:, 0].sigmoid()], **QUICK)
    ex.save(tmp_path / "a.xwidget")
    again = xw.Explanation.load(tmp_path / "a.xwidget")
    assert again.names == ex.names == ("red rather than blue", "score")
    assert [again.says(name) for name in again.names] == [ex.says(name) for name in ex.names]
    assert again.diagnostics["targets"] == ex.diagnostics["targets"]


def test_a_witness_of_a_contrast_knows_both_names_in_its_own_order() -> None:
    other = xw.Classifier(Colors(), size=16, categories=NAMES[::-1], name="other")
    ex = xw.explain(classifier(), photo(), [("red", "blue")], witness=other, **QUICK)
    assert {item.name: item for item in ex.checks[0]}["witness"].words.startswith("Another network")
    less = xw.Classifier(Colors(), size=16, categories=["red", "a", "b", "c"])
    with pytest.raises(ValueError, match="has no class named 'blue'"):
        xw.explain(classifier(), photo(), [("red", "blue")], witness=less, **QUICK)


def test_a_witness_of_a_score_is_asked_where_it_has_the_same() -> None:
    score = xw.Score(lambda z: z[:, 0].sigmoid(), name="first")
    other = colors(name="other")
    ex = xw.explain(classifier(), photo(), score, witness=other, **QUICK)
    told = {item.name: item for item in ex.checks[0]}["witness"]
    assert told.passed is None
    assert "has no score 'first'" in told.words
    ex = xw.explain(classifier(), photo(), score, witness=other.extended(score), **QUICK)
    told = {item.name: item for item in ex.checks[0]}["witness"]
    assert told.value is not None or "does not see" in told.words


def test_the_control_is_none_of_the_two_classes_of_a_contrast() -> None:
    clf = classifier()
    least = min(range(4), key=lambda index: clf.classify(clf.prepare(photo()))[index])
    ex = xw.explain(clf, photo(), [(least, (least + 1) % 4)], **QUICK)
    control = {item.name: item for item in ex.checks[0]}["control"]
    assert control.details["class"] not in (least, (least + 1) % 4)
    assert control.details["class"] < 4


def test_the_activations_of_a_score_are_not_the_nets() -> None:
    clf = classifier()
    plain = xw.explain(clf, photo(), ["red"], **QUICK).diagnostics["nonlinearities"]

    def clipped(z):
        return torch.relu(z[:, 0].sigmoid()).clamp(0, 1)

    assert xw.explain(clf, photo(), clipped, **QUICK).diagnostics["nonlinearities"] == plain


def test_a_score_that_was_brought_up_is_no_answer_of_nothing(tmp_path) -> None:
    red = xw.Score(lambda z: z[:, 0], name="how red it is", log_odds=True)
    ex = xw.explain(colors(), two_colors(), red, iterations=8, progress=False)
    assert ex.checks[0].says == ""
    assert ex.says().startswith("This alone brings “how red it is” up: 1.00")
    page = ex.export_html(tmp_path / "page.html").read_text("utf-8")
    assert "nothing found" not in page
    assert "This alone brings “how red it is” up" in page
