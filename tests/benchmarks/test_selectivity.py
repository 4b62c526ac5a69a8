"""The benchmark from end to end, on a net and photos that take no time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import nn

import xwidget as xw
from benchmarks import selectivity
from benchmarks.ceiling import searched
from benchmarks.noise import unseen
from xwidget import metrics
from xwidget.engine.views import smooth_noise


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
    asked = ["--photos", photos, "--nets", "one", "two", "--witnesses", "one", "two"]
    return [*asked, "--iterations", 6, *more]


def rows_of(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_it_measures_prints_and_writes(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results, page, drawn = tmp_path / "r.jsonl", tmp_path / "page.md", tmp_path / "drawn"
    text = run(
        capsys,
        *asked(photos, "--json", results, "--write", page, "--pictures", drawn, "--details"),
    )
    rows = rows_of(results)
    assert "two: 2 of 3 photos classified correctly" in text
    assert text.strip() in page.read_text()
    assert torch.__version__.split("+")[0] in page.read_text()
    # 2 nets x 2 photos; deletion, generation, generation of the least likely class; the last photo
    # is only counted
    assert sum(row["kind"] == "game" for row in rows) == 12
    assert sum(row["kind"] == "photo" for row in rows) == 6
    for row in rows:
        if row["kind"] == "game" and row["role"] == "true":
            (witness,) = row["shown_witness"]
            assert witness != row["net"]
            assert 0 <= row["mask"] <= 1
            assert len(row["shown_unseen"]) == len(row["blank_unseen"]) == 8
            assert len(row["moves"]) == 5


def test_pictures_to_be_guessed_at_do_not_name_their_class(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = tmp_path / "drawn"
    run(capsys, *asked(photos, "--pictures", drawn, "--nets", "one"))
    alone = sorted(path.name for path in (drawn / "evidence").iterdir())
    assert len(alone) == 4
    assert not any("a_0" in name or "red" in name for name in alone)
    assert Image.open(drawn / "evidence" / alone[0]).size == (12, 12)
    key = (drawn / "sheets" / "key.csv").read_text().split()
    assert sorted(line.split(",")[1] for line in key) == ["a_0", "b_2"]
    assert {line.split(",")[0] for line in key} == {name.split("-")[0] for name in alone}


def test_figures_are_those_of_the_explanation(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "r.jsonl"
    run(capsys, *asked(photos, "--json", results, "--nets", "one"))
    rows = [row for row in rows_of(results) if row["kind"] == "game" and row["photo"] == "a_0"]
    found = {(row["game"], row["role"]): row for row in rows}
    clf, path = tiny(), photos / "a_0.png"
    x = clf.prepare(path)
    for game in ("deletion", "generation"):
        row = found[game, "true"]
        ex = xw.explain(clf, path, [0], game=game, iterations=6, progress=False)
        mask = torch.from_numpy(ex.masks[0].copy())
        halves = metrics.evidence_scores(clf, x, mask, 0)
        # Masks are kept as float16.
        assert row["shown"] == pytest.approx(float(halves.shown[0]), abs=2e-3)
        assert row["hidden"] == pytest.approx(float(halves.hidden[0]), abs=2e-3)
        assert row["mask"] == pytest.approx(float(mask.mean()), abs=1e-3)
    least = found["generation", "least"]
    assert least["target"] == int(clf.classify(x).argmin())
    assert "moves" not in least
    assert ("deletion", "least") not in found


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


def test_what_is_kept_is_not_computed_again(
    photos: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    results = tmp_path / "r.jsonl"
    run(capsys, *asked(photos, "--json", results, "--nets", "one"))
    first = rows_of(results)
    assert len(list((tmp_path / "r.kept").rglob("*.npz"))) == 6

    def again(*_: object, **__: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr(xw, "explain", again)
    results.unlink()
    run(capsys, *asked(photos, "--json", results, "--nets", "one"))
    assert rows_of(results) == first


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


def test_the_ceiling_is_the_best_order_of_a_net_that_adds_up() -> None:
    class Cells(nn.Module):
        """Scores cells of 2 x 2 pixels by weights."""

        weights = torch.tensor([[3.0, 1.0], [2.0, 4.0]]).repeat_interleave(2, 0)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return (x[:, 0] * self.weights.repeat_interleave(2, 1)).mean((1, 2))[:, None] / 4

    clf = xw.Classifier(Cells(), size=4, mean=0, std=1, activation="none")
    found = searched(metrics.Judge(clf), torch.ones(3, 4, 4), 0, cells=2, together=1)
    assert metrics.ranks(found)[::2, ::2].div(4, rounding_mode="floor").tolist() == [[1, 3], [2, 0]]


def test_noise_is_smooth_and_always_the_same() -> None:
    noise = smooth_noise((64, 80), 5).double()
    assert noise.shape == (3, 64, 80)
    assert torch.equal(noise, smooth_noise((64, 80), 5).double())
    assert float(noise.mean()) == pytest.approx(0, abs=1e-6)
    assert float(noise.std()) == pytest.approx(1, abs=0.01)
    # Amplitudes fall as 1/f: by half from one octave to the next.
    power = torch.fft.fft2(noise).abs()[:, :, 0]
    assert float(power[:, 4:8].mean() / power[:, 8:16].mean()) == pytest.approx(2, rel=0.5)
    x = torch.rand(3, 16, 16)
    backgrounds = unseen(x)
    assert backgrounds.shape == (8, 3, 16, 16)
    assert float(backgrounds[3].std() / x.std()) == pytest.approx(0.5, rel=0.05)
