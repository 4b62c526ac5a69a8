"""``python -m scripts.release``: build, look into what was built, try it on each Python."""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from scripts.release import __doc__ as about
from scripts.release import built
from scripts.release.environments import PYTHONS, Failed, fresh, interpreter, resolved, smoke, uv
from scripts.release.smoke import TRIED

ROOT = Path(__file__).parents[2]
PAGE = """\
# Pythons

Tried {day} by `python -m scripts.release`, with {files} of the commit `{commit}`.

Each cell is a fresh environment that has the wheel and one extra alone, in which something of that
extra is done: an explanation is made, a finding kept, a store written, a model of timm explained.
*alone* is the wheel without extras: import, `python -m xwidget doctor`, an explanation, saved and
exported, a panel. *sdist* is the same from the sdist.

{table}

{rest}"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Build and try; return 1 if something is wrong."""
    kind = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "python -m scripts.release", description=about, formatter_class=kind
    )
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder of what is built")
    parser.add_argument("--python", action="append", help="3.12, say; may be given again")
    parser.add_argument("--extra", action="append", help="one extra alone; may be given again")
    parser.add_argument("--write", type=Path, help="page to write, from a full run")
    given = parser.parse_args(arguments)
    if given.write and (given.python or given.extra):
        parser.error("a page is written from a full run: without --python and --extra")
    uv()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        tree = exported(folder / "tree")
        wheel, sdist = built.build(tree, "wheel", given.out), built.build(tree, "sdist", given.out)
        faults = built.faults_of_wheel(wheel)
        faults += built.faults_of_sdist(sdist, wheel, folder)
        say(f"{wheel.name}, {sdist.name}: {'; '.join(faults) or 'as they should be'}")
        asked = given.python or PYTHONS
        columns = ["", *(given.extra or [extra for extra in TRIED if extra])]
        rows, notes = tried(asked, columns, wheel, sdist, folder)
    heads = [extra or "alone" for extra in columns]
    table = markdown(["Python", *heads, "sdist"], rows)
    rest = "\n".join(f"- {note}" for note in [*faults, *notes])
    if given.write:
        files = f"{wheel.name} ({wheel.stat().st_size // 1000} kB) and {sdist.name}"
        about_page = {"day": date.today(), "files": files, "commit": commit(), "table": table}
        given.write.write_text(PAGE.format(**about_page, rest=f"{rest}\n" if rest else ""), "utf-8")
    sys.stdout.write(f"\n{table}\n\n{rest}\n")
    return 1 if faults or wrong(rows) else 0


def wrong(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether something failed or cannot be installed, or nothing was tried at all."""
    cells = [cell for _, *row in rows for cell in row]
    return "ok" not in cells or bool({"failed", "not installable"} & set(cells))


def tried(
    versions: Sequence[str], extras: Sequence[str], wheel: Path, sdist: Path, folder: Path
) -> tuple[list[list[str]], list[str]]:
    """Return a row for each Python, and notes on what failed or could not be had."""
    rows, notes = [], []
    packages = [f"xwidget[{extra}] @ {wheel.as_uri()}" if extra else str(wheel) for extra in extras]
    for version in versions:
        try:
            python = interpreter(version)
        except Failed as error:
            last = str(error).splitlines()[-1]
            notes.append(f"Python {version} was not there, and could not be had ({last}).")
            rows.append([version, *(resolvable(version, package) for package in packages), "-"])
            continue
        row = [version]
        steps = [*zip(extras, packages, strict=True), ("", str(sdist))]
        for extra, package in steps:
            began = time.perf_counter()
            try:
                said = smoke(fresh(folder / "environment", python, package), extra)
            except Failed as error:
                row.append("failed")
                notes.append(f"Python {version}, {extra or 'alone'}:\n\n```\n{error}\n```\n")
                say(f"{version} {extra or 'alone'}: failed\n{error}")
            else:
                row.append("ok")
                say(f"{version} {extra or 'alone'}: {said} ({time.perf_counter() - began:.0f} s)")
        rows.append(row)
    return rows, notes


def resolvable(version: str, package: str) -> str:
    """Return whether what a package requires is there for a Python that is not."""
    try:
        resolved(version, package)
    except Failed as error:
        say(f"{version} {package}: {error}")
        return "not installable"
    return "installable"


def exported(folder: Path) -> Path:
    """Return the tree of the last commit, in a folder."""
    command = ["git", "archive", "--format=tar", "HEAD"]
    archive = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder


def commit() -> str:
    """Return the last commit's short name."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout.strip()


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table as markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}{os.linesep}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
