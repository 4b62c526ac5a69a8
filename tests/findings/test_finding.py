"""Findings as values: what they refuse, and that JSON loses nothing."""

import json
from datetime import datetime
from typing import Any

import numpy as np
import pytest

from xwidget.findings.finding import Effect, Finding, Seen, read
from xwidget.findings.region import Box
from xwidget.findings.times import parsed

FOUND = Finding(
    Box(10, 20, 30, 40),
    (224, 224),
    "spurious",
    kind="artifact",
    label="猫 é <b>",
    confidence=0.0,
    seen=Seen(digest="0" * 64, size=(400, 600), target=0, class_name="tench", score=0.9),
    effect=Effect(0, 0.95, 0.41, 0.2, None, 0.02, 8),
)


def test_a_finding_comes_back_from_json() -> None:
    assert read(json.loads(json.dumps(FOUND.describe()))) == FOUND


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"verdict": "wrong"}, "core, spurious, unsure"),
        ({"confidence": 2}, "0 to 1"),
        ({"id": "1"}, "UUID"),
        ({"version": 0}, "1 or more"),
        ({"label": "x" * 201}, "at most 200"),
        ({"created": "yesterday"}, "2026-01-31"),
        ({"frame": [224]}, "height and a width"),
        ({"seen": {"target": "cat"}}, "whole number"),
        ({"effect": {"target": 1}}, "not whole"),
        ({"effect": {**FOUND.describe()["effect"], "image": 1e308}}, "up to 1000000"),
        ({"effect": {**FOUND.describe()["effect"], "area": 1.5}}, "0 to 1"),
        ({"effect": {**FOUND.describe()["effect"], "draws": 0}}, "1 to"),
        ({"confidence": 10**400}, "up to 1000000"),
        ({"frame": [2**20, 2**20]}, "at most 67,108,864"),
        ({"created": "0001-01-01T00:00:00+14:00"}, "2026-01-31"),
    ],
)
def test_values_out_of_range_are_refused_in_words(change: dict[str, Any], words: str) -> None:
    with pytest.raises((ValueError, TypeError), match=words):
        read({**FOUND.describe(), **change})


def test_numbers_of_numpy_are_kept_as_plain_ones() -> None:
    side = np.int64(8)
    made = Finding(Box(1, 1, 2, 2), (side, side), confidence=np.float32(0.5))
    assert json.loads(json.dumps(made.describe())) == made.describe()
    assert (made.frame, made.confidence) == ((8, 8), 0.5)


def test_a_change_keeps_the_id_and_moves_the_time() -> None:
    changed = FOUND.edited(verdict="core")
    assert (changed.id, changed.verdict) == (FOUND.id, "core")
    assert changed.changed >= FOUND.changed
    with pytest.raises(TypeError, match="no colour"):
        FOUND.edited(colour="red")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-01-31T12:00:00.1Z", "2026-01-31T12:00:00.100000+00:00"),
        ("2026-01-31T12:00:00.1234567+01:00", "2026-01-31T12:00:00.123456+01:00"),
        ("2026-01-31 12:00+0530", "2026-01-31T12:00:00+05:30"),
        ("2026-01-31t12:00:00z", "2026-01-31T12:00:00+00:00"),
    ],
)
def test_a_time_is_read_alike_by_every_python(text: str, same: str) -> None:
    assert parsed(text).isoformat() == datetime.fromisoformat(same).isoformat()


@pytest.mark.parametrize(
    "text",
    ["20260131T120000Z", "2026-W05-6T12:00Z", "2026-13-01T00:00:00Z", "2026-01-31T12:00:00", 5],
)
def test_what_is_no_time_with_a_zone_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="expected a time such as"):
        parsed(text)
