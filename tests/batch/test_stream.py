"""``explain_many``: a row for every image, in order; nothing is kept, and it ends when told to."""

import contextlib
import gc
import itertools
import os
import subprocess
import sys
import textwrap
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import xwidget as xw
from xwidget.batch import bar
from xwidget.engine import interrupts

NAMES = ["anvil", "banjo", "cello"]
FAST = {"iterations": 3, "progress": False}
ONE = {**FAST, "batch": 1}  # rows come in order, each before the next image is begun


def classifier() -> xw.Classifier:
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)
    )
    return xw.Classifier(net, size=12, categories=NAMES)


@pytest.fixture
def clf() -> xw.Classifier:
    return classifier()


def picture(seed: int = 0) -> Any:
    return np.random.default_rng(seed).integers(0, 256, (14, 16, 3), dtype=np.uint8)


def test_every_image_has_a_row_in_order_and_it_is_what_explain_returns(clf: xw.Classifier) -> None:
    photos = {f"photo {i}": picture(i) for i in range(3)}
    rows = list(xw.explain_many(clf, photos, ["banjo", 0], game="deletion", **FAST))
    assert [(row.index, row.name, row.error) for row in rows] == [
        (0, "photo 0", ""),
        (1, "photo 1", ""),
        (2, "photo 2", ""),
    ]
    assert all(row.seconds > 0 for row in rows)
    for row in rows:
        alone = xw.explain(clf, photos[row.name], ["banjo", 0], game="deletion", **FAST)
        assert row.explanation.names == ("banjo", "anvil")
        np.testing.assert_array_equal(row.explanation.masks, alone.masks)


def test_without_targets_each_image_has_its_own_most_likely_class(clf: xw.Classifier) -> None:
    photos = [np.full((12, 12, 3), color, dtype=np.uint8) for color in (0, 255)] + [picture()]
    for row, photo in zip(xw.explain_many(clf, photos, **FAST), photos, strict=True):
        assert row.explanation.targets == (clf.predict(photo, k=1)[0][0],)


def test_a_folder_is_explained_by_file_name(clf: xw.Classifier, tmp_path: Any) -> None:
    for name in ("b.png", "A.png"):
        Image.fromarray(picture()).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no image")
    assert [row.name for row in xw.explain_many(clf, tmp_path, **FAST)] == ["A.png", "b.png"]


def test_images_may_be_of_any_kind_that_explain_takes(clf: xw.Classifier, tmp_path: Any) -> None:
    path = tmp_path / "cup.png"
    Image.fromarray(picture()).save(path)
    kinds = [
        path,
        str(path),
        Image.open(path),
        picture(),
        torch.from_numpy(picture()).permute(2, 0, 1),
    ]
    rows = list(xw.explain_many(clf, kinds, **FAST))
    assert [row.error for row in rows] == [""] * 5
    for row in rows[1:]:
        np.testing.assert_array_equal(row.explanation.masks, rows[0].explanation.masks)


def test_a_bad_image_is_a_row_that_says_why_and_the_others_go_on(
    clf: xw.Classifier, tmp_path: Any
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    made = xw.explain_many(clf, [broken, picture(), "/no/such.png", None], **FAST)
    rows = sorted(made, key=lambda row: row.index)
    assert [row.explanation is None for row in rows] == [True, False, True, True]
    assert "not an image that Pillow can read" in rows[0].error
    assert rows[1].error == ""
    assert rows[2].error.startswith("there is no file '/no/such.png'")
    assert "NoneType" in rows[3].error
    assert [row.name for row in rows] == [str(broken), "image 2", "/no/such.png", "image 4"]


class Exits(nn.Module):
    """A net that ends the interpreter where an image is white."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Conv2d(3, 4, 3), nn.Linear(4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if bool(((x - 1).abs().amax((1, 2, 3)) < 0.01).any()):
            raise SystemExit(7)
        found: torch.Tensor = self.last(torch.relu(self.first(x)).mean((2, 3)))
        return found


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize(
    "options", [{"workers": 1, "batch": 2}, {"workers": 2}, {"repeat": True, "workers": 1}]
)
def test_a_net_that_ends_the_interpreter_has_not_explained_one_image(
    options: Any, first: bool
) -> None:
    clf = xw.Classifier(Exits(), size=12, mean=0, std=1, categories=NAMES)
    photos = {"a": picture(), "white": np.full((12, 12, 3), 255, np.uint8), "b": picture(1)}
    if first:
        photos = {"white": photos.pop("white"), **photos}
    found = {row.name: row.error for row in xw.explain_many(clf, photos, **FAST, **options)}
    assert "SystemExit: 7" in found.pop("white")
    assert found == {"a": "", "b": ""}


def test_images_are_taken_when_their_turn_comes(clf: xw.Classifier) -> None:
    taken = itertools.count()

    def endless() -> Iterator[Any]:
        while True:
            yield picture(next(taken))

    rows = xw.explain_many(clf, endless(), **FAST)
    assert next(taken) == 0
    assert [next(rows).name, next(rows).name] == ["image 1", "image 2"]
    rows.close()
    assert next(taken) == 3


def test_nothing_is_kept_of_what_was_yielded(clf: xw.Classifier) -> None:
    images: list[Any] = []

    def photos() -> Iterator[Any]:
        for seed in range(4):
            images.append(weakref.ref(photo := picture(seed)))
            yield photo
            del photo

    alive = []
    found: list[Any] = []
    for row in xw.explain_many(clf, photos(), batch=1, workers=1, **FAST):
        found.append(weakref.ref(row.explanation))
        del row
        gc.collect()
        alive.append([each() is not None for each in (*found[:-1], *images[:-2])])
    assert len(alive) == 4
    assert not any(itertools.chain(*alive))


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"itertions": 5}, TypeError, "explain_many has no setting 'itertions'; did you mean"),
        ({"on_step": print}, TypeError, "explain_many has no setting 'on_step'"),
        ({"game": "chess"}, ValueError, "game must be one of"),
        ({"iterations": 0}, ValueError, "iterations"),
        ({"targets": ["tuba"]}, ValueError, "tuba"),
        ({"targets": 3}, ValueError, "3"),
        ({"plan": "x"}, ValueError, "plan must be"),
        ({"witness": 3}, TypeError, "witness is a int"),
        ({"repeat": True, "reference": "zero"}, ValueError, "repeat"),
        ({"device": "meta"}, ValueError, "holds no numbers"),
        ({"reference": torch.zeros(3, 99, 99)}, ValueError, "reference has shape"),
        ({"images": picture()}, TypeError, "one ndarray"),
        ({"images": "/no/such/folder"}, ValueError, "no folder"),
        ({"names": ["a", "b"]}, ValueError, "2 entries for 1 images"),
        ({"workers": -1}, ValueError, "workers is -1; expected an int of at least 1, or None"),
        ({"workers": True}, TypeError, "workers is True; expected an int"),
        ({"workers": 1.0}, TypeError, "workers is 1.0; expected an int"),
        ({"batch": 0}, ValueError, "batch is 0; expected an int of at least 1, or 'auto'"),
        ({"batch": None}, TypeError, "batch is None; expected an int"),
    ],
)
def test_a_bad_argument_is_refused_before_the_first_image(
    clf: xw.Classifier, arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        xw.explain_many(clf, **({"images": [picture()]} | arguments))


def test_an_error_of_the_iterable_itself_is_raised(clf: xw.Classifier) -> None:
    def photos() -> Iterator[Any]:
        yield picture()
        raise OSError("the disk is gone")

    rows = xw.explain_many(clf, photos(), **ONE)
    assert next(rows).error == ""
    with pytest.raises(OSError, match="the disk is gone"):
        next(rows)


def test_the_net_is_given_back_as_it_came(clf: xw.Classifier) -> None:
    clf.net.train()
    before = [p.clone() for p in clf.net.parameters()]
    rows = xw.explain_many(clf, [picture(0), picture(1)], **FAST)
    next(rows)
    assert clf.net.training
    assert all(torch.equal(p, q) for p, q in zip(clf.net.parameters(), before, strict=True))
    assert all(p.requires_grad for p in clf.net.parameters())
    rows.close()


# Ending it.


def pressing(photos: Any, number: int) -> Iterator[Any]:
    """Yield the photos; the reading of one of them is interrupted."""
    for n, photo in enumerate(photos):
        if n == number:
            raise KeyboardInterrupt
        yield photo


class Presses:
    """An image whose reading is interrupted."""

    def __fspath__(self) -> str:
        raise KeyboardInterrupt


@pytest.mark.parametrize("where", ["iterable", "reading", "run", "witness"])
def test_one_interrupt_ends_the_stream_and_what_was_yielded_stays(
    clf: xw.Classifier, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    photos: Any = [picture(i) for i in range(4)]
    options: dict[str, Any] = {}
    calls = itertools.count()

    def press(*_: Any, **__: Any) -> Any:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return real(*_, **__)

    if where == "iterable":
        photos = pressing(photos, 2)
    elif where == "reading":
        real = xw.Classifier.prepare
        monkeypatch.setattr(xw.Classifier, "prepare", press)
    elif where == "run":
        real = xw.engine.ending.check
        monkeypatch.setattr("xwidget.engine.ending.check", press)
    else:
        options["witness"] = classifier()
        real = xw.engine.witness.Witness.heard
        monkeypatch.setattr("xwidget.engine.witness.Witness.heard", press)
    rows = list(xw.explain_many(clf, photos, **ONE, **options))
    assert [row.name for row in rows] == ["image 1", "image 2"]
    assert all(row.explanation.diagnostics["stopped"] == "iterations" for row in rows)


def test_an_interrupt_before_there_is_a_bar_ends_the_stream(
    clf: xw.Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def press(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(bar, "tqdm", press)
    stream = xw.explain_many(clf, [picture()], **FAST)
    assert list(stream) == []
    assert stream.interrupted


def test_a_second_interrupt_soon_after_is_raised(clf: xw.Classifier) -> None:
    interrupts.take()
    rows = xw.explain_many(clf, pressing([picture()], 0), **FAST)
    with pytest.raises(KeyboardInterrupt):
        next(rows)


def test_an_interrupt_of_what_its_reader_does_between_two_images_does_not_end_it(
    clf: xw.Classifier,
) -> None:
    rows = xw.explain_many(clf, [picture(0), picture(1)], **FAST)
    next(rows)
    interrupts.take()  # as an explanation does that is interrupted
    assert next(rows).explanation


def test_closing_it_ends_it_at_once(clf: xw.Classifier, capsys: pytest.CaptureFixture[str]) -> None:
    rows = xw.explain_many(clf, [picture(i) for i in range(9)], iterations=3)
    next(rows)
    rows.close()
    assert "1/9" in capsys.readouterr().err
    with pytest.raises(StopIteration):
        next(rows)


def test_the_bar_counts_images_and_names_the_one_at_work(
    clf: xw.Classifier, capsys: pytest.CaptureFixture[str]
) -> None:
    list(xw.explain_many(clf, {"cup": picture(), "lost": "/no/such.png"}, iterations=3))
    shown = capsys.readouterr().err
    assert "2/2" in shown
    assert "cup" in shown or "lost" in shown  # whichever is done last; others may be passed over
    for _ in xw.explain_many(clf, [picture()], **FAST):
        assert capsys.readouterr().err == ""


@pytest.mark.skipif(os.name == "nt", reason="no signals")
def test_a_press_of_ctrl_c_ends_a_loop_over_the_stream() -> None:
    script = """
        import os, signal
        from tests.batch.test_stream import classifier, picture
        import xwidget as xw
        from xwidget.engine.cohort import Cohort

        signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background has none
        real, calls = Cohort.note, []

        def press(*args):
            calls.append(1)
            if len(calls) == 25:  # in the second image: the first has 10, its control as many
                os.kill(os.getpid(), signal.SIGINT)
            return real(*args)

        Cohort.note = press
        made = [row.name for row in xw.explain_many(
            classifier(), map(picture, range(5)), iterations=9, early_stop=False, progress=False,
            batch=1)]
        assert made == ["image 1"], made
        print("went on")
    """
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True)
    assert run.returncode == 0, run.stderr.decode()
    assert b"went on" in run.stdout


def test_beside_a_stream_that_waits_for_its_reader_others_may_explain(clf: xw.Classifier) -> None:
    rows = xw.explain_many(clf, [picture(0), picture(1)], **FAST)
    next(rows)
    assert xw.explain(clf, picture(2), **FAST).names
    with contextlib.closing(xw.explain_many(clf, [picture(3)], **FAST)) as others:
        assert next(others).explanation
    assert next(rows).explanation
