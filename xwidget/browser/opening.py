"""The Inspector of a row that is opened, with the explanation that the store has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xwidget.batch.store.restoring import expect_same_net
from xwidget.batch.store.store import ExplanationStore
from xwidget.browser.stored import settings_from, stored_run
from xwidget.classifier import Classifier
from xwidget.engine.settings import SETTINGS
from xwidget.findings.opening import Keeper
from xwidget.gallery.opened import OpenedInspector


@dataclass(frozen=True)
class Opener:
    """Makes the Inspector of a row.

    Parameters
    ----------
    store
        Where the row is.
    clf
        The classifier that the store was made with; None where it was not given.
    witness
        As in ``Inspector``.
    keeper
        Where findings are kept.
    """

    store: ExplanationStore
    clf: Classifier | None
    witness: Classifier | None
    keeper: Keeper

    def open(self, id: str) -> OpenedInspector:
        """Return the Inspector of an image, with all targets that were explained, and that of the
        row shown.

        Raises
        ------
        ValueError
            If the image could not be explained, its file has changed or is gone, or the classifier
            is missing or another one.
        """
        row = self.store.row(id)
        if row["error"]:
            raise ValueError(row["error"])
        clf = self.clf
        if clf is None:
            raise ValueError(
                "to open it, the Browser needs the classifier: "
                f"xw.Browser(store, clf), with {self.store.metadata['net']}"
            )
        if row["target"] >= len(clf.categories):
            raise ValueError(
                f"target {row['target']}, {row['target_name']!r}, is no class of {clf.name}; give "
                "the classifier with the same contrasts and scores, see Classifier.extended"
            )
        subject, explanation = self.store.reopen(id, clf)
        about = self.store.metadata
        settings = settings_from(about)
        given: dict[str, Any] = {name: getattr(settings, name) for name in SETTINGS}
        made = OpenedInspector(
            subject,
            None,
            [row["target"], *(t for t in explanation.targets if t != row["target"])],
            witness=self.witness,
            findings=self.keeper,
            **given,
        )
        try:
            made.adopt(stored_run(explanation, settings, clf), "done")
        except BaseException:
            made.close()
            raise
        return made

    def check(self) -> None:
        """Raise ValueError if the classifier is not the one that the store was made with."""
        if self.clf is not None:
            expect_same_net(self.clf, self.store.metadata)
