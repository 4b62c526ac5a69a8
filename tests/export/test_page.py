"""An exported page: one file that holds everything, exactly, and reaches nothing."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
import zlib
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.test_explanation import COUNT, DOUBTFUL, HEIGHT, HOLDS, ITERATIONS, WIDTH, parts
from xwidget.checks import Checks
from xwidget.explanation import Explanation, Frames, Trace
from xwidget.export import page as exported
from xwidget.export.page import data, packed_masks, page, thinned
from xwidget.frames import Frame, decode, encode, pack
from xwidget.origin import Origin
from xwidget.pixels import quantize
from xwidget.preprocessing.geometry import from_box

NASTY = "</script><img src=x onerror=alert(1)> & \"double\" 'single' <!-- $data 咖啡 ☕"
KEPT = [*range(17), 18, 20, 24]


class Elements(HTMLParser):
    """The start tags of a page, and the text of each element up to the next tag."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self._key = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._key = dict(attrs).get("id") or tag

    def handle_endtag(self, tag: str) -> None:
        self._key = ""

    def handle_data(self, data: str) -> None:
        self.texts[self._key] = self.texts.get(self._key, "") + data

    def content(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.texts["xwidget-data"])
        return content


def unpacked(packed: str) -> Frame:
    return decode(zlib.decompress(base64.b64decode(packed)))


def masks_of(content: dict[str, Any], target: int) -> dict[int, Frame]:
    """Read a class's masks as docs/protocol.md says, by iteration."""
    frames: dict[int, Frame] = {}
    before = np.zeros(1, np.uint8)
    for kept in content["masks"][str(target)]:
        frame = unpacked(kept["bytes"])
        pixels = frame.pixels + before if kept["difference"] else frame.pixels
        before = pixels
        frames[frame.iteration] = Frame(
            pixels, frame.run, frame.target, frame.iteration, frame.score, frame.mean
        )
    return frames


def explanation(**changed: Any) -> Explanation:
    return Explanation(**parts(**changed))


def test_the_page_knows_where_in_the_photo_its_pixels_are() -> None:
    geometry = from_box((2, 0, 20, 12), (HEIGHT, WIDTH), (12, 20))
    found = explanation(origin=Origin("0" * 64, (12, 20), geometry))
    assert data(found, 1)["traits"]["_geometry"] == geometry.for_page() != {}
    assert data(explanation(), 1)["traits"]["_geometry"] == {}


def long_run() -> Explanation:
    """A run whose masks grow, so that differences are worth it, then lose most of themselves."""
    random = np.random.default_rng(1)
    noise = random.integers(0, 200, (COUNT, 3, HEIGHT, WIDTH), np.uint8)
    masks = np.stack([noise + np.uint8(i) if i < 18 else noise * (noise > 190) for i in KEPT])
    curve = np.linspace(0, 1, 25 * COUNT).reshape(25, COUNT)
    return explanation(
        masks=(masks[-1] / np.float32(255)).astype(np.float32),
        frames=Frames(np.array(KEPT), masks),
        trace=Trace(curve, curve, curve),
    )


# What it holds


@pytest.mark.parametrize("keyframes", [1, 2, 5, 100])
def test_every_mask_in_a_page_is_the_very_mask(keyframes: int) -> None:
    ex = long_run()
    content = Elements(page(ex, keyframes)).content()
    assert len(content["traits"]["_classes"]) == COUNT
    for k, target in enumerate(ex.targets):
        frames = masks_of(content, target)
        assert list(frames) == content["traits"]["_trace"][str(target)]["frames"]
        assert len(frames) == min(keyframes, len(KEPT))
        assert max(frames) == KEPT[-1]
        for iteration, frame in frames.items():
            kept = ex.frames.masks[KEPT.index(iteration), k]
            np.testing.assert_array_equal(frame.pixels, kept)
            assert frame.target == target
            assert frame.score == pytest.approx(ex.trace.score[iteration, k])


def test_a_mask_is_stored_as_difference_only_where_that_is_smaller() -> None:
    (masks, *_) = Elements(page(long_run(), 100)).content()["masks"].values()
    ways = [mask["difference"] for mask in masks]
    assert ways[0] is False
    assert set(ways[1:17]) == {True}
    assert ways[KEPT.index(18)] is False


def test_each_mask_is_packed_once_and_about_as_small_as_can_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packed: list[bytes] = []

    def counted(content: bytes) -> str:
        packed.append(content)
        return pack(content)

    monkeypatch.setattr(exported, "pack", counted)
    masks = long_run().frames.masks[:, 0]
    found = packed_masks([Frame(mask) for mask in masks])
    assert len(packed) == len(masks)
    least = len(pack(encode(Frame(masks[0]))))
    for before, mask in itertools.pairwise(masks):
        least += min(len(pack(encode(Frame(pixels)))) for pixels in (mask, mask - before))
    assert sum(len(mask["bytes"]) for mask in found) <= 1.02 * least


def test_the_pictures_come_back_exactly() -> None:
    random = np.random.default_rng(2)
    ex = explanation(reference=random.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8))
    content = Elements(page(ex)).content()
    for name, picture in [("image", ex.image), ("reference", ex.reference)]:
        change = unpacked(content[name]).pixels
        pixels = np.cumsum(change.ravel(), dtype=np.uint8).reshape(change.shape)
        np.testing.assert_array_equal(pixels, picture.transpose(2, 0, 1))
    assert unpacked(Elements(page(explanation())).content()["reference"]).pixels.shape == (3, 1, 1)


def test_a_class_that_was_stopped_earlier_ends_with_its_own_last_mask() -> None:
    ex = explanation()  # the second class has no value in the last iteration
    content = Elements(page(ex)).content()
    for k, last in enumerate([ITERATIONS, ITERATIONS - 1]):
        frames = masks_of(content, ex.targets[k])
        assert max(frames) == last
        np.testing.assert_array_equal(frames[last].pixels, quantize(ex.masks[k]))
    assert content["traits"]["_trace"]["968"]["scores"][-1] is None


def test_the_last_the_first_and_others_between_are_kept() -> None:
    assert thinned(KEPT, 1) == [24]
    assert thinned(KEPT, 2) == [0, 24]
    five = thinned(KEPT, 5)
    assert (five[0], five[-1], len(five)) == (0, 24, 5)
    assert five == sorted(set(five))
    assert thinned(KEPT, 1000) == KEPT


def test_the_page_begins_with_the_class_asked_for_else_the_likeliest(tmp_path: Path) -> None:
    ex = explanation(image_scores=np.array([0.2, 0.6]))
    for target, drawn in [(None, 968), (967, 967), ("espresso", 967)]:
        text = ex.export_html(tmp_path / "page.html", target=target).read_text("utf-8")
        traits = Elements(text).content()["traits"]
        assert traits["target"] == drawn
        assert [each["index"] for each in traits["_classes"]] == [968, 967]


# What it says


def test_names_with_markup_and_of_any_alphabet_survive() -> None:
    plain = Elements(page(explanation(names=("espresso", "cup"))))
    nasty = Elements(page(explanation(names=(NASTY, "cup"), diagnostics={"net": NASTY})))
    assert [tag for tag, _ in nasty.tags] == [tag for tag, _ in plain.tags]
    traits = nasty.content()["traits"]
    assert traits["_classes"][0]["name"] == NASTY
    assert traits["_net_name"] == NASTY
    assert nasty.texts["title"] == f"Evidence for {NASTY} and cup · {NASTY} · deletion"
    assert NASTY in nasty.texts["p"]


def test_the_caption_names_net_game_defense_iterations_and_paper() -> None:
    settings = {"game": "deletion", "defense": "auto"}
    text = Elements(page(explanation(settings=settings, diagnostics={"net": "tiny"}))).texts
    assert "tiny relies on: deletion game, paper defense, 4 iterations" in text["p"]
    assert text["a"].startswith("Wagner et al., CVPR 2019")


def test_the_title_of_many_classes_stays_short() -> None:
    count = 5
    curve = np.full((1, count), 0.5)
    ex = explanation(
        targets=range(count),
        names=["tabby, tabby cat", "lynx", "puma", "lion", "tiger"],
        masks=np.zeros((count, 3, HEIGHT, WIDTH), np.float32),
        image_scores=np.linspace(0.9, 0.1, count),
        scores=np.zeros(count),
        trace=Trace(curve, curve, curve),
        frames=Frames(np.array([0]), np.zeros((1, count, 3, HEIGHT, WIDTH), np.uint8)),
    )
    assert Elements(page(ex)).texts["h1"] == "Evidence for tabby, lynx and 3 more"


def test_the_title_says_for_which_classes_there_is_evidence() -> None:
    nothing = Checks(DOUBTFUL.items, "no evidence", "No evidence: in words.")
    titled = {
        "Evidence for espresso; no evidence for cup": (Checks(), nothing),
        "No evidence for espresso and cup": (nothing, nothing),
        "Evidence for cup; doubtful evidence for espresso": (DOUBTFUL, HOLDS),
        "Nothing found for espresso; no evidence for cup": (
            replace(DOUBTFUL, says="No part of the photo was found."),
            replace(nothing, says="Nothing in the photo speaks for it."),
        ),
    }
    for title, checks in titled.items():
        ex = explanation(names=("espresso", "cup"), checks=checks)
        assert Elements(page(ex)).texts["h1"] == title


# What it may do


def test_the_page_allows_its_own_script_and_no_network() -> None:
    text = page(explanation())
    tags = Elements(text).tags
    (policy,) = [attrs["content"] for _, attrs in tags if "http-equiv" in attrs]
    assert policy is not None
    script = text.rpartition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{digest}'" in policy
    loaded = [
        attrs.get(name) or "" for tag, attrs in tags for name in ("src", "href") if tag != "a"
    ]
    assert all(address == "" or address.startswith("data:") for address in loaded)
    assert "permission is hereby granted" in text.lower()  # the bundled licenses ask to be there


def test_the_script_and_the_styles_end_where_they_should() -> None:
    text = page(explanation())
    assert len(re.findall("</script", text, re.IGNORECASE)) == 2
    assert len(re.findall("</style", text, re.IGNORECASE)) == 1
    assert text.rstrip().endswith("</html>")


# Errors


def test_the_file_is_where_it_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "espresso.html"
    path.write_text("old")
    assert explanation(names=("half a \ud83d pair", "cup")).export_html(str(path)) == path
    assert path.read_text("utf-8").startswith("<!doctype html>")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("missing/page.html", "there is no folder"),
        (".", "is a folder"),
        ("file/page.html", "there is no folder"),
        ("n" * 300, "cannot be written"),
    ],
)
def test_a_path_that_cannot_be_written_is_told(tmp_path: Path, where: str, words: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=words) as told:
        explanation().export_html(tmp_path / where)
    assert str(tmp_path) in str(told.value)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file"]


@pytest.mark.parametrize("keyframes", [0, -3, 2.5, True, "all"])
def test_a_bad_number_of_keyframes_is_told(tmp_path: Path, keyframes: Any) -> None:
    with pytest.raises(ValueError, match=r"keyframes must be a whole number from 1"):
        explanation().export_html(tmp_path / "page.html", keyframes)
    assert not list(tmp_path.iterdir())


def test_a_class_that_was_not_explained_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'teapot' was not explained"):
        explanation().export_html(tmp_path / "page.html", target="teapot")


def test_the_status_is_that_of_the_run_that_is_shown() -> None:
    def status(**change: Any) -> str:
        made = data(explanation(diagnostics={"stopped": "interrupted"}, **change), 2)
        return str(made["traits"]["status"])

    # A class that was added, or a run to compare with, was stopped after it had ended.
    assert status(checks=(DOUBTFUL, HOLDS)) == "done"
    assert status() == "stopped"
    assert status(checks=(DOUBTFUL, Checks())) == "stopped"
