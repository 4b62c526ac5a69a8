"""Metrics of contrasts and scores, on the net and on a witness."""

from __future__ import annotations

import numpy as np
import pytest

import xwidget as xw
from tests.targets.nets import NAMES, SIZE, body, classifier, photo
from xwidget import metrics


@pytest.fixture(scope="module")
def explained():
    subject = xw.Subject(classifier(), photo())
    return subject, xw.explain(subject, targets=[("red", "blue")], iterations=3, progress=False)


def test_a_contrast_is_measured_by_its_names_or_by_the_classifier_that_has_it(explained) -> None:
    subject, ex = explained
    found = metrics.insertion(subject, ex.attribution, ("red", "blue"), steps=2)
    assert found.scores[-1] == pytest.approx(float(ex.image_scores[0]), abs=1e-4)
    more = xw.Subject.of(subject.clf.extended([("red", "blue")]), subject)
    again = metrics.insertion(more, ex.attribution, steps=2)
    np.testing.assert_allclose(found.scores, again.scores)
    judge = metrics.Judge(subject.clf)
    apart = metrics.insertion(judge, subject, ("red", "blue"), ex.attribution, steps=2)
    np.testing.assert_allclose(found.scores, apart.scores)
    with pytest.raises(ValueError, match="outputs of clf"):
        metrics.insertion(subject, ex.attribution, steps=2)


def test_all_measures_of_a_contrast_are_made_on_a_witness_that_knows_both_names(explained) -> None:
    subject, ex = explained
    other = xw.Classifier(body(4), size=SIZE, categories=NAMES[::-1], name="other")
    found = metrics.measure(subject, ex, ("red", "blue"), areas=(0.2,), witness=other, steps=2)
    assert found.target == 4
    image = other.extended([("red", "blue")]).classify(metrics.handed_over(subject.picture, other))[
        4
    ]
    assert found.witness.equal_area.image == pytest.approx(float(image), abs=1e-4)


def test_which_of_several_extra_targets_is_meant_is_told_by_its_name_and_not_guessed(
    explained,
) -> None:
    subject, _ = explained
    both = xw.explain(
        subject, targets=[("red", "blue"), ("blue", "red")], iterations=1, progress=False
    ).attribution
    assert both.names == ("red rather than blue", "blue rather than red")
    found = metrics.insertion(subject, both, ("blue", "red"), steps=2)
    known = metrics.insertion(subject, both.relevance[1], ("blue", "red"), steps=2)
    np.testing.assert_array_equal(found.scores, known.scores)
    unnamed = xw.Attribution(both.targets, both.values, both.method)
    with pytest.raises(ValueError, match="several targets that are no classes"):
        metrics.insertion(subject, unnamed, ("blue", "red"), steps=2)


def test_values_of_one_contrast_are_not_taken_for_those_of_another(explained) -> None:
    subject, ex = explained
    other = xw.attribute(classifier(), photo(), "gradcam", [("green", "gray")], progress=False)
    assert other.targets == ex.targets
    assert other.names == ("green rather than gray",)
    assert repr(other).endswith("of green rather than gray>")
    extended = xw.Subject.of(subject.clf.extended([("red", "blue")]), subject)
    for measure in (
        lambda: metrics.insertion(subject, other, ("red", "blue"), steps=2),
        lambda: metrics.insertion(extended, other, steps=2),
        lambda: metrics.measure(subject, other, ("red", "blue"), steps=2),
        lambda: metrics.randomization(subject, "gradcam", ("red", "blue"), attribution=other),
    ):
        with pytest.raises(ValueError, match="is of 'green rather than gray', not of 'red rather"):
            measure()
    drawn = ex.plot(other)
    assert [len(axes.images) for axes in drawn.axes if "Grad" in axes.get_title("left")] == [0]


def test_a_score_alone_shares_no_index_with_a_class() -> None:
    """Where there are no names, a score is all that a classifier has: output 0."""
    clf = classifier(categories=None)
    subject = xw.Subject(clf, photo())

    def last(outputs):
        return outputs.softmax(1)[:, 3]

    of_score, of_class = (
        xw.attribute(clf, photo(), "gradcam", target, progress=False) for target in (last, 0)
    )
    assert of_score.targets == of_class.targets
    own = metrics.insertion(subject, of_class, steps=2).scores[-1]
    assert own == pytest.approx(float(subject.scores[0]))
    with pytest.raises(ValueError, match="is of 'last', not of 'class 0'"):
        metrics.measure(subject, of_score, steps=2)
    with pytest.raises(ValueError, match="is of 'class 0', not of 'last'"):
        metrics.insertion(subject, of_class, last, steps=2)


def test_the_judge_of_a_measure_is_of_the_same_net(explained) -> None:
    subject, ex = explained
    other = metrics.Judge(classifier("other"))
    with pytest.raises(ValueError, match="the judge is of other, another net than the subject's"):
        metrics.measure(subject, ex, ("red", "blue"), steps=2, judge=other)
    with pytest.raises(TypeError, match="judge is a int; expected a Judge"):
        metrics.measure(subject, ex, ("red", "blue"), steps=2, judge=3)


def test_many_images_are_explained_for_a_contrast_and_a_score() -> None:
    rows = xw.explain_many(
        classifier(),
        [photo(1), photo(2)],
        [("red", "blue"), lambda z: z[:, 0].sigmoid()],
        iterations=1,
        progress=False,
    )
    assert [row.explanation.names for row in rows] == [("red rather than blue", "score")] * 2


def test_other_methods_answer_for_the_same_targets() -> None:
    found = xw.attribute(classifier(), photo(), "gradcam", [("red", "blue")], progress=False)
    assert found.targets == (4,)
