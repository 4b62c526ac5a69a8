"""``python -m xwidget.studies``: a report is written, and what is measured once stays measured."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from tests.studies.conftest import Command, words
from xwidget.commands.main import main as whole
from xwidget.methods import method
from xwidget.studies import color, deletion
from xwidget.studies.command import main
from xwidget.studies.records import Records
from xwidget.studies.runner import Run
from xwidget.studies.table import STUDIES

ROWS = Path("report.results/rows.jsonl")


def rows(study: str = "") -> list[dict[str, Any]]:
    found = [json.loads(line) for line in ROWS.read_text().splitlines() if line.endswith("}")]
    return [row for row in found if study in ("", row["study"])]


def page() -> BeautifulSoup:
    return BeautifulSoup(Path("report.html").read_text("utf-8"), "html.parser")


def test_all_studies_make_one_page_that_needs_no_network(
    command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deletion, "OTHERS", ("guided_backprop", "rise", "lrp"))
    there = method._installed
    monkeypatch.setattr(method, "_installed", lambda name: name != "zennit" and there(name))
    (folder / "photos" / "bad.png").write_bytes(b"no image")
    assert command("--write", "pages", study="all") == 0
    found = page()
    assert [each["id"] for each in found.select("section > h2")] == list(STUDIES)
    assert not found.find_all("script")
    links = [tag[name] for tag in found.find_all(True) for name in ("src", "href") if tag.get(name)]
    assert links
    assert [link for link in links if not link.startswith(("data:image/jpeg;base64,", "#"))] == []
    assert "url(" not in str(found.style)
    policy = found.find("meta", {"http-equiv": "Content-Security-Policy"})
    assert policy is not None
    assert "default-src 'none'" in str(policy["content"])
    text = found.get_text(" ")
    assert 'LRP is missing; install it:  pip install "xwidget[methods]"' in text
    assert "bad.png: 'photos/bad.png' is not an image" in text
    assert "Skipped: no regions are marked; give a folder of masks, --marks FOLDER." in text
    assert "incomplete" not in text
    for table in found.find_all("table"):
        assert len({len(row.find_all(["th", "td"])) for row in table.find_all("tr")}) == 1
    measured = {row["study"] for row in rows() if not row["error"]}
    assert measured >= set(STUDIES) - {"lesions"}
    pages = {path.stem: path.read_text("utf-8") for path in Path("pages").glob("*.md")}
    assert set(pages) == set(STUDIES) - {"lesions"}
    assert pages["defense"].startswith("# The defense against adversarial evidence\n")
    assert "from memory" in pages["deletion"]


def test_only_what_is_missing_is_measured(command: Command, folder: Path) -> None:
    assert command("--limit", "2") == 0
    first = rows("defense")
    assert len(first) == 2 * 6
    assert command("--limit", "2") == 0
    assert rows("defense") == first
    assert command() == 0
    assert rows("defense")[: len(first)] == first
    assert len(rows("defense")) == 3 * 6
    assert command("--seed", "1") == 0  # another seed is another measurement
    assert len(rows("defense")) == 2 * 3 * 6
    photo = folder / "photos" / "000_red.png"
    photo.write_bytes((folder / "photos" / "001_green.png").read_bytes())
    assert command() == 0  # as is a photo of the same name
    assert len(rows("defense")) == 2 * 3 * 6 + 6


def test_a_killed_run_goes_on_where_it_ended(folder: Path, command: Command) -> None:
    started = subprocess.Popen(
        [sys.executable, "-m", "xwidget.studies", *words(net="slow")],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), "."])},
        cwd=folder,
    )
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until and (not ROWS.exists() or len(rows("defense")) < 2):
            assert started.poll() is None
            time.sleep(0.02)
    finally:
        os.kill(started.pid, signal.SIGKILL)
        started.wait()
    before = rows()
    kept = [row for row in before if row["study"] == "defense"]
    assert 2 <= len(kept) < 3 * 6
    assert not Path("report.html").exists()
    with ROWS.open("a") as file:
        file.write('{"key": "torn", "study": "def')
    assert command() == 0
    assert rows()[: len(before)] == before
    keys = [row["key"] for row in rows("defense")]
    assert len(keys) == len(set(keys)) == 3 * 6
    assert "incomplete" not in page().get_text()


def test_an_interrupt_leaves_a_report_of_what_there_is(
    command: Command, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    keep = Run._keep

    def interrupted(run: Run, measured: Any) -> None:
        keep(run, measured)
        if len(rows("defense")) == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(Run, "_keep", interrupted)
    assert command() == 130
    assert "14 of 18 measurements are still to be made. The same command goes on." in (
        capsys.readouterr().err
    )
    text = page().get_text()
    assert "This report is incomplete: 14 of 18 measurements are still to be made" in text
    assert "4 of 18 measurements are there" in text


def test_photos_that_nobody_came_to_are_not_said_to_be_unreadable(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("photos/003_broken.png").write_bytes(b"no picture")
    keep = Run._keep

    def interrupted(run: Run, measured: Any) -> None:
        keep(run, measured)
        if len(rows("photos")) == 1:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Run, "_keep", interrupted)
        assert command("--labels", "none") == 130
    text = page().get_text()
    assert "were not looked at yet" in text
    assert "4 of them could not" not in text
    assert command() == 0
    assert "4 photos; 1 of them could not be read" in page().get_text()


def test_the_command_of_the_report_names_the_folder_as_a_shell_reads_it(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("photos").rename("my photos")
    monkeypatch.chdir("my photos")
    monkeypatch.syspath_prepend("..")
    assert command("--photos", ".") == 0
    assert "--photos 'my photos' --model" in page().get_text()


def test_a_photo_that_fails_is_a_row_with_its_error(
    command: Command, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    real = color.figures

    def figures(found: Any) -> dict[str, Any]:
        if "green" in found.subject.name:
            raise ValueError("no figure of green")
        return real(found)

    with monkeypatch.context() as patched:
        patched.setattr(color, "figures", figures)
        assert command(study="color") == 0
    assert "color: 1 measurements failed" in capsys.readouterr().err
    assert "001_green.png, colors, generation: no figure of green" in page().get_text()
    assert command(study="color") == 0  # and is tried again
    assert "no figure of green" not in page().get_text()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--photos", "nowhere"], "there is no folder 'nowhere'"),
        (["--photos", "empty"], "the folder 'empty' holds no image"),
        (["--model", "study_nets:broken"], "these weights are broken"),
        (["--model", "squeeze"], "no classifier 'squeeze'; did you mean 'squeezenet'"),
        (["--model", "study_nets:slow"], "two networks are called 'colors'"),
        (["--marks", "nowhere"], "there are no marks at 'nowhere'"),
        (["--device", "warp"], "device='warp' cannot be used here"),
        (["--out", "photos"], "is a folder; give the path of a file"),
        (["--out", "report.results"], "is where results are kept"),
        (["--out", "taken.html"], "taken.results"),
    ],
)
def test_bad_input_is_told_in_words(
    command: Command, folder: Path, capsys: Any, more: list[str], said: str
) -> None:
    (folder / "empty").mkdir()
    (folder / "taken.results").touch()
    assert command(*more) == 2
    assert said in capsys.readouterr().err
    assert not Path("report.html").exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--limit", "0"], "'0'; expected a whole number from 1"),
        (["--labels", "eyes"], "invalid choice: 'eyes'"),
        (["defence"], "there is no study 'defence'; did you mean 'defense'?"),
    ],
)
def test_a_mistyped_command_is_told_in_words(
    folder: Path, capsys: Any, more: list[str], said: str
) -> None:
    study, options = ([], more) if more[0].startswith("-") else (more, [])
    line = words(*options)
    with pytest.raises(SystemExit) as ended:
        main([*study, *line])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_a_result_that_cannot_be_kept_ends_the_run_with_the_reason(
    command: Command, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(Records, "add", full)
    assert command("--limit", "1") == 2
    assert "cannot be kept: no space left on device" in capsys.readouterr().err


def test_it_is_a_command_of_the_package_too(folder: Path) -> None:
    assert whole(["studies", *words("--limit", "1", study="color")]) == 0
    assert Path("report.html").exists()
