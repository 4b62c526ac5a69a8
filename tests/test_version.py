"""The version is the same wherever a release says it."""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def found(pattern: str, file: str) -> str:
    match = re.search(pattern, (ROOT / file).read_text("utf-8"), re.MULTILINE)
    assert match, f"{file} has no {pattern}"
    return match[1]


def test_the_version_is_one() -> None:
    version = found(r'^version = "(.+)"$', "pyproject.toml")
    assert found(r"^version: (.+)$", "CITATION.cff") == version
    assert found(r"^## \[(\d.*)\] - ", "CHANGELOG.md") == version
    assert json.loads((ROOT / "js/package.json").read_text("utf-8"))["version"] == version


def test_the_day_of_the_release_is_one() -> None:
    day = found(r"^## \[\d.*\] - (\d{4}-\d\d-\d\d)$", "CHANGELOG.md")
    assert found(r'^date-released: "(.+)"$', "CITATION.cff") == day
    assert found(r"\A(?:.*\n)*?## \[(.+)\]", "CHANGELOG.md") == "Unreleased"
