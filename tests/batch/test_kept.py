"""``explain_many`` with a store: what it keeps, and how it goes on."""

from __future__ import annotations

import errno
import io
import itertools
import json
import os
import sys
import threading
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch import nn

import xwidget as xw
from xwidget.batch import Item, Job, Outcome
from xwidget.batch.executors.local import local
from xwidget.batch.store import writer as writing

NAMES = ["anvil", "banjo", "cello"]
FAST: Any = {"iterations": 3, "progress": False}


def classifier(seed: int = 0, **options: Any) -> xw.Classifier:
    torch.manual_seed(seed)
    net = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)
    )
    return xw.Classifier(net, **{"size": 16, "categories": NAMES, **options})


@pytest.fixture
def clf() -> xw.Classifier:
    return classifier()


def picture(seed: int = 0) -> Any:
    return np.random.default_rng(seed).integers(0, 256, (20, 24, 3), dtype=np.uint8)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Return a folder of two classes with three images, one of which is none."""
    for n, name in enumerate(("banjo/0.png", "boat/1.png", "banjo/2.png")):
        (tmp_path / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture(n)).save(tmp_path / "photos" / name)
    (tmp_path / "photos" / "boat" / "bad.png").write_bytes(b"no image")
    return tmp_path / "photos"


def kept(*arguments: Any, **options: Any) -> xw.ExplanationStore:
    store = xw.explain_many(*arguments, **{**FAST, **options}).run()
    assert store is not None
    return store


def test_a_row_has_all_that_was_found_of_an_image_and_a_target(
    clf: xw.Classifier, photos: Path, tmp_path: Path
) -> None:
    witness = classifier(1)
    options: Any = {"game": "deletion", "witness": witness}
    store = kept(clf, photos, ["cello", "anvil"], out=tmp_path / "out", **options)
    assert store.images == ["banjo/0.png", "banjo/2.png", "boat/1.png", "boat/bad.png"]
    assert len(store) == 7
    row = store.row("banjo/2.png/2")
    alone = xw.explain(clf, photos / "banjo/2.png", [2, 0], **FAST, **options)
    best, name, score = clf.predict(photos / "banjo/2.png", 1)[0]
    checks = alone.checks[0]
    expected = {
        "image": "banjo/2.png",
        "index": 1,
        "path": str(photos / "banjo" / "2.png"),
        "digest": alone.origin.digest,
        "label": "banjo",
        "label_index": 1,
        "target": 2,
        "target_name": "cello",
        "prediction": best,
        "prediction_name": name,
        "verdict": checks.verdict,
        "summary": checks.summary,
        "failed": [check.name for check in checks.failed],
        "iterations": 3,
        "stopped": "iterations",
        "error": "",
        "height": 16,
        "width": 16,
        "picture": None,
    }
    assert {key: row[key] for key in expected} == expected
    heard = checks["witness"].details
    mask, mean = alone.masks[0], alone.masks[0].mean(0)
    across = (np.arange(16) + 0.5) / 16
    numbers = {
        "prediction_score": score,
        "image_score": alone.image_scores[0],
        "score": alone.scores[0],
        "witness_score": heard["optimized"],
        "witness_image_score": heard["image"],
        "shown": mask.mean(),
        "red": mask[0].sum() / mask.sum(),
        "x": (mean.sum(0) * across).sum() / mean.sum(),
        "y": (mean.sum(1) * across).sum() / mean.sum(),
        "border": 1 - mask[:, 2:-2, 2:-2].sum() / mask.sum(),
    }
    assert {key: row[key] for key in numbers} == pytest.approx(numbers, abs=1e-4)
    assert sum(row[color] for color in ("red", "green", "blue")) == pytest.approx(1)
    assert row["seconds"] > 0
    assert json.loads(row["checks"]) == checks.describe()
    assert json.loads(row["diagnostics"])["defense"] == "paper"
    thumbnail = Image.open(io.BytesIO(row["thumbnail"]))
    assert (thumbnail.format, thumbnail.size) == ("WEBP", (16, 16))
    halves = np.frombuffer(row["mask_small"], "<f2").reshape(16, 2, 16, 2).mean((1, 3))
    np.testing.assert_allclose(halves, mean, atol=2e-3)
    pooled = clf.net[:4](clf.prepare(photos / "banjo/2.png")[None]).detach().numpy()[0]
    np.testing.assert_allclose(np.frombuffer(row["features"], "<f2"), pooled, atol=2e-3)
    bad = store.row("boat/bad.png/-")
    assert (bad["target"], bad["mask"], bad["label"], bad["index"]) == (None, None, "boat", 3)
    assert "not an image that Pillow can read" in bad["error"]
    assert store.errors == {"boat/bad.png": bad["error"]}


@pytest.mark.parametrize("game", ["generation", "deletion"])
@pytest.mark.parametrize("by_path", [True, False])
def test_an_explanation_comes_back_as_it_was_made(
    clf: xw.Classifier, photos: Path, tmp_path: Path, game: str, by_path: bool
) -> None:
    image = photos / "banjo/0.png"
    images = {"one": image if by_path else np.asarray(Image.open(image))}
    options: Any = {"game": game, "reference": "blur", "plan": "folded"}
    store = kept(clf, images, [2, 0], out=tmp_path / "out", **options)
    made = xw.explain(clf, images["one"], [2, 0], **FAST, **options)
    found = store.explanation("one", clf)
    levels = np.floor(made.masks * np.float32(255) + np.float32(0.5))
    np.testing.assert_array_equal(np.floor(found.masks * np.float32(255) + np.float32(0.5)), levels)
    for name in ("image", "evidence"):
        np.testing.assert_array_equal(getattr(found, name), getattr(made, name))
    assert np.abs(found.reference.astype(int) - made.reference).max() <= 1
    for name in ("targets", "names", "checks", "settings"):
        assert getattr(found, name) == getattr(made, name)
    np.testing.assert_allclose(found.scores, made.scores, atol=1e-6)
    np.testing.assert_allclose(found.trace.score, made.trace.score, atol=1e-6)
    assert found.origin.describe() == {**made.origin.describe(), "name": "one"}
    assert found.says() == made.says()
    # The order of the pixels is that of the run, to a 256th of them.
    for ours, theirs in zip(found.relevance, made.relevance, strict=True):
        ranks = [np.argsort(np.argsort(-each.ravel(), kind="stable")) for each in (ours, theirs)]
        assert np.abs(ranks[0] - ranks[1]).max() <= 1
    second = store.explanation("one/0", clf)
    assert second.targets == (0,)
    np.testing.assert_array_equal(second.image, made.image)
    if by_path:
        with pytest.raises(ValueError, match="give the classifier, Sequential, too"):
            store.explanation("one")
        Image.fromarray(picture(9)).save(image)
        with pytest.raises(ValueError, match="has other pixels than when it was explained"):
            store.explanation("one", clf)
    else:
        np.testing.assert_array_equal(store.explanation("one").image, made.image)
    with pytest.raises(ValueError, match="has other weights; give the one"):
        store.explanation("one", classifier(5))
    with pytest.raises(TypeError, match="expected a Classifier"):
        store.explanation("one", 3)


@pytest.mark.parametrize("of", ["an array", "a file"])
def test_an_image_of_a_store_comes_back_before_its_net(
    clf: xw.Classifier, photos: Path, tmp_path: Path, of: str
) -> None:
    given = picture(3) if of == "an array" else photos / "banjo/0.png"
    store = kept(clf, {"one": given}, [1, 2], out=tmp_path / "store")
    real = xw.Subject(clf, given)
    for which in ("one", "one/1", "one/2"):
        found = store.subject(which, clf)
        assert (found.digest, found.size) == (real.digest, (20, 24))
        assert found.geometry.describe() == real.geometry.describe()
        np.testing.assert_array_equal(found.picture, real.picture)
        np.testing.assert_array_equal(store.picture(which, clf), real.picture)
    if of == "a file":
        with pytest.raises(ValueError, match="has to be read anew; give the classifier"):
            store.picture("one")
    else:
        np.testing.assert_array_equal(store.picture("one/2"), real.picture)
    with pytest.raises(ValueError, match="has other weights"):
        store.subject("one", classifier(5))


def test_labels_that_come_later_are_said_to_be_not_taken(
    clf: xw.Classifier, tmp_path: Path
) -> None:
    images, out = [picture(0), picture(1)], tmp_path / "out"
    kept(clf, images, out=out)
    with pytest.warns(UserWarning, match="'image 1' has the label 'banjo' now.*has none") as told:
        kept(clf, images, labels=[1, 2], out=out)
    assert len(told) == 1


@pytest.mark.parametrize("out", ["s3://bucket/results", "", "a\0b"])
def test_what_is_no_folder_here_is_refused(clf: xw.Classifier, out: str) -> None:
    with pytest.raises(ValueError, match="expected the path of a folder on this machine"):
        xw.explain_many(clf, [picture(0)], out=out, **FAST)


def test_it_goes_on_where_it_was_ended_and_yields_only_what_is_new(
    clf: xw.Classifier, tmp_path: Path
) -> None:
    images = {f"photo {n}": picture(n) for n in range(5)}
    images["bad"] = "/no/such.png"
    with xw.explain_many(clf, images, out=tmp_path, batch=1, workers=1, **FAST) as rows:
        first = [next(rows).name, next(rows).name]
    assert xw.ExplanationStore(tmp_path).images == first
    # Those that are there are not even opened: nothing of this kind could be.
    again = list(xw.explain_many(clf, dict.fromkeys(images, object()), out=tmp_path, **FAST))
    assert sorted(row.name for row in again) == sorted(set(images) - set(first))
    store = xw.ExplanationStore(tmp_path)
    assert sorted(store.images) == sorted(images)
    assert not list(xw.explain_many(clf, images, out=tmp_path, **FAST))
    assert len(xw.ExplanationStore(tmp_path)) == 6


def test_images_that_failed_are_tried_again_when_asked(
    clf: xw.Classifier, photos: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert kept(clf, photos, out=out).errors.keys() == {"boat/bad.png"}
    Image.fromarray(picture(7)).save(photos / "boat/bad.png")
    assert not list(xw.explain_many(clf, photos, out=out, **FAST))
    again = list(xw.explain_many(clf, photos, out=out, retry=True, **FAST))
    assert [(row.name, row.error) for row in again] == [("boat/bad.png", "")]
    store = xw.ExplanationStore(out)
    assert not store.errors
    assert len(store) == 4
    # Nor do those see it who read the files themselves.
    assert sorted(pd.read_parquet(out)["id"]) == sorted(store.ids)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"game": "deletion"}, "game='generation' there, game='deletion' here"),
        ({"iterations": 4}, "iterations=3 there, iterations=4 here"),
        ({"targets": [1]}, r'targets null there, \[\[1, "banjo"\]\] here'),
        ({"clf": classifier(2)}, "weights"),
        ({"clf": classifier(0, mean=0.5)}, "mean .* there, .* here; preprocessing"),
        ({"clf": classifier(0, categories=["x", "y", "z"])}, "^the store .*: categories "),
        ({"witness": classifier(1)}, "witness null there"),
        ({"repeat": True}, "repeat false there, true here"),
        ({"reference": torch.zeros(3, 16, 16)}, "reference='drawn' there, reference='tensor "),
        ({"resume": False}, "has a store already; leave resume=True"),
    ],
)
def test_a_store_is_not_gone_on_with_by_something_else(
    clf: xw.Classifier, tmp_path: Path, changed: dict[str, Any], words: str
) -> None:
    kept(clf, [picture()], out=tmp_path)
    options = {"clf": clf, "images": [picture(1)], "out": tmp_path, **FAST, **changed}
    with pytest.raises(ValueError, match=words):
        xw.explain_many(**options)
    assert len(xw.ExplanationStore(tmp_path)) == 1
    # What changes nothing beyond rounding may be another.
    assert len(kept(clf, [picture(), picture(1)], out=tmp_path, plan="folded", device="cpu")) == 2


@pytest.mark.parametrize("who", ["clf", "witness"])
def test_weights_that_change_on_the_way_end_the_stream(tmp_path: Path, who: str) -> None:
    nets = {"clf": classifier(), "witness": classifier(1)}
    stream = xw.explain_many(
        nets["clf"],
        map(picture, range(9)),
        out=tmp_path,
        witness=nets["witness"],
        workers=1,
        batch=1,
        **FAST,
    )
    assert next(stream).error == ""
    with torch.no_grad():
        nets[who].net[4].weight.mul_(1)  # type: ignore[index, operator, union-attr]
    assert next(stream).error == ""  # the values are the same
    with torch.no_grad():
        nets[who].net[4].weight.mul_(2)  # type: ignore[index, operator, union-attr]
    with pytest.raises(ValueError, match="other ones than when the stream began"):
        list(stream)
    store = xw.ExplanationStore(tmp_path)
    assert sorted(store.images) == ["image 1", "image 2"]
    assert not store.errors


def test_a_folder_of_other_things_is_left_alone(clf: xw.Classifier, photos: Path) -> None:
    with pytest.raises(ValueError, match=r"holds 'b.*no explanation store"):
        xw.explain_many(clf, photos, out=photos, **FAST)
    assert sorted(path.name for path in photos.iterdir()) == ["banjo", "boat"]
    with pytest.raises(ValueError, match="is no folder"):
        xw.explain_many(clf, photos, out=photos / "banjo/0.png", **FAST)


def test_another_run_in_this_process_ends_the_first(clf: xw.Classifier, tmp_path: Path) -> None:
    images = [picture(n) for n in range(4)]
    rows = xw.explain_many(clf, images, out=tmp_path, **FAST)
    next(rows)
    assert len(kept(clf, images, out=tmp_path)) == 4
    with pytest.raises(RuntimeError, match="another run writes into it now"):
        list(rows)
    assert len(xw.ExplanationStore(tmp_path)) == 4


def test_a_run_in_another_thread_is_not_ended_unless_that_has_ended(
    clf: xw.Classifier, tmp_path: Path
) -> None:
    images, begun, goes_on = [picture(n) for n in range(4)], threading.Event(), threading.Event()
    rows = xw.explain_many(clf, images, out=tmp_path, **FAST)

    taken = []

    def first() -> None:
        taken.append(next(rows).name)
        begun.set()
        goes_on.wait()
        taken.append(next(rows).name)

    thread = threading.Thread(target=first, name="first")
    thread.start()
    begun.wait()
    with pytest.raises(BlockingIOError, match="in the thread 'first'; wait for its end, or close"):
        kept(clf, images, out=tmp_path)
    goes_on.set()
    thread.join()
    assert len(taken) == 2
    assert len(kept(clf, images, out=tmp_path)) == 4


def test_the_error_of_a_run_is_not_that_of_the_next(
    clf: xw.Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> None:
        raise ValueError("of the first run")

    rows = xw.explain_many(clf, [picture()], out=tmp_path, **FAST)
    with monkeypatch.context() as patch:
        patch.setattr(writing, "write_piece", fails)
        with pytest.raises(ValueError, match="of the first run") as raised:
            rows.run()
    assert len(kept(clf, [picture()], out=tmp_path)) == 1
    assert raised.tb is not None  # it keeps all that the first run was


def test_a_value_that_no_column_holds_is_one_images_error(
    clf: xw.Classifier, tmp_path: Path
) -> None:
    def odd(job: Job, items: Iterator[Item], on_step: Any) -> Generator[Outcome]:
        for outcome in local(job, items, on_step):
            if outcome.item.name == "b":
                outcome.rows[0]["label_index"] = "no number"
            yield outcome

    photos = {name: picture(k) for k, name in enumerate("abc")}
    store = kept(clf, photos, [0, 1], out=tmp_path / "s", executor=odd)
    assert sorted(store.ids) == ["a/0", "a/1", "b/-", "c/0", "c/1"]
    assert "its row cannot be written (ArrowInvalid" in store.errors["b"]


def test_a_path_that_is_no_text_is_an_error_that_says_so(clf: xw.Classifier, photos: Path) -> None:
    file = photos / os.fsdecode(b"\xe4\xff.png")
    Image.fromarray(picture()).save(file)
    (row,) = xw.explain_many(clf, [file], **FAST)
    assert row.error == ""  # only a store cannot keep it
    store = kept(clf, photos, out=photos / "out")
    assert "??.png' is not UTF-8, so that no store can keep it; rename" in store.errors["??.png"]


def test_an_interrupt_ends_it_and_what_was_done_is_kept(clf: xw.Classifier, tmp_path: Path) -> None:
    def pressed() -> Iterator[Any]:
        yield picture(0)
        yield picture(1)
        raise KeyboardInterrupt

    store = kept(clf, pressed(), out=tmp_path, batch=1, workers=1)
    assert {"image 1"} <= set(store.images) <= {"image 1", "image 2"}
    with pytest.raises(KeyboardInterrupt):  # the second one soon after
        kept(clf, pressed(), out=tmp_path)


def test_a_result_is_on_the_disk_though_nobody_asks_for_the_next(
    clf: xw.Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "PACE", 0.05)
    images = (picture(n) for n in itertools.count())
    rows = xw.explain_many(clf, images, out=tmp_path, **FAST)
    name = next(rows).name
    for _ in range(200):
        if name in xw.ExplanationStore(tmp_path).images:
            break
        writing.time.sleep(0.02)
    assert name in xw.ExplanationStore(tmp_path).images
    rows.close()


def test_a_full_disk_ends_the_stream_in_words(
    clf: xw.Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = xw.explain_many(clf, [picture(n) for n in range(3)], out=tmp_path, **FAST)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("xwidget.support.files.os.fsync", full)
    with pytest.raises(OSError, match="make room"):
        list(rows)


def test_a_disk_that_is_only_read_is_said(
    clf: xw.Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = [picture(0)]
    assert len(kept(clf, images, out=tmp_path / "out")) == 1
    real = Path.open

    def reads(self: Path, mode: str = "r", *rest: Any, **more: Any) -> Any:
        if mode[0] != "r":
            raise OSError(errno.EROFS, "Read-only file system", str(self))
        return real(self, mode, *rest, **more)

    monkeypatch.setattr(Path, "open", reads)
    with pytest.raises(
        OSError, match=r"store cannot be written \(Read-only.*choose .*/out'"
    ) as told:
        kept(clf, images, out=tmp_path / "out")
    assert told.value.errno == errno.EROFS
    assert not str(told.value.filename).endswith(".lock")
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"store cannot be written \(Not a directory"):
        kept(clf, images, out=tmp_path / "file" / "out")


def test_a_score_and_a_contrast_are_targets_like_others(clf: xw.Classifier, tmp_path: Path) -> None:
    store = kept(clf, {"one": picture()}, [("anvil", "cello")], out=tmp_path)
    assert store.ids == ["one/3"]
    assert store.row("one/3")["target_name"] == "anvil rather than cello"
    assert store.explanation("one").names == ("anvil rather than cello",)
    assert store.metadata["targets"] == [[3, "anvil rather than cello"]]


def test_without_pyarrow_it_is_said_what_to_install(
    clf: xw.Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "xwidget\[many\]"'):
        xw.explain_many(clf, [picture()], out=tmp_path / "out", **FAST)
    assert not (tmp_path / "out").exists()


def test_an_executor_of_ones_own_may_leave_images_out_and_hand_the_others_on(
    clf: xw.Classifier, photos: Path, tmp_path: Path
) -> None:
    def backwards(job: Job, items: Iterator[Item], on_step: Any) -> Generator[Outcome]:
        *others, first = sorted(items, key=lambda item: -item.index)
        yield Outcome(first, None, "left for tomorrow", 0.0)
        yield from local(job, iter(others), on_step)

    asked: Any = {**FAST, "executor": backwards, "workers": 1, "batch": 1}
    stream = xw.explain_many(clf, photos, out=tmp_path / "store", **asked)
    errors = {row.name: row.error for row in stream}
    assert errors.pop("banjo/0.png") == "left for tomorrow"
    assert "not an image" in errors.pop("boat/bad.png")
    assert errors == {"boat/1.png": "", "banjo/2.png": ""}
    store = xw.ExplanationStore(tmp_path / "store")
    assert store.images == ["banjo/2.png", "boat/1.png", "boat/bad.png"]
    assert kept(clf, photos, out=tmp_path / "store").images[0] == "banjo/0.png"
