"""What the panel costs a notebook: its script travels with every widget."""

import gzip
from pathlib import Path

import xwidget

STATIC = Path(xwidget.__file__).parent / "inspector" / "static"


def test_the_panel_stays_within_its_budget() -> None:
    script = (STATIC / "widget.js").read_bytes()
    assert len(gzip.compress(script, 9)) <= 45_000  # bytes
