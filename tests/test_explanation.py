"""An explanation is a record: exact, unchangeable, and the same after a file."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from safetensors import safe_open
from safetensors.numpy import save_file

from xwidget.checks import Check, Checks
from xwidget.explanation import Explanation, Frames, Trace
from xwidget.paper import on_paper
from xwidget.pixels import blend, quantize

HEIGHT, WIDTH, COUNT, ITERATIONS = 6, 9, 2, 4

DOUBTFUL = Checks(
    (
        Check("score", 0.93, True, "It scores 0.930, the image 0.951."),
        Check("small moves", 0.12, False, "Moved, it keeps 12%.", {"shift 1": 0.12, "flip": 0.5}),
    ),
    "doubtful",
    "Doubtful: moved by a pixel or so, it keeps 12%.",
)
HOLDS = Checks(
    (Check("small moves", 1.03, True, "Moved, it keeps all."),), "holds", "Holds: it keeps all."
)


def parts(**changed: Any) -> dict[str, Any]:
    random = np.random.default_rng(0)
    masks = random.random((COUNT, 3, HEIGHT, WIDTH)).astype(np.float32)
    curve = np.linspace(0.1, 0.9, (ITERATIONS + 1) * COUNT).reshape(-1, COUNT)
    curve[-1, 1] = np.nan  # the second class was stopped an iteration earlier
    return {
        "image": random.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8),
        "reference": np.full((HEIGHT, WIDTH, 3), 124, np.uint8),
        "targets": (967, 968),
        "names": ("espresso", "cup"),
        "masks": masks,
        "image_scores": np.array([0.951, 0.015]),
        "scores": np.array([0.93, 0.4]),
        "trace": Trace(curve, curve / 2, curve / 1000),
        "frames": Frames(
            np.array([0, 2, 4]), random.integers(0, 256, (3, COUNT, 3, HEIGHT, WIDTH), np.uint8)
        ),
        "diagnostics": {"seconds": 1.25, "device": "cpu", "plan": ["eager", 3], "stopped": None},
        "settings": {"game": "deletion", "defense": "paper", "sparsity": "auto", "seed": 0},
    } | changed


@pytest.fixture
def explanation() -> Explanation:
    return Explanation(**parts())


# What is shown


def test_evidence_is_the_image_where_the_mask_is_one_and_the_reference_where_it_is_zero() -> None:
    for value, shown in [(1, "image"), (0, "reference")]:
        full = np.full((COUNT, 3, HEIGHT, WIDTH), value, np.float32)
        explanation = Explanation(**parts(masks=full))
        for picture in explanation.evidence:
            np.testing.assert_array_equal(picture, getattr(explanation, shown))


def test_evidence_is_mixed_in_each_color_alone() -> None:
    masks = np.zeros((1, 3, 1, 1), np.float32)
    masks[0, :, 0, 0] = 1, 0.5, 0
    image, reference = (
        np.array([[[200, 200, 200]]], np.uint8),
        np.array([[[100, 100, 100]]], np.uint8),
    )
    # floor(255 * .5 + .5) = 128, and (128 * 200 + 127 * 100 + 127) // 255 = 150
    assert blend(image, reference, quantize(masks)).tolist() == [[[[200, 150, 100]]]]


def test_integers_are_within_one_level_of_the_real_mixture(explanation: Explanation) -> None:
    mask = explanation.masks.transpose(0, 2, 3, 1)
    real = mask * explanation.image + (1 - mask) * explanation.reference
    assert np.abs(explanation.evidence - real).max() <= 1


def test_bytes_of_a_mask_are_rounded_half_up() -> None:
    masks = np.array([0, 0.5 / 255, 1.49 / 255, 1.5 / 255, 1], np.float32)
    assert quantize(masks).tolist() == [0, 1, 1, 2, 255]
    levels = np.arange(256, dtype=np.float32) / 255
    assert quantize(levels).tolist() == list(range(256))


def test_a_class_is_drawn_by_index_or_name(explanation: Explanation) -> None:
    for target, row in [(None, 0), (967, 0), ("espresso", 0), (968, 1), ("Cup", 1)]:
        picture = explanation.to_pil(target)
        assert picture.size == (WIDTH, HEIGHT)
        np.testing.assert_array_equal(np.asarray(picture), explanation.evidence[row])
    with pytest.raises(ValueError, match="967 'espresso', 968 'cup'"):
        explanation.to_pil("teapot")
    with pytest.raises(ValueError, match="view is 'heat'; expected 'evidence' or 'paper'"):
        explanation.to_pil(view="heat")


@pytest.mark.parametrize(("game", "rest"), [("generation", False), ("repression", True)])
def test_a_picture_on_paper_is_what_the_game_leaves_to_the_net(game: str, rest: bool) -> None:
    settings = {"game": game, "defense": "paper", "sparsity": "auto", "seed": 0}
    ex = Explanation(**parts(settings=settings))
    paper = on_paper(ex.image, quantize(ex.masks[1]), rest=rest)
    np.testing.assert_array_equal(np.asarray(ex.to_pil(968, view="paper")), paper)
    shown = np.asarray(Image.open(io.BytesIO(ex._repr_png_())))
    first = on_paper(ex.image, quantize(ex.masks[0]), rest=rest)
    np.testing.assert_array_equal(shown[:HEIGHT, 2 * (WIDTH + 8) : 3 * WIDTH + 16], first)
    pytest.importorskip("matplotlib")
    axes = ex.plot().axes[1]
    np.testing.assert_array_equal(axes.images[-1].get_array(), first)


def test_a_notebook_is_shown_the_image_beside_the_first_evidence(explanation: Explanation) -> None:
    shown = np.asarray(Image.open(io.BytesIO(explanation._repr_png_())))
    np.testing.assert_array_equal(shown[:HEIGHT, :WIDTH], explanation.image)
    right = slice(WIDTH + 8, 2 * WIDTH + 8)
    np.testing.assert_array_equal(shown[:HEIGHT, right], explanation.evidence[0])


def test_the_picture_says_below_what_the_checks_say() -> None:
    strips = {}
    for name, checks in {"doubtful": (DOUBTFUL, HOLDS), "holds": (HOLDS, DOUBTFUL)}.items():
        picture = Image.open(io.BytesIO(Explanation(**parts(checks=checks))._repr_png_()))
        assert picture.height > HEIGHT + 12
        strips[name] = np.asarray(picture)[HEIGHT:].reshape(-1, 3)
    # Words, dark on light, of the class that is shown; what speaks against it stands out.
    assert all(strip.min() < 140 < strip.max() for strip in strips.values())
    assert strips["holds"].max(0).tolist() == [255, 255, 255]
    assert strips["doubtful"][-1].tolist() != [255, 255, 255]


def test_a_long_verdict_is_broken_into_as_many_lines_as_it_takes() -> None:
    def height(words: str) -> int:
        checks = (Checks((), "holds", words), HOLDS)
        return Image.open(io.BytesIO(Explanation(**parts(checks=checks))._repr_png_())).height

    sizes = [height(words) for words in ("Holds.", "word " * 20, "word " * 40, "w" * 200)]
    assert sizes[0] < sizes[1] < sizes[2]
    assert sizes[0] < sizes[3]


def test_the_repr_has_a_line_a_class_and_one_of_its_checks() -> None:
    empty = Checks(says="Nothing in the photo makes the network say cup on its own.")
    explanation = Explanation(**parts(checks=(DOUBTFUL, empty)))
    head, *lines = repr(explanation).splitlines()
    assert head == "Explanation: deletion, paper defense, 4 iterations, 6×9 pixels"
    undefended = Explanation(**parts(settings={"game": "generation", "defense": "none"}))
    assert repr(undefended).startswith("Explanation: generation, no defense, 4 iterations")
    default = Explanation(**parts(settings={"game": "generation", "defense": "auto"}))
    assert repr(default).startswith("Explanation: generation, directional defense, 4 iterations")
    assert lines[0].split()[:4] == ["967", "espresso", "image", "0.951"]
    assert lines[0].endswith(f"shown {100 * explanation.masks[0].mean():.1f}%")
    told = " ".join(" ".join(lines[1:]).split())
    assert told.startswith(
        "Without this, the network still scores espresso 0.93 (photo 0.95). "
        f"{DOUBTFUL.summary} 968 cup image"
    )
    assert told.endswith("Nothing in the photo makes the network say cup on its own. Not checked.")
    assert max(map(len, lines[1:3])) <= 60  # a notebook's narrow cell breaks longer ones in words


def test_what_the_picture_is_stands_in_one_sentence() -> None:
    explanation = Explanation(
        **parts(names=("espresso, caffè latte", "cup"), checks=(DOUBTFUL, Checks(says="None.")))
    )
    assert explanation.says() == (
        "Without this, the network still scores espresso 0.93 (photo 0.95)."
    )
    assert explanation.says("cup") == "None."
    plain = explanation.to_pil(967)
    assert plain.size == (WIDTH, HEIGHT)
    strip = explanation.to_pil(967, caption=True)
    np.testing.assert_array_equal(np.asarray(strip)[:HEIGHT, :WIDTH], explanation.evidence[0])
    assert strip.height > HEIGHT
    with pytest.raises(ValueError, match="short_names has 1 names for 2 targets"):
        Explanation(**parts(short_names=("espresso",)))


def test_printed_checks_break_no_word() -> None:
    lines = str(DOUBTFUL).splitlines()
    assert max(map(len, lines)) <= 60
    assert lines[1:] == [
        "  ✓ score: It scores 0.930, the image 0.951.",
        "  ✗ small moves: Moved, it keeps 12%.",
    ]


# Order and trust


def test_relevance_is_the_masks_mean_unless_the_run_found_more(explanation: Explanation) -> None:
    np.testing.assert_allclose(explanation.relevance, explanation.masks.mean(1), rtol=1e-6)
    found = np.random.default_rng(1).random((COUNT, HEIGHT, WIDTH)) * 3
    mine = Explanation(**parts(relevance=found))
    assert mine.relevance.dtype == np.float32
    np.testing.assert_array_equal(mine.relevance, found.astype(np.float32))
    with pytest.raises(ValueError, match="read-only"):
        mine.relevance[:] = 0


def test_without_checks_every_class_is_not_checked(explanation: Explanation) -> None:
    assert [checks.verdict for checks in explanation.checks] == ["not checked"] * COUNT


def test_numpy_numbers_in_checks_become_plain_ones(tmp_path: Path) -> None:
    shares = {"shown": np.float32(0.25), "missing": float("nan")}
    odd = Checks((Check("share shown", np.float64(0.5), None, "Half.", shares),), "holds", "Holds.")
    explanation = Explanation(**parts(checks=[odd, HOLDS]))
    (check,) = explanation.checks[0]
    assert check.details == {"shown": 0.25, "missing": None}
    assert type(check.value) is float
    explanation.save(tmp_path / "odd")
    assert Explanation.load(tmp_path / "odd").checks == explanation.checks


# A record


def test_nothing_in_it_can_be_changed(explanation: Explanation) -> None:
    with pytest.raises(AttributeError):
        explanation.targets = (1,)  # type: ignore[misc]
    for array in (explanation.masks, explanation.evidence, explanation.trace.score):
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0


def test_it_does_not_change_with_the_arrays_it_was_made_from() -> None:
    given = parts()
    explanation = Explanation(**given)
    given["masks"][:] = 0
    given["settings"]["game"] = "generation"
    assert explanation.masks.max() > 0
    assert explanation.game == "deletion"


def test_numpy_numbers_in_diagnostics_become_plain_ones() -> None:
    explanation = Explanation(**parts(diagnostics={"share": np.float32(0.5), "all": np.arange(2)}))
    assert json.dumps(explanation.diagnostics) == '{"share": 0.5, "all": [0, 1]}'


def test_trace_and_frames_are_read_by_name_too(explanation: Explanation) -> None:
    assert explanation.trace["score"] is explanation.trace.score
    assert explanation.frames["iterations"].tolist() == [0, 2, 4]
    assert (len(explanation.trace), len(explanation.frames)) == (ITERATIONS + 1, 3)
    with pytest.raises(KeyError, match="mask_mean"):
        explanation.trace["loss"]


@pytest.mark.parametrize(
    ("changed", "kind", "words"),
    [
        ({"image": np.zeros((HEIGHT, WIDTH), np.uint8)}, ValueError, r"expected \(H,W,3\)"),
        ({"image": np.zeros((HEIGHT, WIDTH, 3))}, TypeError, "image has type float64"),
        ({"reference": np.zeros((1, 1, 3), np.uint8)}, ValueError, "reference has shape"),
        ({"targets": (), "names": ()}, ValueError, "at least one target"),
        ({"targets": (1, 1)}, ValueError, "twice"),
        ({"names": ("espresso",)}, ValueError, "1 names for 2 targets"),
        ({"masks": np.zeros((COUNT, HEIGHT, WIDTH))}, ValueError, "masks has shape"),
        ({"masks": np.full((COUNT, 3, HEIGHT, WIDTH), 1.5)}, ValueError, "span 1.5 to 1.5"),
        ({"masks": np.full((COUNT, 3, HEIGHT, WIDTH), np.nan)}, ValueError, "nan"),
        ({"scores": np.zeros(3)}, ValueError, r"scores has shape \(3,\); expected \(2,\)"),
        ({"trace": Trace(*[np.zeros((5, 1))] * 3)}, ValueError, "trace.score"),
        ({"relevance": np.zeros((COUNT, 3, HEIGHT, WIDTH))}, ValueError, "relevance has shape"),
        ({"relevance": np.full((COUNT, HEIGHT, WIDTH), -0.1)}, ValueError, "spans -0.1 to -0.1"),
        ({"relevance": np.full((COUNT, HEIGHT, WIDTH), np.inf)}, ValueError, "finite"),
        ({"checks": (Checks(),)}, ValueError, "1 entries for 2 targets"),
        ({"checks": ({}, {})}, TypeError, "expected xwidget.checks.Checks"),
        ({"settings": {"game": object()}}, TypeError, "settings must hold only what JSON can"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    changed: dict[str, Any], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        Explanation(**parts(**changed))


def test_keyframes_come_in_order_and_as_bytes() -> None:
    masks = np.zeros((2, 1, 3, 4, 4), np.uint8)
    with pytest.raises(ValueError, match="must rise"):
        Frames(np.array([3, 3]), masks)
    with pytest.raises(TypeError, match="uint8"):
        Frames(np.array([0, 3]), masks.astype(np.float32))
    with pytest.raises(ValueError, match=r"frames.iterations has shape \(1,\)"):
        Frames(np.array([0]), masks)


# Files


def test_a_file_gives_back_every_bit(tmp_path: Path) -> None:
    relevance = np.random.default_rng(1).random((COUNT, HEIGHT, WIDTH))
    explanation = Explanation(**parts(relevance=relevance, checks=(DOUBTFUL, HOLDS)))
    path = tmp_path / "coffee.xwidget"
    explanation.save(path)
    loaded = Explanation.load(str(path))
    arrays = "image", "reference", "masks", "relevance", "image_scores", "scores", "evidence"
    for name in arrays:
        ours, theirs = getattr(explanation, name), getattr(loaded, name)
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)
    for name in ("score", "mask_mean", "sparsity"):
        np.testing.assert_array_equal(explanation.trace[name], loaded.trace[name])
    for name in ("iterations", "masks"):
        np.testing.assert_array_equal(explanation.frames[name], loaded.frames[name])
    for name in ("targets", "names", "settings", "diagnostics", "checks"):
        assert getattr(explanation, name) == getattr(loaded, name)
    assert repr(explanation) == repr(loaded)


def test_a_file_of_layout_1_has_the_masks_mean_and_is_not_checked(tmp_path: Path) -> None:
    explanation = Explanation(
        **parts(relevance=np.ones((COUNT, HEIGHT, WIDTH)), checks=[HOLDS] * 2)
    )
    explanation.save(tmp_path / "new")
    with safe_open(tmp_path / "new", framework="numpy") as file:
        about = file.metadata()
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    assert (about.pop("layout"), "checks" in about) == ("3", True)
    del arrays["relevance"], about["checks"], about["sha256"]
    save_file(arrays, tmp_path / "old", {**about, "layout": "1"})
    loaded = Explanation.load(tmp_path / "old")
    np.testing.assert_array_equal(loaded.masks, explanation.masks)
    np.testing.assert_array_equal(loaded.relevance, loaded.masks.mean(1))
    assert loaded.checks == (Checks(),) * COUNT
    save_file(arrays, tmp_path / "cut", {**about, "layout": "2", "checks": "[]"})
    with pytest.raises(ValueError, match="damaged: it has no 'relevance'"):
        Explanation.load(tmp_path / "cut")


def test_saving_again_replaces_the_file_and_leaves_no_other(
    explanation: Explanation, tmp_path: Path
) -> None:
    path = tmp_path / "coffee.xwidget"
    path.write_text("something older")
    explanation.save(path)
    assert Explanation.load(path).targets == (967, 968)
    assert [file.name for file in tmp_path.iterdir()] == ["coffee.xwidget"]


def test_a_foreign_file_is_told_from_a_damaged_one(
    explanation: Explanation, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError, match="there is no file"):
        Explanation.load(tmp_path / "missing")
    text = tmp_path / "text"
    text.write_text("hello, this is not it")
    with pytest.raises(ValueError, match="not an explanation saved by xwidget"):
        Explanation.load(text)
    foreign = tmp_path / "foreign"
    save_file({"layer.weight": np.zeros(3, np.float32)}, foreign)
    with pytest.raises(ValueError, match=r"it holds layer\.weight"):
        Explanation.load(foreign)
    newer = tmp_path / "newer"
    save_file({"image": explanation.image}, newer, {"kind": "xwidget.Explanation", "layout": "9"})
    with pytest.raises(ValueError, match="upgrade xwidget"):
        Explanation.load(newer)
    partial = tmp_path / "partial"
    save_file({"image": explanation.image}, partial, {"kind": "xwidget.Explanation", "layout": "1"})
    with pytest.raises(ValueError, match="damaged: it has no"):
        Explanation.load(partial)
    whole = tmp_path / "whole"
    explanation.save(whole)
    whole.write_bytes(whole.read_bytes()[:-100])
    with pytest.raises(ValueError, match="damaged"):
        Explanation.load(whole)


# The plot


def test_the_plot_has_a_row_a_class_and_a_scale_that_is_never_stretched(
    explanation: Explanation,
) -> None:
    pytest.importorskip("matplotlib")
    figure = explanation.plot()
    pictures = [axes for axes in figure.axes if axes.images]
    assert len(pictures) == 3 * COUNT
    for k in range(COUNT):
        image, evidence, heat = (axes.images[0] for axes in pictures[3 * k : 3 * k + 3])
        np.testing.assert_array_equal(image.get_array(), explanation.image)
        np.testing.assert_array_equal(evidence.get_array(), explanation.evidence[k])
        np.testing.assert_allclose(heat.get_array(), explanation.masks[k].mean(0))
        assert heat.get_clim() == (0, 1)
    file = io.BytesIO()
    figure.savefig(file)
    corner = Image.open(file).convert("RGB").getpixel((0, 0))
    assert corner == (255, 255, 255)


def test_the_plot_says_below_each_class_what_its_checks_say() -> None:
    pytest.importorskip("matplotlib")
    figure = Explanation(**parts(checks=(DOUBTFUL, HOLDS))).plot()
    written = [text for axes in figure.axes for text in axes.texts]
    assert [" ".join(text.get_text().split()) for text in written] == [
        DOUBTFUL.summary,
        HOLDS.summary,
    ]
    assert [text.get_weight() for text in written] == ["bold", "normal"]


def test_a_mask_that_shows_nothing_is_plotted_as_nothing() -> None:
    pytest.importorskip("matplotlib")
    empty = np.zeros((COUNT, 3, HEIGHT, WIDTH), np.float32)
    heat = Explanation(**parts(masks=empty)).plot().axes[2].images[0]
    assert heat.get_clim() == (0, 1)
    assert np.asarray(heat.get_array()).max() == 0


def test_without_matplotlib_the_extra_is_named(
    explanation: Explanation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "xwidget\[plot\]"'):
        explanation.plot()
