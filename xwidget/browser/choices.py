"""The choices of what is listed, and in which order: SQL over the light columns of a store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xwidget.batch.store.queries import condition


@dataclass(frozen=True)
class Preset:
    """A question that auditors ask.

    Parameters
    ----------
    label
        Its name on the page.
    condition
        In SQL.
    title
        What it means, in a sentence.
    without
        What is said where no row has what a witness says; "" if none is needed.
    """

    label: str
    condition: str
    title: str
    without: str = ""


@dataclass(frozen=True)
class Order:
    """A way to sort.

    Parameters
    ----------
    label
        Its name on the page.
    by
        In SQL; "" for the order in which images were given.
    """

    label: str
    by: str


PRESETS: Mapping[str, Preset] = {
    "confident": Preset(
        "Confident and wrong",
        "prediction_score >= 0.9 AND label_index <> prediction",
        "Another class than the true one gets a score of at least 0.9",
    ),
    "failed": Preset(
        "Failed checks", "len(failed) > 0", "At least one check speaks against the explanation"
    ),
    "border": Preset(
        "Evidence at the border",
        "border > 0.6",
        "More than 60% of the mask lies in the outer eighth on each side, which has 44% of the "
        "pixels",
    ),
    "witness": Preset(
        "The witness does not see it",
        "list_contains(failed, 'witness')",
        "Another network gives the evidence less than half of what it gives the image",
        "no witness was asked",
    ),
    "errors": Preset("Errors", "error <> ''", "The image could not be explained"),
}

ORDERS: Mapping[str, Order] = {
    "": Order("As given", ""),
    "sure": Order("Prediction, surest first", "prediction_score DESC NULLS LAST"),
    "unsure": Order("Prediction, least sure first", "prediction_score NULLS LAST"),
    "weak": Order("Evidence, lowest score first", "score NULLS LAST"),
    "strong": Order("Evidence, highest score first", "score DESC NULLS LAST"),
    "small": Order("Least shown first", "shown NULLS LAST"),
    "border": Order("Most at the border first", "border DESC NULLS LAST"),
    "witness": Order("Witness sees least first", "witness_score / witness_image_score NULLS LAST"),
    "target": Order("By class", "target_name NULLS LAST"),
    "image": Order("By name", "image"),
}


@dataclass(frozen=True)
class Filter:
    """A choice of rows: those for which all of its parts hold.

    Parameters
    ----------
    preset
        One of ``PRESETS``; "" for none.
    target
        Index of a class; -1 for all.
    verdict
        Outcome of the checks; "" for all.
    where
        A condition in SQL; "" for none.
    cluster
        Number of a cluster; -1 for all.
    lasso
        Corners of a polygon on the map of clusters, in [0,1]; () for all.
    """

    preset: str = ""
    target: int = -1
    verdict: str = ""
    where: str = ""
    cluster: int = -1
    lasso: tuple[tuple[float, float], ...] = ()

    @property
    def condition(self) -> str:
        """All of it but what is chosen on the map, as one condition in SQL; "" for all rows."""
        where = self.where.strip()
        parts = [
            PRESETS[self.preset].condition if self.preset else "",
            f"target = {self.target}" if self.target >= 0 else "",
            f"verdict = '{self.verdict}'" if self.verdict else "",
        ]
        given = [part for part in parts if part]
        return " AND ".join([*given, condition(where)] if given and where else given or [where])
