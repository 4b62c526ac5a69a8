"""What other numbers of steps and other rates do, beside the defaults on the same photos."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import mean, median

from benchmarks.records import Row
from benchmarks.tables import number, percent, table
from xwidget.engine.explain import ITERATIONS
from xwidget.engine.games import GAMES
from xwidget.engine.rules import RULES
from xwidget.engine.settings import Settings

LEGEND = """\
The default ({iterations} iterations, rate {rate}) and what differs from it, on the photos that all
of a net's settings were measured on. Medians (the worst photo) and means as above. A run ends early
where nothing changes any more: `steps` is how many it took, a mean."""


#: Iterations and the step rule's rate; None is the rule's own.
Setting = tuple[int, float | None]


def is_default(row: Row) -> bool:
    """Tell whether a game's row was measured with the default iterations, sparsity and step rule,
    whatever its defense.
    """
    given = (row["iterations"], row["sparsity"], row["rule"], row["rate"])
    return given == (ITERATIONS, Settings.sparsity, None, None)


def sensitivity(rows: Iterable[Row]) -> str:
    """Return the table of a game's rows with several settings, with the defaults among them.

    Parameters
    ----------
    rows
        Of games with their own defense; those without a photo in common are left out.
    """
    groups: dict[tuple[str, str], dict[Setting, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        groups[row["game"], row["net"]][_setting(row)].append(row)
    lines: list[list[object]] = []
    for (game, net), settings in groups.items():
        shared = set.intersection(*({row["photo"] for row in part} for part in settings.values()))
        if len(settings) == 1 or not shared:
            continue
        for setting in sorted(settings, key=_order):
            part = [row for row in settings[setting] if row["photo"] in shared]
            rate = RULES[Settings.rule].rate if setting[1] is None else setting[1]
            lines.append([game, net, setting[0], rate, len(shared), *_cells(game, part)])
    head = ["game", "net", "iterations", "rate", "photos", "p(e) / p(x)", "goal"]
    head += ["least: worst p(e)"]
    return table([*head, "mask", "pushed", "steps"], lines) if lines else ""


def _setting(row: Row) -> Setting:
    return row["iterations"], row["rate"]


def _order(setting: Setting) -> tuple[bool, int, float]:
    return setting[1] is not None, setting[0], setting[1] or 0


def _cells(game: str, rows: Sequence[Row]) -> list[str]:
    keeps = GAMES[game].keeps
    true, least = ([row for row in rows if row["role"] == role] for role in ("true", "least"))
    ratios = [row["score"] / row["image_score"] for row in true]
    reached = [ratio >= 0.9 if keeps else ratio <= 0.1 for ratio in ratios]
    return [
        f"{number(median(ratios))} ({number((min if keeps else max)(ratios))})",
        percent(reached),
        number(max(row["score"] for row in least), 4) if keeps and least else "–",
        number(mean(row["mask"] for row in true)),
        f"{sum(row.get('pushed', False) for row in true)}/{len(true)}",
        f"{mean(row['iterations_run'] for row in true):.0f}",
    ]


def legend() -> str:
    """Return what stands above the table."""
    return LEGEND.format(iterations=ITERATIONS, rate=RULES[Settings.rule].rate)
