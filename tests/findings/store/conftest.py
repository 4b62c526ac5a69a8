"""Places for stores: files, and databases of a real PostgreSQL server."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

import xwidget as xw
from tests.findings.store import postgres


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Return the URL of a PostgreSQL server's database."""
    if url := os.environ.get(postgres.URL):
        postgres.wait_until_reachable(url)
        yield url
        return
    with postgres.server(postgres.found()) as url:
        yield url


@pytest.fixture
def database(server: str) -> Iterator[str]:
    """Return the URL of an empty database, with umlauts in its name."""
    name = f"prüf {uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    head, _, _ = server.rpartition("/")
    yield f"{head}/{name.replace('ü', '%C3%BC').replace(' ', '%20')}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["file", "server"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the place of a store that is not made yet: a file, or a database of a server."""
    if request.param == "file":
        return str(tmp_path / "findings.sqlite")
    return str(request.getfixturevalue("database"))


@pytest.fixture
def store(place: str) -> Iterator[xw.FindingStore]:
    """Return an empty store."""
    with xw.FindingStore(place, author="Ada") as store:
        yield store
