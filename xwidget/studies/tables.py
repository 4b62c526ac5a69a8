"""Markdown tables, and the machine that the figures in them come from."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch

from xwidget.support.figures import whole_percent

PACKAGES = ("xwidget", "torch", "torchvision", "numpy", "captum")


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a markdown table; its first column is aligned to the left, numbers to the right.

    Parameters
    ----------
    head
        The columns' names.
    rows
        Cells, printed as they are; None is a dash.
    """
    cells = [
        ["–" if cell is None else str(cell).replace("|", "\\|") for cell in row] for row in rows
    ]
    widths = [max(len(row[i]) for row in (head, *cells)) for i in range(len(head))]
    right = [
        bool(cells) and all(row[i].lstrip("*")[:1] in "0123456789.-−–<>≤≥" for row in cells)
        for i in range(len(head))
    ]
    rule = [("-" * (w - 1) + ":") if r else "-" * w for w, r in zip(widths, right, strict=True)]
    lines = [
        [
            cell.rjust(w) if r else cell.ljust(w)
            for cell, w, r in zip(row, widths, right, strict=True)
        ]
        for row in (head, *cells)
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in (lines[0], rule, *lines[1:]))


def number(value: float | None, digits: int = 3) -> str:
    """Return a number with a few digits, a power of ten where it is too small, a dash for none."""
    if value is None or value != value:
        return "–"
    if value and abs(value) < 0.5 * 10**-digits:
        return f"{value:.0e}"
    return f"{value:.{digits}f}"


def percent(values: Sequence[bool]) -> str:
    """Return the share of what is true, with the count: ``95% (19/20)``."""
    return (
        f"{whole_percent(sum(values) / len(values))} ({sum(values)}/{len(values)})"
        if values
        else "–"
    )


def machine() -> str:
    """Return the processor, its cores and the threads that torch uses."""
    return f"{_processor()}, {os.cpu_count()} cores, {torch.get_num_threads()} threads"


def versions() -> str:
    """Return the versions of Python and of the packages that matter."""
    found = [f"Python {platform.python_version()}"]
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def _processor() -> str:
    about = Path("/proc/cpuinfo")
    names = [
        line.split(":", 1)[1].strip()
        for line in (about.read_text().splitlines() if about.is_file() else ())
        if line.startswith("model name")
    ]
    return names[0] if names else platform.processor() or platform.machine()
