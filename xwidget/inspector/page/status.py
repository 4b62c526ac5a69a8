"""The status of an Inspector: idle, running, done, stopped or error."""

from __future__ import annotations

from xwidget.inspector.page.panel import Panel


def begin(panel: Panel) -> None:
    """Say that something runs, or is to run."""
    panel.tell(error="", status="running")


def end(panel: Panel, status: str, error: str) -> None:
    """Say that nothing runs or waits any more: "done", "stopped", or "error" with the words."""
    panel.tell(error=error, _live=False, status=status)


def close(panel: Panel) -> None:
    """Say that what ran was stopped, as the Inspector is closed."""
    if panel.get("status") == "running":
        panel.tell(status="stopped")


def in_words(panel: Panel) -> str:
    """Return the status, and what a run waits for."""
    session, status = panel.session, str(panel.get("status"))
    if session.closed:
        return "closed"
    if status != "running":
        return status
    if panel.views.resting:
        return "running, rests until it is shown"
    return "running, waiting for its turn" if session.waits else "running"
