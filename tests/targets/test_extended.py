"""Outputs beyond the classes: contrasts and scores as columns of a classifier."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import xwidget as xw
from tests.targets.nets import NAMES, SIZE, body, classifier, photo


def test_a_contrast_scores_the_log_odds_between_two_classes() -> None:
    clf = classifier()
    x = clf.prepare(photo())
    logits = clf.logits(clf.twin(), x[None])[0]
    more = clf.extended([("red", 2)])
    assert more.categories == (*NAMES, "red rather than blue")
    assert (more.classes, more.index(("red", "blue")), clf.classes) == (4, 4, 4)
    scores = more.classify(x)
    torch.testing.assert_close(scores[4], (logits[0] - logits[2]).sigmoid())
    # So it is their share of both.
    torch.testing.assert_close(scores[4], scores[0] / (scores[0] + scores[2]))
    assert torch.equal(scores[:4], clf.classify(x))
    assert [index for index, *_ in more.predict(photo())] == [i for i, *_ in clf.predict(photo())]


@pytest.mark.parametrize("activation", ["softmax", "sigmoid", "none"])
def test_the_opposite_contrast_is_the_rest_whatever_the_activation(activation: str) -> None:
    net = body(4, nn.Sigmoid()) if activation == "none" else body(4)
    clf = xw.Classifier(net, size=SIZE, activation=activation)
    more = clf.extended([(0, 3), (3, 0)])
    assert float(more.classify(more.prepare(photo()))[4:].sum()) == pytest.approx(1, abs=1e-5)


def test_only_a_tuple_in_a_list_is_a_contrast() -> None:
    clf = classifier()
    assert clf.aimed(("red", "blue")) == (clf, ("red", "blue"))
    assert clf.indices(("red", "blue")) == (0, 2)
    more, targets = clf.aimed(["green", ("red", "blue"), 3, ("blue", "red")])
    assert targets == ["green", 4, 3, 5]
    assert more.indices(targets) == (1, 4, 3, 5)


def test_targets_that_are_there_already_keep_their_place() -> None:
    def mean_of_all(outputs):
        return outputs.sigmoid().mean(1)

    clf = classifier().extended([("red", "blue")])
    more, targets = clf.aimed([mean_of_all, ("red", "blue"), xw.Score(mean_of_all)])
    assert targets == [5, 4, 5]
    assert more.categories[5] == "mean of all"
    assert more.extended([(0, 2), mean_of_all]) is more
    assert more.index(mean_of_all) == 5
    assert more.base is clf.base
    assert clf.base is not clf


def test_scores_and_log_odds_are_mapped_as_said() -> None:
    clf = classifier()
    odds = xw.Score(lambda z: z[:, 0], name="odds", log_odds=True)
    more = clf.extended([odds, lambda z: z[:, 0].sigmoid()])
    found = more.classify(more.prepare(photo()))
    torch.testing.assert_close(found[4], found[5])
    assert more.categories[4:] == ("odds", "score")


def test_a_net_without_classes_has_none() -> None:
    clf = xw.Classifier(nn.Conv2d(3, 5, 1), size=8)
    more = clf.extended(lambda maps: maps.sigmoid().mean((1, 2, 3)))
    assert (more.classes, more.categories) == (0, ("score",))
    assert more.select(None, more.prepare(photo())) == (0,)
    with pytest.raises(ValueError, match="has no classes"):
        more.predict(photo())


def test_a_net_with_named_classes_keeps_them_beside_a_score() -> None:
    def first(outputs):
        return outputs[:, 0].sigmoid()

    assert classifier().extended(first).classes == 4
    assert classifier(categories=None).extended(first).classes == 0
    assert classifier(categories=None).extended([first], classes=True).classes == 4
    # Names alone are not enough: here they are those of maps.
    maps = xw.Classifier(nn.Conv2d(3, 4, 1), size=8, categories=NAMES)
    assert maps.extended(lambda out: out[:, 0].mean((1, 2)).sigmoid()).classes == 0


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        ([("red",)], "has 1 parts; a contrast is a tuple of two"),
        ([("red", "red")], "with itself"),
        ([["red", "blue"]], r"a contrast of two classes is a tuple"),
        ([("red", "purple")], "there is no class 'purple'"),
        ([int], "function"),
    ],
)
def test_what_is_no_target_is_refused_in_words(targets: list, words: str) -> None:
    with pytest.raises((ValueError, TypeError), match=words):
        xw.explain(classifier(), photo(), targets=targets, progress=False)


def test_an_index_beyond_the_classes_tells_where_it_may_come_from() -> None:
    with pytest.raises(ValueError, match=r"output of .*extended|outputs of clf.extended"):
        classifier().index(4)
    with pytest.raises(ValueError, match="no output for 'red rather than blue'"):
        classifier().index(("red", "blue"))


@pytest.mark.parametrize(
    ("fn", "words"),
    [
        (lambda z: z, r"returned a tensor \(1, 4\) for 1 picture; expected .* \(1,\)"),
        (lambda z: z[:, 0].item(), "returned a float for 1 picture"),
        (lambda z: z.out, r"failed \(.*was given what tiny returned for 1 picture: a tensor"),
        (lambda z: z.argmax(1), "int64 numbers"),
        (lambda z: z[:, 0] * torch.nan, "NaN or infinite"),
        (lambda z: z[:, 0] * 0 + 7, r"spans 7 to 7, but a score is in \[0,1\].*log_odds=True"),
        (lambda z: z[:, 0].sigmoid().detach(), "no gradient leads from the score 'mine' back"),
    ],
)
def test_a_score_that_is_none_is_refused_in_words(fn, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        xw.explain(classifier(), photo(), [xw.Score(fn, name="mine")], progress=False, iterations=2)


def test_a_subject_of_the_classifier_serves_its_extension() -> None:
    clf = classifier()
    subject = xw.Subject(clf, photo())
    more = clf.extended([("red", "blue")])
    other = xw.Subject.of(more, subject)
    assert other.clf is more
    assert torch.equal(other.x, subject.x)
    assert len(other.scores) == len(subject.scores) + 1
    assert subject.clf is clf


def test_a_part_of_a_name_is_looked_for_among_the_classes_first() -> None:
    clf = classifier(categories=["tiger cat", "Egyptian cat", "dog", "lynx"])
    more = clf.extended([("Egyptian cat", "dog"), xw.Score(lambda z: z[:, 0], name="dog share")])
    assert more.index("Egyptian") == more.index("egyptian cat") == 1
    assert more.index("dog") == 2
    assert more.index("rather than") == 4
    assert more.index("share") == 5
    with pytest.raises(ValueError, match="fits 2 classes"):
        more.index("cat")


def test_an_extended_classifier_says_what_it_has_beyond_its_classes() -> None:
    more = classifier().extended([("red", "blue")])
    assert "4 classes and 'red rather than blue'" in repr(more)
    alone = classifier().extended([lambda z: z[:, 0].sigmoid()], classes=False)
    assert "classes" not in repr(alone)
    assert ", 'score', " in repr(alone)
