"""What a user installs."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    # Without isolation: with the build backend that is installed, and so without a network.
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", str(folder), str(ROOT)], check=True)
    (path,) = folder.iterdir()
    return path


def test_the_wheel_is_pure_python_and_small(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")
    assert wheel.stat().st_size < 1_100_000  # half of it the page's scripts


def test_the_wheel_holds_the_page_and_the_typing_marker(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    page = [
        f"inspector/static/{name}.{kind}"
        for name in ("widget", "portable", "gallery")
        for kind in ("js", "css")
    ]
    page += ["inspector/static/annotate.js", "inspector/static/beside.js"]
    for name in ("py.typed", *page, "inspector/static/LICENSES.txt"):
        assert f"xwidget/{name}" in names


def test_an_installed_wheel_makes_the_tables_of_a_store(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    code = (
        "import xwidget as xw; print(xw.__file__); "
        "store = xw.FindingStore('findings.sqlite'); print(store.list())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "installed")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [str(tmp_path / "installed/xwidget/__init__.py"), "()"]


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    for name in zipfile.ZipFile(wheel).namelist():
        package, _, rest = name.partition("/")
        assert package == "xwidget" or package.endswith(".dist-info"), name
        assert Path(rest).suffix in {".py", ".typed", ".js", ".css", ".json", ".txt"} or (
            package.endswith(".dist-info")
        ), name
