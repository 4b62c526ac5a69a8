import comm
import pytest

from tests.inspector.fakes import RecordingComm, workers


@pytest.fixture(autouse=True)
def _recorded(monkeypatch):
    """Let every widget talk to a list, and leave no thread behind."""
    monkeypatch.setattr(comm, "create_comm", RecordingComm)
    yield
    assert not workers()
