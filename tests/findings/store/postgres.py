"""A PostgreSQL server of the tests' own, in a temporary folder, on a free port of this machine.

As a program, it ends in an error where there is none: python -m tests.findings.store.postgres
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

URL = "XWIDGET_TEST_POSTGRES_URL"
"""Environment variable: the URL of a database of a server that runs already."""

REQUIRED = "XWIDGET_TEST_POSTGRES"
"""Environment variable: set to "required", a missing server fails the tests."""

WITHOUT = (
    "no PostgreSQL server: install one (Debian, Ubuntu: apt-get install postgresql), or set "
    f"{URL}=postgresql://…"
)


def programs() -> Path | None:
    """Return the folder of the newest server's programs; None if there is none."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    found += [Path(path) for name in ["initdb"] if (path := shutil.which(name))]
    return found[-1].resolve().parent if found else None


def found() -> Path:
    """Return the folder of the programs; without one, the test is skipped, or fails."""
    folder = programs()
    if folder is not None:
        return folder
    required = os.environ.get(REQUIRED) == "required" or os.environ.get("CI") in ("1", "true")
    if required:
        pytest.fail(WITHOUT)
    pytest.skip(WITHOUT)


@contextmanager
def server(programs: Path) -> Iterator[str]:
    """Run a server and give the URL of its database "postgres"."""
    folder = Path(tempfile.mkdtemp(prefix="xwidget postgres "))
    user = _user()
    port, password = _free_port(), secrets.token_hex(8)
    secret = folder / "password"
    secret.write_text(password)
    data, log = folder / "data", folder / "log"
    if user:
        for path in (folder, secret):
            shutil.chown(path, user)
    try:
        _run(
            user,
            programs / "initdb",
            *("--auth=scram-sha-256", "--username=lab", "--encoding=UTF8", "--no-sync"),
            *("--pwfile", secret, "--pgdata", data),
        )
        settings = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        control = [programs / "pg_ctl", "--pgdata", data, "--wait"]
        try:
            _run(user, *control, "--log", log, "--options", settings, "start")
        except AssertionError as error:
            raise AssertionError(log.read_text() if log.exists() else "no log") from error
        try:
            yield f"postgresql://lab:{password}@127.0.0.1:{port}/postgres"
        finally:
            _run(user, *control, "--mode", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> str:
    """Return the user that runs the server, which root must not; "" for the one that runs this."""
    if os.geteuid() != 0:
        return ""
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _run(user: str, *command: str | Path) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        user=user or None,
        group=None,
        extra_groups=[] if user else None,
        cwd="/",
        stdin=subprocess.DEVNULL,
        # A server that starts keeps the pipes that it is given.
        stdout=subprocess.DEVNULL if "start" in command else subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, f"{command}: {done.stdout}"


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_until_reachable(url: str, seconds: float = 30) -> None:
    """Wait for a server that another one started."""
    import psycopg

    end = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(url, connect_timeout=3).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


if __name__ == "__main__":
    if not os.environ.get(URL) and programs() is None:
        sys.exit(WITHOUT)
