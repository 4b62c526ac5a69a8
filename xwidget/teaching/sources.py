"""The explanations that the panels of a lesson show, made before or to be made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xwidget.batch.store.subjects import StoredSubject
from xwidget.browser.stored import stored_run
from xwidget.classifier import Classifier, check_classifier
from xwidget.engine.explain import explain
from xwidget.engine.settings import SETTINGS, Settings
from xwidget.explanation import Explanation
from xwidget.subject import Subject
from xwidget.teaching.panel import StepInspector

# What another machine may have chosen otherwise: here it is chosen anew.
_CHOSEN_HERE = frozenset({"device", "plan"})


class Source:
    """An explanation for a panel.

    Parameters
    ----------
    name
        By which steps call it.
    given
        An ``Explanation``, a pair of classifier and explanation, or a ``Subject``, which is
        explained when it is shown.
    clf
        The classifier of explanations that come without one; None where the lesson has none.

    Raises
    ------
    TypeError
        If it is none of these.
    """

    def __init__(self, name: str, given: Any, clf: Classifier | None) -> None:
        self.name = name
        self.clf = clf
        self._explanation: Explanation | None = None
        self._subject: Subject | None = None
        if isinstance(given, tuple) and len(given) == 2:
            self.clf, given = given
            check_classifier(self.clf)
        if isinstance(given, Explanation):
            self._explanation = given
        elif isinstance(given, Subject):
            self.clf, self._subject = given.clf, given
        else:
            raise TypeError(
                f"explanations holds {given!r} as {name!r}; expected an Explanation, as xw.explain "
                "returns it, a pair (clf, explanation), or a Subject"
            )

    @property
    def known(self) -> Explanation | None:
        """The explanation; None of a subject that was not explained yet."""
        return self._explanation

    @property
    def explanation(self) -> Explanation:
        """The explanation; made now of a subject that was not explained yet."""
        if self._explanation is None:
            assert self._subject is not None
            self._explanation = explain(self._subject, progress=False)
        return self._explanation

    @property
    def picture(self) -> Any:
        """The image as the net sees it, (H,W,3) uint8."""
        if self._explanation is not None:
            return self._explanation.image
        assert self._subject is not None
        return self._subject.picture

    def open(self, *, ended: bool = False) -> StepInspector:
        """Return an Inspector of it, with its run at its end.

        Parameters
        ----------
        ended
            Whether a subject is explained first, too.

        Raises
        ------
        ValueError
            If there is no classifier, or one that the explanation is not of.
        """
        found = self.explanation if ended else self._explanation
        if found is None:
            assert self._subject is not None
            return StepInspector(self._subject, None, None, findings=False)
        clf = self.clf
        net = str(found.diagnostics.get("net", "")) or "the network that it is of"
        if clf is None:
            raise ValueError(
                "to show its panel in a notebook, the lesson needs the classifier: "
                f"xw.Lesson(..., clf=clf), with {net}; a page of export_html needs none"
            )
        if max(found.targets) >= len(clf.categories):
            raise ValueError(
                f"the explanation is of {net}, which has class {max(found.targets)}, and "
                f"{clf.name} has {len(clf.categories)} classes"
            )
        digest = "" if found.origin is None else found.origin.digest
        subject = StoredSubject(clf, found.image, digest, self.name, found.origin)
        settings = _settings(found, clf)
        given: dict[str, Any] = {name: getattr(settings, name) for name in SETTINGS}
        made = StepInspector(subject, None, list(found.targets), findings=False, **given)
        try:
            made.adopt(stored_run(found, settings, clf, frames=True), "done")
        except BaseException:
            made.close()
            raise
        return made


def sources(given: Any, clf: Classifier | None) -> dict[str, Source]:
    """Return the explanations of a lesson by name.

    Parameters
    ----------
    given
        A dict by name, or a list, whose names are "1", "2", ...; or one of what ``Source`` takes.
    clf
        As for ``Source``.

    Raises
    ------
    TypeError
        If it is none of these.
    """
    if clf is not None:
        check_classifier(clf)
    if given is None:
        return {}
    if isinstance(given, Mapping):
        named = {str(name): each for name, each in given.items()}
    elif isinstance(given, Sequence) and not isinstance(given, (str, tuple)):
        named = {str(place + 1): each for place, each in enumerate(given)}
    else:
        named = {"1": given}
    return {name: Source(name, each, clf) for name, each in named.items()}


def _settings(found: Explanation, clf: Classifier) -> Settings:
    known = {
        name: value
        for name, value in found.settings.items()
        if name in SETTINGS and name not in _CHOSEN_HERE
    }
    if known.get("reference") == "tensor":
        known["reference"] = clf.preprocess.normalized(found.reference)
    return Settings(**known)
