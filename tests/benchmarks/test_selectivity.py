"""The benchmark from end to end, on a net and photos that take no time."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import xwidget as xw
from benchmarks import baselines, selectivity
from xwidget import metrics


class Tiny(nn.Module):
    """Tells red, green and blue: each class sees one channel, where it is bright."""

    def __init__(self) -> None:
        super().__init__()
        self.see = nn.Conv2d(3, 3, 1, bias=False)
        self.see.weight.data = 2 * torch.eye(3).view(3, 3, 1, 1) - 0.5
        self.fire = nn.ReLU()
        self.decide = nn.Linear(3, 3, bias=False)
        self.decide.weight.data = 8 * torch.eye(3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.decide(self.fire(self.see(x)).mean((2, 3)))


def tiny() -> xw.Classifier:
    colors = ["red", "green", "blue"]
    return xw.Classifier(Tiny(), size=12, mean=0, std=1, categories=colors, name="tiny")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Two photos in two colors, of which one says that it is another."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, color in (("a_0", (250, 30, 10)), ("b_2", (20, 40, 240)), ("wrong_1", (0, 0, 250))):
        Image.new("RGB", (12, 12), color).save(folder / f"{name}.png")
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    selectivity.main([str(argument) for argument in arguments], load=lambda name: tiny())
    return capsys.readouterr().out


def asked(photos: Path, *more: object) -> list[object]:
    asked = ["--photos", photos, "--nets", "one", "two", "--games", "generation", "deletion"]
    return [*asked, "--iterations", 6, "--steps", 3, "--methods", "random", *more]


def test_it_measures_prints_and_writes(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results, page, sheets = tmp_path / "r.jsonl", tmp_path / "page.md", tmp_path / "sheets"
    text = run(
        capsys,
        *asked(photos, "--json", results, "--write", page, "--pictures", sheets, "--details"),
    )
    rows = [json.loads(line) for line in results.read_text().splitlines()]
    assert "two: 2 of 3 photos classified rightly; left out: wrong_1 (green)." in text
    assert "## Generation" in text
    assert "generation − deletion" not in text
    assert text.count("### ") == 2, "a ranking for each net"
    assert text.strip() in page.read_text()
    assert torch.__version__.split("+")[0] in page.read_text()
    # 2 nets x 2 photos x 2 games: two rows each, one picture; the last photo is only counted
    assert sum(row["kind"] == "game" for row in rows) == 16
    assert len(list(sheets.iterdir())) == 8
    assert sum(row["kind"] == "photo" for row in rows) == 6
    for row in rows:
        if row["kind"] == "game" and row["role"] == "true":
            assert row["witness"] in selectivity.NETS
            assert 0 <= row["witness_complement"] <= 1 / row["image_score"]
            assert 0 <= row["mask"] <= 1
            assert row["deletion"] <= row["insertion"]


def test_figures_are_those_of_the_explanation(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "r.jsonl"
    run(capsys, *asked(photos, "--json", results, "--nets", "one", "--games", "deletion"))
    rows = [json.loads(line) for line in results.read_text().splitlines()]
    true, least = (row for row in rows if row["kind"] == "game" and row["photo"] == "a_0")
    clf, path = tiny(), photos / "a_0.png"
    ex = xw.explain(clf, path, [0, least["target"]], game="deletion", iterations=6, progress=False)
    halves = metrics.evidence_scores(clf, clf.prepare(path), ex)
    assert true["score"] == pytest.approx(float(ex.scores[0]), rel=1e-5)
    assert true["complement"] == pytest.approx(float(halves.shown[0]), rel=1e-5)
    assert least["mask"] == pytest.approx(float(ex.masks[1].mean()))
    assert least["target"] == int(clf.classify(clf.prepare(path)).argmin())


def test_it_goes_on_where_it_stopped_and_merges(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    halves = [tmp_path / "1.jsonl", tmp_path / "2.jsonl"]
    for n, file in enumerate(halves, 1):
        run(capsys, *asked(photos, "--json", file, "--part", f"{n}/2"))
    before = [file.read_text() for file in halves]
    whole = run(capsys, *asked(photos, "--json", *halves))
    assert [file.read_text() for file in halves] == before, "nothing was left to measure"
    merged = run(capsys, "--json", *halves, "--report")
    assert merged == whole
    assert "one: 2 of 3" in merged


def test_time_that_is_up_starts_nothing(photos: Path) -> None:
    with pytest.raises(SystemExit, match="nothing was measured"):
        selectivity.main([str(word) for word in asked(photos, "--minutes", -1)], lambda _: tiny())


def test_a_net_that_is_not_installed_is_left_out(
    photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def load(name: str) -> xw.Classifier:
        if name == "two":
            raise ModuleNotFoundError("pip install two")
        return tiny()

    selectivity.main([str(word) for word in asked(photos)], load)
    shown = capsys.readouterr()
    assert "without two: pip install two" in shown.err
    assert "one: 2 of 3" in shown.out


def test_a_rate_is_turned_and_turned_back(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from xwidget.engine.rules import RULES

    before = {name: rule.rate for name, rule in RULES.items()}
    text = run(capsys, *asked(photos, "--rules", *RULES, "--rates", 0.01, 0.2, "--limit", 1))
    assert {name: rule.rate for name, rule in RULES.items()} == before
    lines = {line.split("|")[2].strip(): line for line in text.splitlines() if ", rate " in line}
    assert len(lines) >= 4
    masks = {line.split("|")[-5] for line in lines.values()}
    assert len(masks) > 1, "the rate makes a difference"


def test_rise_finds_the_corner_that_counts() -> None:
    class Corner(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x[:, :, :8, :8].mean((1, 2, 3))[:, None]

    clf = xw.Classifier(Corner(), size=32, mean=0, std=1, activation="none")
    found = baselines.rise(clf, torch.ones(3, 32, 32), 0, masks=400)
    inside, outside = float(found[:8, :8].mean()), float(found[16:, 16:].mean())
    assert inside > outside + 0.02
    # The mean of what masks keep, weighted by a score that is .5 on average: about .5 elsewhere.
    assert outside == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("method", ["Grad-CAM", "Integrated Gradients, 50"])
def test_methods_of_captum_find_what_is_red(method: str) -> None:
    pytest.importorskip("captum")
    picture = np.zeros((12, 12, 3))
    picture[:6, :, 0] = 1  # red above black
    clf = tiny()
    found = baselines.METHODS[method](clf, clf.prepare(picture), 0)
    assert found.shape == (12, 12)
    assert float(found[:5].min()) > float(found[7:].max())
