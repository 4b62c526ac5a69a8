"""What a user installs: wheel and sdist, and what they do where they are installed.

``python -m scripts.release`` does the same on each Python that can be had, with each extra alone.
"""

import ast
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from importlib.metadata import Distribution
from pathlib import Path

import pytest

from scripts.release import built
from scripts.release.__main__ import wrong
from scripts.release.environments import Failed, run
from scripts.release.smoke import TRIED
from xwidget.commands.checkup.libraries import DEVELOPERS

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built.build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_a_version_is_built_again_beside_another_one(wheel: Path, tmp_path: Path) -> None:
    other = tmp_path / "xwidget-0.0.0-py3-none-any.whl"
    for path in (other, tmp_path / wheel.name):
        path.write_bytes(b"")
    made = built.build(ROOT, "wheel", tmp_path)
    assert made == tmp_path / wheel.name
    assert made.stat().st_size > 0
    assert sorted(tmp_path.iterdir()) == sorted([other, made])


@pytest.mark.parametrize(
    ("row", "is_wrong"),
    [
        (["3.12", "ok", "ok"], False),
        (["3.12", "ok", "failed"], True),
        (["3.99", "not installable", "-"], True),
        (["3.99", "installable", "-"], True),
    ],
)
def test_a_release_that_cannot_be_installed_or_was_not_tried_is_wrong(
    row: list[str], is_wrong: bool
) -> None:
    assert wrong([row]) is is_wrong
    assert wrong([["3.12", "ok", "ok"], row]) is (is_wrong and "installable" not in row)


def output(words: Sequence[str], installed: Path, folder: Path) -> list[str]:
    """Return the lines that a Python prints that finds the wheel before all else."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_wheel_is_pure_small_and_whole(wheel: Path) -> None:
    assert built.faults_of_wheel(wheel) == []


def test_what_a_wheel_lacks_or_has_too_much_is_found(wheel: Path, tmp_path: Path) -> None:
    spoiled = tmp_path / wheel.name
    with zipfile.ZipFile(spoiled, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in built.contents(wheel).items():
            if name != "xwidget/py.typed":
                archive.writestr(name, data)
        archive.writestr("tests/test_wheel.py", "")
        archive.writestr("xwidget/photo.png", "")
    found = ["without xwidget/py.typed", "with tests/test_wheel.py", "with xwidget/photo.png"]
    assert built.faults_of_wheel(spoiled) == found


def test_the_sdist_is_whole_and_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    sdist = built.build(ROOT, "sdist", tmp_path)
    assert built.faults_of_sdist(sdist, wheel, tmp_path) == []
    tree = built.unpacked(sdist, tmp_path / "spoiled")
    (tree / "CHANGELOG.md").unlink()
    (tree / "xwidget/names.py").write_text("# other\n")
    with tarfile.open(tmp_path / "spoiled.tar.gz", "w:gz") as archive:
        archive.add(tree, tree.name)
    found = built.faults_of_sdist(tmp_path / "spoiled.tar.gz", wheel, tmp_path / "more")
    assert "without CHANGELOG.md" in found
    assert "its wheel differs in xwidget/names.py" in found


def test_the_wheel_does_what_a_release_is_tried_for(installed: Path, tmp_path: Path) -> None:
    smoke = str(ROOT / "scripts/release/smoke.py")
    assert output(["-W", "ignore", smoke, ""], installed, tmp_path)[-1] == "doctor: 0 broken"
    code = "import xwidget as xw; print(xw.__file__)"
    assert output(["-c", code], installed, tmp_path) == [str(installed / "xwidget/__init__.py")]


def test_an_installed_wheel_makes_the_tables_of_a_store(installed: Path, tmp_path: Path) -> None:
    code = "import xwidget as xw; print(xw.FindingStore('findings.sqlite').list())"
    assert output(["-c", code], installed, tmp_path) == ["()"]


def test_every_extra_is_tried(installed: Path) -> None:
    (about,) = (Distribution.at(folder) for folder in installed.glob("*.dist-info"))
    extras = {"", *about.metadata.get_all("Provides-Extra", [])}
    assert set(TRIED) == extras - set(DEVELOPERS)


def test_no_named_tuple_has_another_base() -> None:
    classes = [
        (path.name, node.name, {base.id for base in node.bases if isinstance(base, ast.Name)})
        for path in (ROOT / "xwidget").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef) and len(node.bases) > 1
    ]
    assert classes
    # Python 3.10 refuses it when it imports the module.
    assert [each for each in classes if "NamedTuple" in each[2]] == []


def test_a_step_that_fails_says_what_it_printed_last() -> None:
    with pytest.raises(Failed, match="no such thing"):
        run([sys.executable, "-c", "raise SystemExit('no such thing')"])
