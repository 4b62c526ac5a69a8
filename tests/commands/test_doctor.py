"""``python -m xwidget doctor``: what works is said to work, what does not comes with its mend."""

from __future__ import annotations

import contextlib
import json
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

import xwidget as xw
from xwidget import assets
from xwidget.commands import doctor
from xwidget.commands.checkup import hosts, libraries, work
from xwidget.commands.checkup.line import Line
from xwidget.commands.checkup.requirements import Requirement, requirements
from xwidget.commands.main import main


def one(lines: Iterator[Line]) -> Line:
    (line,) = lines
    return line


def test_a_whole_installation_is_found_to_be_whole(capsys: Any, monkeypatch: Any) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("the doctor asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(Path, "home", lambda: Path(sys.prefix).parent)
    assert main(["doctor", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    lines = {line["name"]: line for group in told["checkup"].values() for line in group}
    assert told["broken"] == 0
    assert lines["xwidget"]["says"].startswith(f"{xw.__version__} at ")
    assert lines["Python"]["says"].endswith(f"at ~/{Path(sys.prefix).name}/bin/python")
    works = ("torch", "torchvision", "demo", "page", "demo network", "explanation on cpu")
    hosted = ("anywidget, for this environment", "findings", "ipykernel")
    assert {name: lines[name]["state"] for name in (*works, *hosted)} == dict.fromkeys(
        (*works, *hosted), "ok"
    )
    assert not {"bench", "docs", "test"} & lines.keys()


def test_a_library_that_does_not_load_is_named_and_the_rest_is_looked_at() -> None:
    code = """
import sys
sys.modules["torchvision"] = None  # importing it now fails
sys.modules["sqlalchemy"] = None
from xwidget.commands.main import main
sys.exit(main(["doctor"]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    said = done.stdout.splitlines()
    (row,) = (n for n, line in enumerate(said) if line.startswith("  BROKEN  torchvision: "))
    assert said[row + 1].strip() == "pip install --force-reinstall torch torchvision"
    assert "  ok      torch: " in done.stdout
    (row,) = (n for n, line in enumerate(said) if "findings: not kept without sqlalchemy" in line)
    assert said[row].startswith("  -  ")
    assert said[row + 1].strip() == 'pip install "xwidget[findings]"'
    assert said[-1].startswith("Broken: torchvision")


@pytest.mark.parametrize(
    ("bounds", "version", "unmet"),
    [
        (">=2.4", "2.14.1+cpu", False),
        (">=2.4", "2.3.9", True),
        (">=2.4", "2.4", False),
        (">=1", "1.0rc1", False),
        ("!=7.0.0,>=6.29", "7.0.0", True),
        ("!=7.0.0,>=6.29", "7.0.1", False),
        ("!=7.0.0,>=6.29", "6.28", True),
        ("==0.1.0", "0.1", False),
        ("", "0.0.1", False),
    ],
)
def test_versions_are_held_against_their_bounds(
    monkeypatch: pytest.MonkeyPatch, bounds: str, version: str, unmet: bool
) -> None:
    monkeypatch.setattr(metadata, "version", lambda _: version)
    assert bool(Requirement("torch", bounds, "").unmet()) is unmet


def test_every_requirement_of_pyproject_is_read() -> None:
    found = list(requirements())
    assert len(found) == len(metadata.requires("xwidget") or [])
    assert Requirement("psycopg", ">=3.1", "postgres") in found
    assert Requirement("torch", ">=2.4", "") in found
    assert {each.extra for each in found} == {
        "",
        *metadata.metadata("xwidget").get_all("Provides-Extra"),
    }


def test_an_extra_of_which_something_is_missing_comes_with_its_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    version = metadata.version

    def without_ray(package: str) -> str:
        if package == "ray":
            raise metadata.PackageNotFoundError
        return version(package)

    monkeypatch.setattr(metadata, "version", without_ray)
    lines = {line.name: line for line in libraries.extras()}
    mend = 'pip install "xwidget[ray]"'
    assert lines["ray"] == Line("ray", "missing", "not installed: ray", mend)
    assert lines["many"].state == "ok"


# Jupyter.


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a server that has both extensions, as they are needed here."""
    library = metadata.version("anywidget")
    put(tmp_path, "anywidget", library)
    put(tmp_path, "@jupyter-widgets/jupyterlab-manager", "5.0.15")
    paths = ((tmp_path / "none", tmp_path), (tmp_path / "etc",))
    monkeypatch.setattr(hosts, "_paths", lambda _: paths)
    monkeypatch.setattr(hosts.shutil, "which", lambda _: None)
    return tmp_path


def put(folder: Path, name: str, version: str) -> None:
    path = folder / "labextensions" / name / "package.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"name": name, "version": version}))


def states() -> list[str]:
    return [line.state for line in hosts.extensions()]


def test_extensions_are_found_where_jupyter_looks(server: Path) -> None:
    assert states() == ["ok", "ok"]
    (server / "labextensions/anywidget/package.json").unlink()
    missing, manager = hosts.extensions()
    assert (missing.state, manager.state) == ("broken", "ok")
    assert missing.mend.endswith("-m pip install --force-reinstall --no-deps anywidget")


@pytest.mark.parametrize(
    ("name", "version", "states_then"),
    [
        ("anywidget", "0.2.1", ["broken", "ok"]),
        ("@jupyter-widgets/jupyterlab-manager", "3.1.0", ["ok", "broken"]),
    ],
)
def test_a_server_of_other_versions_than_the_kernel_is_a_clash(
    server: Path, name: str, version: str, states_then: list[str]
) -> None:
    put(server, name, version)
    assert states() == states_then


def test_an_extension_that_is_switched_off_is_said_to_be(server: Path) -> None:
    path = server / "etc/labconfig/page_config.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"disabledExtensions": {"anywidget": True}}))
    off, manager = hosts.extensions()
    assert (off.state, off.mend) == ("broken", "jupyter labextension enable anywidget")
    assert manager.state == "ok"


def test_the_server_on_the_path_is_looked_at_too_and_need_not_be_used(
    tmp_path: Path, server: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    ours = hosts._paths([])
    monkeypatch.setattr(hosts.shutil, "which", lambda _: str(other / "bin/jupyter-lab"))
    monkeypatch.setattr(
        hosts, "_paths", lambda words: ((other,), ()) if str(other) in words[0] else ours
    )
    lines = list(hosts.extensions())
    assert [line.state for line in lines] == ["ok", "ok", "note", "note"]
    assert lines[2].mend.startswith(f"{other}/bin/python -m pip install")


# At work.


def test_the_page_is_all_that_was_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = {path.name for path in assets.FOLDER.iterdir()} - {"LICENSES.txt"}
    assert set(assets.NAMES) == built
    for name in assets.NAMES:
        (tmp_path / name).write_text("x" if name != "beside.js" else "")
    (tmp_path / "widget.js").unlink()
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    line = one(work.page())
    assert (line.state, line.says) == ("broken", "files are missing: beside.js, widget.js")
    assert line.mend == "pip install --force-reinstall --no-deps xwidget"


def test_a_store_that_cannot_be_used_is_said_to_be_so(tmp_path: Path) -> None:
    def looked_at(place: Path) -> Line:
        kept, line = work.findings(str(place))
        assert kept.state == "ok"
        return line

    assert looked_at(tmp_path / "new.sqlite").state == "ok"
    assert not (tmp_path / "new.sqlite").exists()
    assert looked_at(tmp_path / "nowhere" / "new.sqlite").state == "broken"
    (tmp_path / "no.sqlite").write_text("no database" * 1000)
    assert looked_at(tmp_path / "no.sqlite").state == "broken"
    with xw.FindingStore(tmp_path / "real.sqlite"):
        pass
    assert looked_at(tmp_path / "real.sqlite").says == "0 findings, can be written"


def test_a_store_is_not_made_nor_upgraded_where_it_is_looked_at(tmp_path: Path) -> None:
    empty, old, absent = (tmp_path / f"{name}.sqlite" for name in ("empty", "old", "absent"))
    empty.touch()
    with contextlib.closing(sqlite3.connect(old)) as connection, connection:
        connection.execute("CREATE TABLE xwidget_revision (version_num VARCHAR(32))")
    for path in (empty, old):
        before = path.read_bytes()
        _, line = work.findings(str(path))
        assert (line.state, "older xwidget" in line.says) == ("note", True)
        assert path.read_bytes() == before
    _, line = work.findings(f"sqlite:///{absent}")
    assert line.says == "there is none yet; it can be made"
    assert not absent.exists()


def test_a_question_that_fails_is_an_answer_and_the_program_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def quick() -> Iterator[Line]:
        yield Line("first", "ok", "fine")
        raise OSError("no such thing")

    def later() -> Iterator[Line]:
        yield Line("later", "note", "seen")

    monkeypatch.setattr(doctor, "questions", lambda _: {"Group": (quick, later)})
    assert main(["doctor"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "Group",
        "  ok      first: fine",
        "  BROKEN  quick: OSError: no such thing",
        "  note    later: seen",
        "",
        "Broken: quick",
    ]
