"""Findings on an exported page: those that it holds, and what more are marked with."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.export.test_page import Elements, explanation
from tests.test_explanation import HEIGHT, WIDTH
from xwidget.export.page import data
from xwidget.findings.finding import KINDS, Effect, Finding, Seen, read, read_seen
from xwidget.findings.region import Box
from xwidget.origin import Origin
from xwidget.preprocessing.geometry import from_box

GEOMETRY = from_box((2, 0, 20, 12), (HEIGHT, WIDTH), (12, 20))
ORIGIN = Origin("a1" * 32, (12, 20), GEOMETRY, "cup.png")
HOSTILE = "</script><img src=x onerror=alert(1)>"


def finding(**changed: Any) -> Finding:
    seen = Seen(ORIGIN.digest, "cup.png", model="small", weights="w" * 64, preprocessing="none")
    made = Finding(Box(1, 1, 2, 2), (HEIGHT, WIDTH), "spurious", label="stamp", seen=seen)
    return replace(made, **changed)


def exported(tmp_path: Path, *findings: Finding) -> dict[str, Any]:
    ex = explanation(origin=ORIGIN, diagnostics={"net": "small"})
    path = ex.export_html(tmp_path / "page.html", findings=findings)
    return Elements(path.read_text("utf-8")).content()


def test_a_page_holds_the_findings_it_was_given_and_no_deleted_one(tmp_path: Path) -> None:
    found = finding(label=HOSTILE, kind="stain")
    content = exported(tmp_path, found, finding(deleted=True))
    assert [read(each) for each in content["findings"]["findings"]] == [found]
    setup = content["traits"]["_findings"]
    assert (setup["ready"], setup["store"], setup["labels"]) == (True, "", [HOSTILE])
    assert setup["kinds"] == [*KINDS, "stain"]


def test_of_findings_whose_judgment_is_withheld_a_page_holds_nothing_of_it() -> None:
    effect = Effect(3, 0.9, 0.1, 0.5, None, 0.02, 8)
    found = finding(kind="xk", reason="xr", confidence=0.25, effect=effect, label="stamp")
    ex = explanation(origin=ORIGIN, diagnostics={"net": "small"})
    content = data(ex, 1, None, [found, finding()], {found.id})
    bare, whole = content["findings"]["findings"]
    assert (bare["withheld"], bare["verdict"], bare["effect"]) == (True, "", None)
    assert (bare["label"], bare["region"]) == ("stamp", found.describe()["region"])
    assert (whole["withheld"], whole["verdict"]) == (False, "spurious")
    text = json.dumps([content["findings"], content["traits"]["_findings"]])
    assert '"xk"' not in text
    assert '"xr"' not in text


def test_what_is_marked_on_a_page_knows_what_it_was_seen_on(tmp_path: Path) -> None:
    setup = exported(tmp_path)["traits"]["_findings"]
    base = read_seen(setup["base"])
    assert (base.digest, base.image, base.size) == (ORIGIN.digest, "cup.png", (12, 20))
    assert (base.model, base.weights) == ("small", "")
    assert base.geometry == json.loads(json.dumps(GEOMETRY.describe()))
    # Not the weights of an earlier finding: the net may have been trained since.
    other = read_seen(exported(tmp_path, finding())["traits"]["_findings"]["base"])
    assert (other.model, other.weights, other.preprocessing) == ("small", "", "")


def test_two_pages_of_one_image_and_network_share_what_the_browser_keeps(tmp_path: Path) -> None:
    one, other = (exported(tmp_path, *given) for given in [(), (finding(),)])
    scopes = [content["traits"]["_findings"]["scope"] for content in (one, other)]
    assert scopes[0] == scopes[1]
    assert ORIGIN.digest[:16] in scopes[0]


def test_pages_on_whose_pictures_a_region_lies_elsewhere_share_nothing() -> None:
    image = explanation().image
    cropped = from_box((0, 0, 18, 12), (HEIGHT, WIDTH), (12, 20))
    scopes = {
        data(given, 1)["traits"]["_findings"]["scope"]
        for given in (
            explanation(origin=ORIGIN),
            explanation(origin=replace(ORIGIN, geometry=cropped)),
            explanation(origin=None),
            explanation(origin=None, image=255 - image),
        )
    }
    assert len(scopes) == 4


def test_an_explanation_that_does_not_know_its_image_has_a_page_all_the_same() -> None:
    content = data(explanation(origin=None), 1, findings=[finding()])
    assert len(content["findings"]["findings"]) == 1
    assert read_seen(content["traits"]["_findings"]["base"]).digest == ""


@pytest.mark.parametrize(
    "other",
    [
        {"frame": (HEIGHT + 1, WIDTH)},
        {"seen": Seen("b2" * 32, "dog.png")},
    ],
)
def test_a_finding_of_another_image_is_refused(tmp_path: Path, other: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="and not of the image that is explained"):
        exported(tmp_path, finding(**other))


def test_what_is_no_finding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="holds a dict; expected Finding"):
        exported(tmp_path, finding().describe())  # type: ignore[arg-type]
