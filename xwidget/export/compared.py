"""Scores at equal area and measures on an exported page, as tables that need no script."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, TypeAlias

from xwidget.support import texts

OURS = "Evidence"
"""Our own evidence among others, as the panel calls it."""

_NEEDS_A_KERNEL = (
    "Scores of other areas, more measures and sanity checks need the network: compute them in the "
    "notebook."
)
_BY_ITSELF = " (by itself)"
_PHOTO = "Photo"
_NONE = "–"
_COLUMNS = 6  # areas of one table
_MARKS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)  # those that the panel marks
_AT_AREAS = ("Sufficiency ↑", "Comprehensiveness ↑")
_CURVES = {"Deletion ↓": "deletion", "Insertion ↑": "insertion", "ROAD ↓": "road"}

_Row: TypeAlias = tuple[str, list[str]]


@dataclass(frozen=True, eq=False)
class Compared:
    """Scores and measures of our own evidence (pane 0), and of what is beside it.

    Attributes
    ----------
    scored
        Replies to the command ``score_area``.
    measured
        Entries of the trait ``_measured``.
    """

    scored: Sequence[Mapping[str, Any]] = ()
    measured: Sequence[Mapping[str, Any]] = ()

    def html(self, names: Mapping[int, str], panes: Sequence[Mapping[str, Any]]) -> str:
        """Return it as a section of a page; "" where nothing is beside and nothing was measured.

        Parameters
        ----------
        names
            Of the classes on the page, by index, in their order.
        panes
            Entries of the trait ``_beside`` on the page.
        """
        models = {pane["id"] for pane in panes if pane.get("kind") == "model"}
        shown = {pane["id"]: texts.shown(pane["label"], texts.NAME) for pane in panes}
        # What is scored by another net is not ranked among ours.
        labels = {0: OURS, **{id: name for id, name in shown.items() if id not in models}}
        labels |= {id: f"{name}{_BY_ITSELF}" for id, name in shown.items() if id in models}
        tables = [
            table
            for target, name in names.items()
            for table in self._tables(target, texts.shown(name, texts.NAME), labels, models)
        ]
        if not panes and not tables:
            return ""
        return "\n".join(
            [
                '<section class="compared">',
                "<h2>Compared</h2>",
                *tables,
                f"<p>{_NEEDS_A_KERNEL}</p>",
                "</section>",
            ]
        )

    def _tables(
        self, target: int, name: str, labels: Mapping[int, str], models: Collection[int]
    ) -> Iterator[str]:
        scored = [each for each in self.scored if each["target"] == target]
        if scored:
            areas = _thinned(scored)
            witness = any(score["witness"] is not None for score in _scores(areas))
            heads = [f"{100 * area['share']:.0f}%" for area in areas]
            rows = [
                (label, [_area(area["scores"].get(str(id)), witness) for area in areas])
                for id, label in labels.items()
            ]
            photos = [_photo(area, models, witness) for area in areas]
            if any(each != _NONE for each in photos):
                rows.append((_PHOTO, photos))
            by = ", and in brackets by the witness" if witness else ""
            yield _table(f"{name}: score of the top share of the pixels alone{by}", heads, rows)
        entries = {each["pane"]: each for each in self.measured if each["target"] == target}
        measures = {id: each["measures"] for id, each in entries.items() if each["measures"]}
        for side, title in (("own", "measures"), ("witness", "measures by the witness")):
            told = {id: each for id, each in measures.items() if each[side]}
            if told:
                shares = [f"{100 * area:.0f}%" for area in next(iter(told.values()))["areas"]]
                heads = [f"{word} {share}" for word in _AT_AREAS for share in shares] + [*_CURVES]
                rows = [(labels[id], _measures(told[id][side])) for id in labels if id in told]
                yield _table(f"{name}: {title}", heads, rows)
        for id, entry in sorted(entries.items()):
            if id in labels and (found := entry["randomized"]):
                who = f"{name}: sanity check of {labels[id]}"
                yield f"<p>{escape(who)}: {escape(texts.shown(found['words']))}</p>"


def _scores(areas: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    return (score for area in areas for score in area["scores"].values())


def _thinned(areas: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return as many areas as a table has room for: the marked ones first, then the others."""
    chosen = sorted(areas, key=lambda each: round(each["share"], 2) not in _MARKS)[:_COLUMNS]
    return sorted(chosen, key=lambda each: float(each["share"]))


def _area(score: Mapping[str, Any] | None, witness: bool) -> str:
    if score is None:
        return _NONE
    own = _figure(score["own"])
    return f"{own} ({_figure(score['witness'])})" if witness else own


def _photo(area: Mapping[str, Any], models: Collection[int], witness: bool) -> str:
    """Return the score of the whole photo by our network, and by the witness."""
    ours = [score for id, score in area["scores"].items() if int(id) not in models]
    if not ours:
        return _NONE
    return _area({"own": ours[0]["image"], "witness": ours[0]["witness_image"]}, witness)


def _measures(side: Mapping[str, Any]) -> list[str]:
    heights = [side[name]["height"] for name in _CURVES.values()]
    return [_figure(each) for each in (*side["sufficiency"], *side["comprehensiveness"], *heights)]


def _figure(value: float | None) -> str:
    return _NONE if value is None else f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def _table(caption: str, heads: Sequence[str], rows: Iterable[_Row]) -> str:
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(label)}</th>'
        f"{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        for label, cells in rows
    )
    return (
        f"<div><table><caption>{escape(caption)}</caption>"
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
