"""Pythons that can be had here, and fresh environments of them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
_SECONDS = 1800
_SMOKE = Path(__file__).parent / "smoke.py"


class Failed(Exception):
    """A step that failed: its text is the last of what it printed."""


def interpreter(version: str) -> str:
    """Return the path of a Python of a version such as "3.12".

    Looked for on the path, among those of pyenv, and by uv, which downloads one where it can.

    Raises
    ------
    Failed
        If it cannot be had.
    """
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    places = [shutil.which(f"python{version}"), *sorted(pyenv.glob(f"{version}.*/bin/python"))]
    for place in places:
        if place and _version(str(place)) == version:
            return str(place)
    run([uv(), "python", "install", version])
    return run([uv(), "python", "find", version]).splitlines()[-1]


def fresh(folder: Path, interpreter: str, package: str) -> Path:
    """Make an environment in a folder, with a package in it; return its Python.

    Raises
    ------
    Failed
        If the package cannot be installed.
    """
    run([uv(), "venv", "--quiet", "--clear", "--python", interpreter, str(folder)])
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    run([uv(), "pip", "install", "--quiet", "--python", str(python), package])
    return python


def resolved(version: str, package: str) -> None:
    """Ask the registry whether a package could be installed on a Python that is not here.

    Raises
    ------
    Failed
        If a package that it requires has no wheel for that Python.
    """
    wheels = ["--no-header", "--quiet", "--only-binary", ":all:", "--python-version", version, "-"]
    run([uv(), "pip", "compile", *wheels], given=package)


def smoke(python: Path, extra: str) -> str:
    """Try xwidget in an environment; return what it says.

    Raises
    ------
    Failed
        If it does not work there.
    """
    aside = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    said = run([str(python), "-W", "ignore", str(_SMOKE), extra], environment=aside)
    return said.strip().splitlines()[-1]


def uv() -> str:
    """Return the path of uv.

    Raises
    ------
    SystemExit
        If it is not installed.
    """
    found = shutil.which("uv")
    if found is None:
        raise SystemExit("environments are made by uv, which is not installed: pip install uv")
    return found


def run(
    command: list[str], given: str | None = None, environment: dict[str, str] | None = None
) -> str:
    """Run a command; return what it prints.

    Raises
    ------
    Failed
        If it fails, or takes half an hour.
    """
    try:
        done = subprocess.run(
            command,
            input=given,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        last = [line.strip() for line in f"{error.stdout}\n{error.stderr}".splitlines()]
        raise Failed("\n".join(line for line in last if line)[-2000:]) from error
    except subprocess.TimeoutExpired as error:
        raise Failed(f"took more than {_SECONDS} s") from error
    return done.stdout


def _version(python: str) -> str:
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        return run([python, "-c", code]).strip()
    except (Failed, OSError):
        return ""
