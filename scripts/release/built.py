"""Wheel and sdist: how they are built, and what they must hold."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from xwidget import assets

#: The most bytes of a wheel; half of it is the page's scripts.
MOST = 1_300_000
#: Files that a wheel cannot do without.
NEEDED = (
    "py.typed",
    *(f"inspector/static/{name}" for name in (*assets.NAMES, "LICENSES.txt")),
)
_KINDS = {".py", ".typed", ".js", ".css", ".json", ".txt"}
_SOURCES = (
    *("pyproject.toml", "LICENSE", "README.md", "CHANGELOG.md", "CITATION.cff"),
    *("CONTRIBUTING.md", "SECURITY.md", "js/package-lock.json"),
)


def build(root: Path, kind: str, folder: Path) -> Path:
    """Build a ``wheel`` or an ``sdist`` of a tree into a folder, with the installed hatchling."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d"]
    ending = ".whl" if kind == "wheel" else ".tar.gz"
    with tempfile.TemporaryDirectory(dir=folder) as alone:  # others may be in the folder
        subprocess.run([*command, alone], cwd=root, capture_output=True, check=True)
        (made,) = Path(alone).glob(f"*{ending}")
        return made.replace(folder / made.name)


def unpacked(sdist: Path, folder: Path) -> Path:
    """Unpack an sdist into a folder; return the tree in it."""
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (root,) = folder.iterdir()
    return root


def faults_of_wheel(wheel: Path) -> list[str]:
    """Return the faults of a wheel: what it lacks, and what it should not have; [] for none."""
    found = [] if wheel.name.endswith("-py3-none-any.whl") else [f"{wheel.name} is not pure Python"]
    if wheel.stat().st_size > MOST:
        found.append(f"{wheel.stat().st_size:,} bytes, more than {MOST:,}")
    names = zipfile.ZipFile(wheel).namelist()
    found += [f"without xwidget/{name}" for name in NEEDED if f"xwidget/{name}" not in names]
    for name in names:
        package, _, rest = name.partition("/")
        about = package.startswith("xwidget-") and package.endswith(".dist-info")
        if not about and not (package == "xwidget" and Path(rest).suffix in _KINDS):
            found.append(f"with {name}")
    return found


def faults_of_sdist(sdist: Path, wheel: Path, folder: Path) -> list[str]:
    """Return the faults of an sdist, and of the wheel built from it; [] for none."""
    root = unpacked(sdist, folder / "unpacked")
    found = [f"without {name}" for name in _SOURCES if not (root / name).is_file()]
    folders = ("node_modules", "dist", "_build", ".ci", ".git", ".venv")
    found += [
        f"with {path.relative_to(root)}" for name in folders for path in sorted(root.rglob(name))
    ]
    there, again = contents(wheel), contents(build(root, "wheel", folder / "again"))
    different = {name for name in there.keys() | again.keys() if there.get(name) != again.get(name)}
    return found + [f"its wheel differs in {name}" for name in sorted(different)]


def contents(wheel: Path) -> dict[str, bytes]:
    """Return the files of a wheel by their names."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
