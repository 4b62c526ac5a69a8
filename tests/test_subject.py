"""A subject: one image before one net, and what an explanation keeps of its original."""

from __future__ import annotations

import gc
import hashlib
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import xwidget as xw
from xwidget import origin
from xwidget.origin import Origin
from xwidget.preprocessing.geometry import identity
from xwidget.subject import Subject

SIDE = 8


@pytest.fixture
def clf() -> xw.Classifier:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 3))
    return xw.Classifier(net, size=SIDE, mean=0.5, std=0.5, categories=["a", "b", "c"])


def photo(height: int = 20, width: int = 30) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


def test_a_net_without_attention_is_neither_copied_nor_asked_for_its_tokens(
    clf: xw.Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = Subject(clf, photo())
    monkeypatch.setattr(clf, "twin", lambda *_: pytest.fail("the net was copied"))
    assert subject.tokens is None


def test_targets_are_chosen_without_asking_a_net_that_was_asked(
    clf: xw.Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = Subject(clf, np.full((20, 30, 3), 128, np.uint8))  # tells little about a net
    _ = subject.scores
    monkeypatch.setattr(clf, "classify", lambda *_: pytest.fail("the net was asked again"))
    assert subject.select(["c", 0]) == (2, 0)


def test_it_holds_what_the_net_sees_and_what_the_person_gave(clf: xw.Classifier) -> None:
    subject = Subject(clf, photo())
    assert torch.equal(subject.x, clf.prepare(photo()))
    assert torch.equal(subject.scores, clf.classify(subject.x))
    np.testing.assert_array_equal(subject.picture, clf.picture(subject.x))
    np.testing.assert_array_equal(subject.original, photo())
    assert subject.size == (20, 30)
    assert not subject.original.flags.writeable


def test_the_original_is_upright_and_opaque_and_has_8_bits(
    clf: xw.Classifier, tmp_path: Path
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    path = tmp_path / "turned.png"
    Image.fromarray(photo()).save(path, exif=exif)
    np.testing.assert_array_equal(Subject(clf, path).original, np.rot90(photo(), -1))
    clear = Image.fromarray(np.zeros((4, 4, 4), np.uint8))
    assert (Subject(clf, clear).original == 255).all()
    deep = Subject(clf, torch.full((3, 4, 4), 0.5))
    assert deep.original.dtype == np.uint8
    assert (deep.original == 128).all()


def test_the_digest_is_of_the_pixels_and_can_be_computed_by_others(
    clf: xw.Classifier, tmp_path: Path
) -> None:
    pixels = photo()
    expected = hashlib.sha256(b"uint8 20 30 3\n" + pixels.tobytes()).hexdigest()
    path = tmp_path / "photo.png"
    Image.fromarray(pixels).save(path)
    for image in (pixels, path, Image.fromarray(pixels), torch.from_numpy(pixels).permute(2, 0, 1)):
        assert Subject(clf, image).digest == expected
    assert Subject(clf, pixels.reshape(30, 20, 3)).digest != expected
    assert origin.digest(pixels[:, ::-1]) != expected


@pytest.mark.parametrize("bits", [8, 16])
def test_the_original_of_a_file_is_let_go_once_its_origin_is_known_and_read_again(
    clf: xw.Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bits: int
) -> None:
    path = tmp_path / "photo.png"
    pixels = photo()
    wide = Image.fromarray(pixels[..., 0].astype(np.uint16) * 257)
    (Image.fromarray(pixels) if bits == 8 else wide).save(path)
    monkeypatch.chdir(tmp_path)
    subject = Subject(clf, "photo.png")
    before = subject.original.copy()
    held = weakref.ref(subject._given)
    found = subject.origin
    gc.collect()
    assert held() is None
    monkeypatch.chdir("/")
    np.testing.assert_array_equal(subject.original, before)
    assert not subject.original.flags.writeable
    assert subject.size == found.size == (20, 30)
    assert subject.origin is found
    Image.fromarray(255 - pixels).save(path)
    with pytest.raises(ValueError, match=r"has other pixels .*; make a new Subject"):
        _ = subject.original
    path.unlink()
    with pytest.raises(ValueError, match="there is no file"):
        _ = subject.original
    assert subject.digest == found.digest


def test_an_original_that_is_in_no_file_is_kept(clf: xw.Classifier, tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    Image.fromarray(photo()).save(path)
    for image in (photo(), Image.open(path)):
        subject = Subject(clf, image)
        assert subject.origin.name == subject.name
        path.unlink(missing_ok=True)
        np.testing.assert_array_equal(subject.original, photo())


def test_an_inspector_and_a_batch_keep_no_original_of_a_file(
    clf: xw.Classifier, tmp_path: Path
) -> None:
    path = tmp_path / "photo.png"
    Image.fromarray(photo()).save(path)
    inspector = xw.Inspector(clf, path, 1)
    gallery = xw.Gallery(clf, [path, path], 1, iterations=1, defense="none")
    try:
        assert inspector._session.subject._given is None
        assert gallery.wait(60)
        assert gallery._items[1].subject._given is None
    finally:
        inspector.close()
        gallery.close()


def test_its_name_is_the_files(clf: xw.Classifier, tmp_path: Path) -> None:
    path = tmp_path / "a photo.png"
    Image.fromarray(photo()).save(path)
    assert Subject(clf, str(path)).name == "a photo.png"
    assert Subject(clf, Image.open(path)).name == "a photo.png"
    assert Subject(clf, photo()).name == ""
    assert Subject(clf, path, name="mine").name == "mine"
    assert "mine" in repr(Subject(clf, path, name="mine"))


def test_its_geometry_leads_to_the_pixels_that_were_given(clf: xw.Classifier) -> None:
    geometry = Subject(clf, photo()).geometry
    assert geometry.area == (5, 0, 25, 20)
    assert geometry.input_size == (SIDE, SIDE)
    assert geometry.to_original((0, 0)) == pytest.approx((5.75, 0.75))


def test_nothing_is_measured_before_it_is_asked_for(
    clf: xw.Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = Subject(clf, photo())
    asked = []
    monkeypatch.setattr(clf, "classify", lambda x: asked.append(x) or torch.ones(3))
    assert not asked
    assert subject.scores is subject.scores
    assert len(asked) == 1


@pytest.mark.parametrize("pair", [False, True])
def test_it_is_explained_like_the_image_it_holds(clf: xw.Classifier, pair: bool) -> None:
    subject = Subject(clf, photo(), name="noise")
    first = (clf, subject) if pair else (subject,)
    ex = xw.explain(*first, targets=["b"], iterations=2, progress=False)
    other = xw.explain(clf, photo(), ["b"], iterations=2, progress=False)
    np.testing.assert_array_equal(ex.masks, other.masks)
    assert ex.origin == subject.origin
    assert other.origin is not None
    assert other.origin.digest == ex.origin.digest
    assert ex.origin.name == "noise"


def test_an_inspector_takes_it(clf: xw.Classifier) -> None:
    subject = Subject(clf, photo(), name="noise")
    widget = xw.Inspector(subject, targets=2, iterations=2)
    assert widget.wait(60)
    assert widget.explanation is not None
    assert widget.explanation.origin == subject.origin
    assert widget._geometry == {"matrix": [2.5, 0, 5.75, 0, 2.5, 0.75], "size": [20, 30]}
    widget.close()


def test_a_net_that_has_scored_it_is_not_run_to_choose_its_classes(
    clf: xw.Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = Subject(clf, photo())
    best = int(subject.scores.argmax())
    monkeypatch.delattr(xw.Classifier, "logits")
    assert subject.select(None) == (best,)
    assert subject.select(["b", 0]) == (1, 0)


def test_many_subjects_are_explained_under_their_names(clf: xw.Classifier) -> None:
    subjects = [Subject(clf, photo(), name="noise"), Subject(clf, photo())]
    rows = list(xw.explain_many(clf, subjects, iterations=1, progress=False))
    assert [(row.name, row.error) for row in rows] == [("noise", ""), ("image 2", "")]
    for row, subject in zip(rows, subjects, strict=True):
        assert row.explanation is not None
        assert row.explanation.origin == subject.origin


def test_a_gallery_takes_subjects(clf: xw.Classifier) -> None:
    gallery = xw.Gallery(clf, [Subject(clf, photo(), name="noise"), photo()], iterations=1)
    gallery.run()
    assert gallery.wait(60)
    assert gallery.names == ("noise", "image 2")
    found = gallery.explanations["noise"]
    assert found is not None
    assert found.origin == Subject(clf, photo(), name="noise").origin
    gallery.close()


def test_an_explanation_keeps_its_origin_in_its_file(clf: xw.Classifier, tmp_path: Path) -> None:
    ex = xw.explain(Subject(clf, photo(), name="nöise"), iterations=1, progress=False)
    ex.save(tmp_path / "ex.safetensors")
    assert xw.Explanation.load(tmp_path / "ex.safetensors").origin == ex.origin


def test_an_unknown_geometry_is_kept_with_its_reason(tmp_path: Path) -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(3 * SIDE * SIDE, 2))

    def bent(image: Image.Image) -> torch.Tensor:
        x = np.asarray(image.resize((SIDE, SIDE)), np.float32) / 255
        return torch.from_numpy(np.sort(x, 0).transpose(2, 0, 1).copy())

    clf = xw.Classifier(net, preprocess=bent, mean=0, std=1)
    subject = Subject(clf, photo(40, 40))
    assert not subject.geometry.known
    again = Origin.read(subject.origin.describe())
    assert again == subject.origin
    assert again.geometry.reason


def test_a_subject_has_its_image_already(clf: xw.Classifier) -> None:
    subject = Subject(clf, photo())
    with pytest.raises(TypeError, match=r"has its image already.*targets="):
        xw.explain(subject, [1])
    with pytest.raises(TypeError, match="has its image already"):
        xw.Inspector(subject, photo())
    with pytest.raises(TypeError, match="is a NoneType, or missing"):
        xw.explain(clf)
    other = xw.Classifier(nn.Sequential(nn.Flatten(), nn.Linear(192, 3)), size=SIDE)
    with pytest.raises(ValueError, match="is of Sequential"):
        xw.explain(other, subject)
    with pytest.raises(TypeError, match="expected a Classifier"):
        Subject(clf.net, photo())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [
        {"digest": "abc"},
        {"digest": "X" * 64},
        {"size": (4, 4)},
        {"geometry": None},
        {"name": None},
    ],
)
def test_an_origin_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    fields = {"digest": "0" * 64, "size": (3, 4), "geometry": identity((3, 4)), "name": ""}
    with pytest.raises((TypeError, ValueError), match=r"digest|size|pixels|geometry"):
        Origin(**{**fields, **wrong})


def test_a_name_that_no_file_can_hold_is_made_valid(clf: xw.Classifier, tmp_path: Path) -> None:
    ex = xw.explain(Subject(clf, photo(), name="\udcff cat"), iterations=1, progress=False)
    ex.save(tmp_path / "cat.xwidget")
    read = xw.Explanation.load(tmp_path / "cat.xwidget")
    assert read.origin is not None
    assert read.origin.name == "? cat"


def test_its_scores_are_those_of_the_weights_now(clf: xw.Classifier) -> None:
    subject = Subject(clf, photo())
    before = subject.scores
    assert subject.scores is before
    layer = next(each for each in clf.net.modules() if isinstance(each, nn.Linear))
    with torch.no_grad():
        layer.bias[int(before.argmin())] += 100
    assert int(subject.scores.argmax()) == int(before.argmin())
    widget = xw.Inspector(subject, targets=1, iterations=1)
    widget.wait()
    assert widget.explanation is not None
    explained = xw.explain(subject, iterations=1, progress=False)
    assert widget.explanation.targets == explained.targets == (int(before.argmin()),)
    widget.close()
