"""Withholding: a finding without what another said of it, for who has not judged it yet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from xwidget.findings.finding import Finding

_WITHHELD: dict[str, Any] = {
    "verdict": "",
    "kind": "",
    "reason": "",
    "confidence": None,
    "effect": None,
}


def without_judgment(finding: Finding) -> Finding:
    """Return a finding without its verdict, kind, reason, confidence and effect."""
    return replace(finding, **_WITHHELD)


def record(finding: Finding, withheld: bool) -> dict[str, Any]:
    """Return a finding as JSON-able values, marked as ``withheld`` or not."""
    return {**(without_judgment(finding) if withheld else finding).describe(), "withheld": withheld}


def with_withheld(finding: Finding, record: dict[str, Any], before: Finding) -> Finding:
    """Return a finding that a page changed, with what was withheld from the page that sent it."""
    if record.get("withheld") is not True:
        return finding
    return replace(finding, **{name: getattr(before, name) for name in _WITHHELD})
