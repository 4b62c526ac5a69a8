"""The page on exchanging findings: its code runs, and its tables name every format and loss."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from torch import nn

import xwidget as xw
from tests.findings.formats import cases
from xwidget.findings import formats
from xwidget.findings.finding import Finding
from xwidget.findings.formats import FORMATS, Picture
from xwidget.findings.region import Box

PAGE = (Path(__file__).parents[3] / "docs/guide/exchanging_findings.md").read_text("utf-8")


def test_the_page_lists_the_formats_with_their_names_and_whether_they_are_read() -> None:
    rows = re.findall(r'^\| (.*?) +\| `"(.*?)"` +\| .*? \| (yes|no) +\|$', PAGE, re.MULTILINE)
    read = [(each.label, each.name, "yes" if each.read else "no") for each in FORMATS.values()]
    assert rows == read


def test_the_page_says_what_each_format_that_is_read_loses() -> None:
    def plain(text: str) -> str:
        return re.sub(r"\W+", " ", text.lower())

    page = plain(PAGE)
    for each in FORMATS.values():
        for sentence in each.loses:
            if each.read and "xwidget" not in sentence and "reviews" not in sentence:
                assert plain(sentence.rpartition(": ")[2]) in page, sentence


def test_the_code_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    net = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 2))
    clf = xw.Classifier(net, size=32, categories=["a", "b"])
    photo = np.zeros((48, 64, 3), np.uint8)
    subject = xw.Subject(clf, photo, name="photo.png")
    picture = Picture.of(subject.origin)
    given = Finding(Box(4.0, 4.0, 8.0, 8.0), (32, 32), "core", label="猫", seen=picture.seen)
    with xw.FindingStore("study.sqlite") as store:
        store.add(given)
    formats.write([given], "instances.json", format="coco")
    formats.write(cases.all_kinds(), "from_a_colleague.json")
    Path("photos").mkdir()
    Image.fromarray(photo).save("photos/photo.png")
    values = {"xw": xw, "clf": clf, "photo": photo, "Path": Path}
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(block, values)
    assert len(values["store"].list()) == 1 + len(cases.KINDS)
    assert [row.matched for row in values["found"].rows] == ["digest"]
    values["store"].close()
    values["g"].close()
