"""A store summed up: its findings, everybody's judgments, and the pictures that it keeps."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from tests.findings.marks import SIDE, finding
from xwidget.findings import report
from xwidget.findings.memory import MemoryStore
from xwidget.findings.store.store import FindingStore


def test_a_store_rolls_up_what_everybody_said() -> None:
    with FindingStore(":memory:", author="ada") as store:
        kept = [store.add(finding(i, drop=0.2)) for i in range(3)]
        store.remove(store.add(finding(9)))
        store.judge(kept[0].id, "core", by="bob")
        store.judge(kept[1].id, "spurious", by="bob")
        rolled = store.rollup()
        assert rolled.total.raters == ("ada", "bob")
        assert rolled.total.verdicts == {"spurious": 2, "split": 1}
        assert rolled.total.alpha.count == 2
        assert store.rollup(by=["kind"]).by == ("kind",)


def test_a_verdict_that_an_author_takes_back_counts_as_last_given() -> None:
    with FindingStore(":memory:", author="ada") as store:
        kept = store.add(finding(0, "core"))
        store.edit(kept.id, verdict="spurious")
        assert store.rollup().total.verdicts == {"spurious": 1}


def test_a_report_of_a_store_has_the_pictures_that_it_keeps(tmp_path: Path) -> None:
    held = io.BytesIO()
    Image.fromarray(np.zeros((SIDE, SIDE, 3), np.uint8)).save(held, "PNG")
    with FindingStore(tmp_path / "s.sqlite", author="ada") as store:
        kept = store.add(finding(0))
        store.save_input(kept.seen.digest, kept.seen.preprocessing, held.getvalue(), None)
        store.judge(kept.id, "core", reason="It is the box.", by="bob")
        text = store.report(tmp_path / "r.html", title="An audit").read_text("utf-8")
    assert text.count("data:image/jpeg") == 1
    assert "An audit" in text
    assert "It is the box." in text


def test_a_finding_whose_preprocessing_is_not_known_is_drawn_on_any_input_that_fits() -> None:
    held = io.BytesIO()
    Image.fromarray(np.zeros((SIDE, SIDE, 3), np.uint8)).save(held, "PNG")
    for store in (MemoryStore(), FindingStore(":memory:", author="ada")):
        mark = finding(0)
        assert mark.seen.preprocessing == ""
        store.save_input(mark.seen.digest, "resized", held.getvalue(), None)
        store.save_input(finding(1).seen.digest, "resized", held.getvalue(), None)
        page = report.page([mark, finding(2)], inputs=store.input)
        assert page.count("data:image/jpeg") == 1
        assert page.count("No image of it was kept.") == 1
