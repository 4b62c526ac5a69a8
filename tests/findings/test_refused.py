"""What a finding may be is the same in Python and in the exported page, which reads files, too."""

import json
from pathlib import Path
from typing import Any

import pytest

from xwidget.findings import finding
from xwidget.findings.keeping import read_review

REFUSED = json.loads(
    (Path(__file__).parents[2] / "js/tests/portable/fixtures/refused.json").read_text("utf-8")
)
BASE: dict[str, Any] = REFUSED["finding"]


@pytest.mark.parametrize("change", REFUSED["taken"], ids=json.dumps)
def test_taken(change: dict[str, Any]) -> None:
    assert finding.read({**BASE, **change}).id == BASE["id"]


@pytest.mark.parametrize("change", REFUSED["refused"], ids=json.dumps)
def test_refused_in_words(change: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError), match=r"\w+ \w+"):
        finding.read({**BASE, **change})


def test_a_review_says_what_it_has_and_what_it_lacks() -> None:
    with pytest.raises(ValueError, match=r"without finding and author: it has .'verdict', 'by'."):
        read_review({"verdict": "core", "by": "Ada"})
