"""``python -m xwidget explain``: a folder of images becomes a store, and it says so."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import xwidget as xw
from xwidget.commands.main import main

NET = """
import torch
from torch import nn
import xwidget as xw

def made():
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
    )
    return xw.Classifier(net, size=12, categories=["banjo", "cello"])

clf = made()
number = 3
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of photos, beside a module with a net, which is where this runs."""
    (tmp_path / "photos" / "banjo").mkdir(parents=True)
    for n in range(2):
        pixels = np.random.default_rng(n).integers(0, 256, (14, 14, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / "photos" / "banjo" / f"{n}.png")
    (tmp_path / "photos" / "banjo" / "bad.png").write_bytes(b"no image")
    (tmp_path / "my_nets.py").write_text(NET)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path])
    monkeypatch.delitem(sys.modules, "my_nets", raising=False)
    return tmp_path


def command(*more: str) -> list[str]:
    return [
        *("explain", "photos", "--model", "my_nets:made", "--out", "results", "--quiet"),
        *("--iterations", "2", *more),
    ]


def test_a_folder_becomes_a_store_and_is_gone_on_with(folder: Path, capsys: Any) -> None:
    options = ("--target", "cello", "--target", "0", "--game", "deletion", "--no-early-stop")
    assert main(command(*options)) == 0
    store = xw.ExplanationStore("results")
    assert store.select("error = ''") == [f"banjo/{n}.png/{t}" for n in (0, 1) for t in (1, 0)]
    assert store.values(store.ids[:1], "label_index") == [0]
    assert store.metadata["settings"]["game"] == "deletion"
    assert store.metadata["settings"]["early_stop"] is False
    said = capsys.readouterr().out
    assert said.startswith(f"3 images in {folder / 'results'}\nexplanations: ")
    assert "not explained: 1\n  banjo/bad.png: 'photos/banjo/bad.png' is not an image" in said
    Image.new("RGB", (9, 9), "red").save("photos/banjo/bad.png")
    assert main(command(*options, "--retry")) == 0
    assert not xw.ExplanationStore("results").errors


def test_where_no_image_could_be_explained_the_program_fails(folder: Path, capsys: Any) -> None:
    for n in range(2):
        (folder / "photos" / "banjo" / f"{n}.png").unlink()
    assert main(command()) == 1
    assert capsys.readouterr().out.startswith("1 images in")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (["--model", "no_such:net"], "there is no 'no_such:net': No module named"),
        (["--model", "my_nets:none"], "there is no 'my_nets:none'"),
        (["--model", "my_nets:number"], "is a int; expected a Classifier"),
        (["--model", "lite9"], "no classifier 'lite9'"),
        (["--target", "tuba"], "no class 'tuba'"),
        (["--iterations", "0"], "iterations"),
        (["--workers", "-1"], "workers is -1; expected an int of at least 1"),
        (["--batch", "0"], "batch is 0; expected an int of at least 1"),
        (["--out", "photos"], "holds 'banjo' and no explanation store"),
        (["--witness", "my_nets:clf", "--model", "my_nets:clf"], "witness is the net"),
    ],
)
def test_what_cannot_be_is_said(folder: Path, capsys: Any, changed: list[str], words: str) -> None:
    assert main(command(*changed)) == 1
    assert words in capsys.readouterr().err


def test_an_interrupt_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def press(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("xwidget.batch.executors.local.outcome", press)
    assert main(command()) == 130
    assert capsys.readouterr().out.startswith("0 images")
    assert main(command()) == 130  # the second one soon after


def test_arguments_are_asked_for(capsys: Any) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([])
    with pytest.raises(SystemExit, match="0"):
        main(["explain", "--help"])
    assert "--sparsity" in capsys.readouterr().out
