"""A file is there whole, or is what it was before; and one that has changed is told."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from tests.test_explanation import DOUBTFUL, parts
from xwidget.explanation import Explanation
from xwidget.export.file import _checksum
from xwidget.support import files

DEEP = "[" * 100_000
POSIX = pytest.mark.skipif(os.name != "posix", reason="such files are there on POSIX only")


@pytest.fixture
def explanation() -> Explanation:
    return Explanation(**parts(checks=(DOUBTFUL, DOUBTFUL)))


@pytest.fixture
def saved(explanation: Explanation, tmp_path: Path) -> Path:
    explanation.save(tmp_path / "coffee.xwidget")
    return tmp_path / "coffee.xwidget"


def changed(
    path: Path, arrays: dict[str, Any] | None = None, about: dict[str, str] | None = None
) -> Path:
    """Return a file like another, with some of what it holds changed and a checksum that fits."""
    with safe_open(path, framework="numpy") as file:
        texts = {**file.metadata(), **(about or {})}
        held = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    held |= arrays or {}
    del texts["sha256"]
    other = path.with_name("changed.xwidget")
    save_file(held, other, {**texts, "sha256": _checksum(texts, held)})
    return other


# Writing


def test_many_writers_of_one_path_all_succeed_and_leave_one_whole_file(
    explanation: Explanation, tmp_path: Path
) -> None:
    path = tmp_path / "coffee.xwidget"
    together = threading.Barrier(10)

    def save(_: int) -> None:
        together.wait()
        explanation.save(path)
        explanation.export_html(tmp_path / "coffee.html")

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(save, range(30)))
    assert Explanation.load(path).targets == (967, 968)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["coffee.html", "coffee.xwidget"]


def test_a_file_that_cannot_be_finished_changes_nothing(
    explanation: Explanation, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = saved.read_bytes()

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        explanation.save(saved)
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


def test_what_a_thread_has_not_finished_goes_with_the_process(tmp_path: Path) -> None:
    code = f"""
import threading, time
from pathlib import Path
from xwidget.support import files
begun, ever = threading.Event(), threading.Event()
def slow(part, data):
    part.write_bytes(data)
    begun.set()
    ever.wait()
files._write = slow
threading.Thread(target=files.replace, args=({str(tmp_path / "page")!r}, b"1"), daemon=True).start()
begun.wait()
assert len(list(Path({str(tmp_path)!r}).iterdir())) == 1
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    assert not list(tmp_path.iterdir())


@POSIX
def test_a_forked_process_takes_nothing_of_its_parents_along(tmp_path: Path) -> None:
    code = f"""
import os, sys
from xwidget.support import files
write = files._write
def forking(part, data):
    write(part, data)
    child = os.fork()
    if child == 0:
        files._tidy()  # as where it ends by itself
        os._exit(0)
    os.waitpid(child, 0)
files._write = forking
files.replace({str(tmp_path / "page")!r}, b"1")
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    assert (tmp_path / "page").read_bytes() == b"1"


@POSIX
def test_a_file_in_a_folder_that_cannot_be_read_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.open

    def refuse(path: Any, *args: Any, **keys: Any) -> int:
        if Path(path) == tmp_path:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return opened(path, *args, **keys)

    monkeypatch.setattr(os, "open", refuse)
    assert files.replace(tmp_path / "page", b"1").read_bytes() == b"1"


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.EACCES, "in a folder of yours"),
        (errno.EROFS, "in a folder of yours"),
        (errno.ENOSPC, "make room"),
        (errno.EIO, "try again"),
    ],
)
def test_what_can_be_done_depends_on_what_went_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, advice: str
) -> None:
    def fails(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files, "_write", fails)
    with pytest.raises(OSError, match=advice) as raised:
        files.replace(tmp_path / "page", b"1")
    assert raised.value.errno == number


@POSIX
def test_only_a_regular_file_is_replaced(explanation: Explanation, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path, words in [
        (pipe, "no regular file"),
        (tmp_path, "a folder"),
        (Path(os.devnull), "no regular file"),
    ]:
        for write in (explanation.save, explanation.export_html):
            with pytest.raises(ValueError, match=words):
                write(path)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert not Path(os.devnull).is_file()


@POSIX
def test_a_link_is_followed_and_permissions_are_kept(explanation: Explanation, saved: Path) -> None:
    saved.chmod(0o640)
    link = saved.with_name("link")
    link.symlink_to(saved)
    explanation.save(link)
    assert link.is_symlink()
    assert stat.S_IMODE(saved.stat().st_mode) == 0o640
    fresh = files.replace(saved.with_name("fresh"), b"")
    plain = saved.with_name("plain")
    plain.write_bytes(b"")
    assert fresh.stat().st_mode == plain.stat().st_mode


def test_a_folder_that_is_not_there_is_named(explanation: Explanation, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*missing.*mkdir"):
        explanation.save(tmp_path / "missing" / "coffee.xwidget")


# Reading


def test_a_bit_that_has_flipped_anywhere_is_told(saved: Path) -> None:
    whole = saved.read_bytes()
    header = 8 + int.from_bytes(whole[:8], "little")
    random = np.random.default_rng(0)
    places = [*range(header), *random.integers(header, len(whole), 300)]
    unnoticed = []
    for place in places:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << int(random.integers(8))
        saved.write_bytes(flipped)
        try:
            Explanation.load(saved)
        except ValueError:
            continue
        unnoticed.append(place)
    # The header is padded with spaces, which say nothing.
    assert all(whole[place] == ord(" ") for place in unnoticed)


@pytest.mark.parametrize(
    ("arrays", "about", "words"),
    [
        ({"targets": np.array([-5, 968])}, {}, "class indices from 0"),
        ({"targets": np.array([2**40, 968])}, {}, "class indices from 0"),
        ({"targets": np.array([967.0, 968.0])}, {}, "targets has type float64"),
        ({"image": np.zeros((0, 0, 3), np.uint8)}, {}, "no pixels"),
        ({"scores": np.array([np.nan, 0.4])}, {}, r"scores lies in \[0,1\]"),
        ({"image_scores": np.array([7.0, 0.4])}, {}, r"image_scores lies in \[0,1\]"),
        ({"trace.score": np.full((5, 2), 3.0)}, {}, r"trace\.score lies in"),
        ({"trace.mask_mean": np.full((5, 2), -1.0)}, {}, r"trace\.mask_mean lies in"),
        ({"trace.sparsity": np.full((5, 2), np.inf)}, {}, "infinite"),
        ({"frames.iterations": np.array([-2, 0, 2])}, {}, "begin at -2"),
        ({}, {"diagnostics": '{"seconds": NaN}'}, "NaN is no number"),
        ({}, {"diagnostics": '{"seconds": -1}'}, "a number from 0, not -1"),
        ({}, {"diagnostics": '{"seconds": "soon"}'}, "a number from 0, not 'soon'"),
        ({}, {"diagnostics": DEEP}, "recursion"),
        ({}, {"settings": "[1, 2]"}, ""),
        ({}, {"names": "7"}, ""),
        ({}, {"names": '["espresso", null]'}, "no text"),
        ({}, {"checks": '[{"items": 5}]'}, ""),
        ({}, {"checks": '["holds", "holds"]'}, ""),
        ({}, {"checks": json.dumps([{"items": [], "verdict": 1, "summary": ""}] * 2)}, "verdict"),
    ],
)
def test_every_number_is_checked_against_its_meaning(
    saved: Path, arrays: dict[str, Any], about: dict[str, str], words: str
) -> None:
    with pytest.raises(ValueError, match=f"is damaged.*{words}"):
        Explanation.load(changed(saved, arrays, about))


def test_arrays_of_others_are_not_read(saved: Path) -> None:
    other = changed(saved, {"more": np.zeros(1000)})
    with pytest.raises(ValueError, match="checksum"):  # it was summed with them
        Explanation.load(other)
    whole = changed(saved)
    with safe_open(whole, framework="numpy") as file:
        about = file.metadata()
        held = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    save_file({**held, "more": np.zeros(1000)}, other, about)
    assert Explanation.load(other).targets == (967, 968)


def test_a_file_of_layout_2_has_no_checksum(saved: Path) -> None:
    with safe_open(saved, framework="numpy") as file:
        about = file.metadata()
        held = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    del about["sha256"]
    for layout, fails in (("2", False), ("3", True)):
        save_file(held, saved, {**about, "layout": layout})
        if fails:
            with pytest.raises(ValueError, match="it has no 'sha256'"):
                Explanation.load(saved)
        else:
            assert Explanation.load(saved).checks == (DOUBTFUL, DOUBTFUL)


@POSIX
def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path, Path(os.devnull)):
        with pytest.raises(ValueError, match="give the path of a file"):
            Explanation.load(path)


@pytest.mark.parametrize("error", [MemoryError(), RecursionError("too deep"), AttributeError("x")])
def test_every_fault_is_one_kind_of_error(
    saved: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(Explanation, "__post_init__", fails)
    with pytest.raises(ValueError, match="is damaged: "):
        Explanation.load(saved)
    monkeypatch.setattr("xwidget.export.file.safe_open", fails)
    with pytest.raises(ValueError, match="cannot be read as safetensors"):
        Explanation.load(saved)


def test_a_huge_array_that_is_only_claimed_is_refused(saved: Path) -> None:
    header = json.dumps(
        {"masks": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}}
    ).encode()
    saved.write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(ValueError, match="cannot be read"):
        Explanation.load(saved)


# Paths


@pytest.mark.parametrize(
    ("path", "kind", "words"),
    [
        ("\ud800", ValueError, "half of a character"),
        ("a\0b", ValueError, "zero character"),
        ("", ValueError, "the path is empty"),
        (f"somewhere{os.sep}", ValueError, "give a file's, not a folder's"),
        (b"/x", TypeError, r"os\.fsdecode\(path\)"),
        (3, TypeError, "a path is a str or a pathlib.Path, got 3"),
        (None, TypeError, "a path is a str or a pathlib.Path"),
    ],
)
def test_what_no_file_can_be_called_is_told(
    explanation: Explanation, path: Any, kind: type[Exception], words: str
) -> None:
    for use in (explanation.save, explanation.export_html, Explanation.load):
        with pytest.raises(kind, match=words):
            use(path)
