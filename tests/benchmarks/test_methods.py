"""The benchmark of all methods from end to end, on a net and photos that take no time."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import torch

import xwidget as xw
from benchmarks import methods
from benchmarks.answers import FUSED, RANDOM, SMOOTHED, Answers, label, names
from tests.benchmarks.test_selectivity import photos, rows_of, tiny
from xwidget import metrics

__all__ = ["photos"]
ASKED = ["generation", FUSED, "integrated_gradients", SMOOTHED, RANDOM]


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    methods.main([str(argument) for argument in arguments], load=lambda name: tiny())
    return capsys.readouterr().out


def asked(photos: Path, *more: object) -> list[object]:
    nets = ["--photos", photos, "--nets", "one", "two", "--witnesses", "one", "two"]
    few = ["--iterations", 3, "--steps", 3, "--witness-steps", 2]
    return [*nets, *few, *more]


def test_it_measures_every_method_by_every_test_and_writes_the_page(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("captum")
    results, page = tmp_path / "r.jsonl", tmp_path / "page.md"
    text = run(capsys, *asked(photos, "--json", results, "--write", page, "--methods", *ASKED))
    rows = rows_of(results)
    assert "two: 2 of 3 photos classified correctly" in text
    assert page.read_text().endswith(text)
    assert page.read_text().startswith("# All methods compared")
    curves = [row for row in rows if row["kind"] == "curve"]
    # own: areas, curves, ROAD, selectivity, random weights; the other net: areas and curves
    assert len(curves) == 2 * 2 * len(ASKED) * 7
    for method in ASKED:
        assert f"| {label(method)}" in text
    ignored = [row for row in curves if row["test"] == "randomization" and row["order"] == RANDOM]
    assert all(row["passes"] for row in ignored), "chance is another one for another net"
    (refused, *_) = [row for row in curves if "error" in row]
    assert "no nonlinearity" in refused["error"], (
        "the tiny net with other weights, on the blue photo"
    )
    assert {row["device"] for row in rows if row["kind"] == "made"} == {"cpu"}


def test_figures_are_those_of_the_metrics(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "r.jsonl"
    few = ["--methods", "generation", "--limit", 1, "--nets", "one"]
    run(capsys, *asked(photos, "--json", results, *few))
    rows = {(row["test"], row["judge"]): row for row in rows_of(results) if "test" in row}
    own = xw.Subject(tiny(), photos / "a_0.png")
    least = int(own.scores.argmin())
    ex = xw.explain(own, targets=[0, least], iterations=3, progress=False)
    area = metrics.equal_area(own, ex, 0, witness=tiny())
    for judge, found in (("one", area), ("two", area.witness)):
        row = rows["area", judge]
        assert row["areas"] == pytest.approx(found.sufficiency.tolist(), abs=1e-5)
        assert row["without"] == pytest.approx(found.without.tolist(), abs=1e-5)
        assert row["image_score"] == pytest.approx(found.image, abs=1e-5)
    curve = metrics.deletion(own, ex, 0, steps=3)
    assert rows["curves", "one"]["deletion"] == pytest.approx(curve.auc, abs=1e-5)
    assert rows["curves", "two"]["steps"] == 2
    road = metrics.road(own, ex, 0, first="least")
    assert rows["road", "one"]["least"] == pytest.approx(road.height, abs=1e-5)
    shown = metrics.ranks(ex.relevance[1].copy()) < round(0.2 * 144)
    scores = own.clf.classify(own.x * shown)
    chosen = rows["selectivity", "one"]
    assert chosen["least_score"] == pytest.approx(float(scores[least]), abs=1e-5)
    assert chosen["true_score"] == pytest.approx(float(scores[0]), abs=1e-5)


def test_it_goes_on_where_it_stopped_and_parts_are_merged(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = ["--methods", RANDOM, "generation", "--checked", 1]
    halves = [tmp_path / "1.jsonl", tmp_path / "2.jsonl"]
    for n, file in enumerate(halves, 1):
        run(capsys, *asked(photos, *few, "--json", file, "--part", f"{n}/2"))
    before = [file.read_text() for file in halves]
    whole = run(capsys, *asked(photos, *few, "--json", *halves))
    assert [file.read_text() for file in halves] == before, "nothing was left to measure"
    assert run(capsys, "--json", *halves, "--report") == whole
    checked = [r["photo"] for r in map(dict, rows_of(halves[0]) + rows_of(halves[1]))
               if r.get("test") == "randomization"]  # fmt: skip
    assert set(checked) == {"a_0"}


def test_a_method_that_the_net_cannot_have_is_left_out(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(self: Answers, name: str) -> xw.Attribution:
        raise ValueError("it has no attention")

    kept = Answers.of
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            Answers, "of", lambda self, name: (refuse if name == RANDOM else kept)(self, name)
        )
        methods.main(
            [*map(str, asked(photos, "--limit", 1, "--methods", RANDOM, "generation"))],
            lambda name: tiny(),
        )
    said = capsys.readouterr()
    assert "without random on one: it has no attention" in said.err
    assert "| xwidget, generation" in said.out
    assert "\n| random" not in said.out
    assert "; random (it has no attention)." in said.out, "the page says what is left out, and why"


def test_a_fault_of_a_metric_is_no_missing_row(
    photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("a fault")

    monkeypatch.setattr(metrics, "road", fail)
    few = asked(photos, "--limit", 1, "--methods", RANDOM)
    with pytest.raises(ValueError, match="a fault"):
        methods.main([*map(str, few)], lambda name: tiny())


def test_a_page_of_half_a_run_says_so(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results, few = tmp_path / "r.jsonl", ["--methods", RANDOM, "generation", "--nets", "one"]
    half = run(capsys, *asked(photos, *few, "--json", results, "--part", "1/2"))
    assert "**Not finished: 1 of 3 photos are measured with all methods so far.**" in half
    assert run(capsys, "--json", results, "--report") == half
    whole = run(capsys, *asked(photos, *few, "--json", results))
    assert "Not finished" not in whole
    rows = rows_of(results)
    for row in rows:
        row.pop("photos", None)  # as written by an earlier version
    gap = [r for r in rows if (r["photo"], r.get("order")) != ("a_0", RANDOM)]
    assert "Not finished: 1 of 3 photos" in methods.report(gap)
    assert "Not finished: 2 of 9 photos" in methods.report(rows, photos=9)
    assert "several devices" not in methods.report(rows)
    next(row for row in rows if row["kind"] == "made")["device"] = "another one"
    assert "- Seconds are of several devices" in methods.report(rows)


def test_seconds_may_be_those_of_a_run_by_itself(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results, clock = tmp_path / "r.jsonl", tmp_path / "clock.jsonl"
    few = ["--methods", RANDOM, "generation", "--nets", "one"]
    run(capsys, *asked(photos, *few, "--json", results))
    rows = [{**row, "seconds": 77.7} for row in rows_of(results)]
    clock.write_text("".join(json.dumps(row) + "\n" for row in rows))
    text = run(capsys, "--json", results, "--report", "--clock", clock)
    assert re.search(r"\| random[^\n]* 77\.7 \|", text)
    assert "- Seconds: from a run by itself on cpu (" in text
    assert not re.search(r"\| random[^\n]* 77\.7 \|", run(capsys, "--json", results, "--report"))


def test_maps_that_are_kept_are_not_made_again(photos: Path, tmp_path: Path) -> None:
    from benchmarks.kept import Kept

    own = xw.Subject(tiny(), photos / "a_0.png")
    for _ in range(2):
        answers = Answers(own, [0, 2], 3, None, (Kept([tmp_path]), ("tiny", "a_0")))
        found = answers.of(FUSED)
        answers._made = None  # type: ignore[assignment]
        again = answers.of(FUSED)
        assert torch.equal(*(torch.from_numpy(one.values.copy()) for one in (found, again)))
    assert len(list(tmp_path.rglob("*.npz"))) == 3
    assert found.targets == (0, 2)


def test_every_method_of_the_package_is_in_the_table() -> None:
    assert set(xw.methods()) < set(names())
    assert len({label(name) for name in names()}) == len(names())
