"""The benchmark of signed activations: its tighter bounds, and that a page comes out."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from benchmarks import signed
from xwidget.engine.defense import Bound

ACTIVATION = torch.tensor([[-0.2, 0.0, 0.7]], dtype=torch.float64)


def test_tight_bounds_are_the_images_own_where_it_is_negative() -> None:
    with signed.tight():
        bound = Bound.of(ACTIVATION, False, 1)
    assert bound.upper.tolist() == [[-0.2, 0.0, 0.7]]
    assert bound.lower is not None
    assert bound.lower.tolist() == [[-0.2, 0.0, 0.0]]
    assert Bound.of(ACTIVATION, False, 1).upper.tolist() == [[0.0, 0.0, 0.7]], "and no longer"


def test_tight_bounds_hold_for_all_copies_of_an_image() -> None:
    copies = torch.cat([ACTIVATION, ACTIVATION + 1e-9])
    with signed.tight():
        bound = Bound.of(copies, False, 2)
    assert not any(bool(part.any()) for part in bound.left_by(copies) if part is not None)


def test_gratings_are_the_same_for_the_same_seed() -> None:
    one, other = (signed.gratings(4, seed)[0] for seed in (1, 2))
    assert torch.equal(one, signed.gratings(4, 1)[0])
    assert not torch.equal(one, other)
    assert one.shape == (4, 3, signed.SIDE, signed.SIDE)


def test_a_page_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(signed, "QUICK", (2, 1, 2))
    page = tmp_path / "signed.md"
    signed.main(["SiLU", "--quick", "--write", str(page)])
    text = page.read_text(encoding="utf-8")
    assert text == capsys.readouterr().out
    rows = [line for line in text.splitlines() if line.startswith("| SiLU")]
    assert len(rows) == 2 * (len(signed.DEFENSES) + 2)
    assert "(1/2)" in text or "(2/2)" in text or "(0/2)" in text, "two nets, one image each"
