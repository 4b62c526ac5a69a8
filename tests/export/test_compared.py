"""Scores at equal area and measures, as tables of an exported page."""

import re

from xwidget.export.compared import Compared

PANES = [{"id": 2, "label": "<b>RISE</b>"}]


def score(own, witness=None):
    return {"own": own, "image": 0.9, "witness": witness, "witness_image": None}


def side(first):
    curve = {"shares": [], "scores": [], "height": 0.5}
    return {
        "net": "net",
        "image": 0.9,
        "sufficiency": [first, None],
        "comprehensiveness": [-0.25, -0.001],
        **dict.fromkeys(("deletion", "insertion", "road"), curve),
    }


def entry(pane, target=3, measures=None, randomized=None):
    return {"pane": pane, "target": target, "measures": measures, "randomized": randomized}


def measured(own, witness=None):
    return {"areas": [0.1, 0.2], "own": own, "witness": witness}


def test_scores_stand_by_share_and_pane_the_witness_in_brackets():
    scores = {"0": score(0.814, 0.3), "2": score(0.2), "7": score(0.99)}
    html = Compared([{"share": 0.2, "target": 3, "scores": scores}]).html({3: "cat"}, PANES)
    assert "cat: score of the top share of the pixels alone, and in brackets by the witness" in html
    assert '<th scope="row">Evidence</th><td>0.81 (0.30)</td>' in html
    assert '<th scope="row">&lt;b&gt;RISE&lt;/b&gt;</th><td>0.20 (–)</td>' in html
    assert "0.99" not in html  # of a pane that is not on the page


def test_another_model_is_listed_last_as_by_itself_and_the_photo_below():
    panes = [{"id": 1, "label": "VGG", "kind": "model"}, *PANES]
    scores = {"1": {**score(0.99), "image": 0.995}, "0": score(0.5), "2": score(0.4)}
    html = Compared(
        [{"share": 0.2, "target": 3, "scores": scores}],
        [entry(k, measures=measured(side(0.5))) for k in (0, 1, 2)],
    ).html({3: "cat"}, panes)
    rows = re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', html)
    names = ["Evidence", "&lt;b&gt;RISE&lt;/b&gt;", "VGG (by itself)"]
    assert [name for name, _ in rows] == [*names, "Photo", *names]
    assert [cell for _, cell in rows][:4] == ["0.50", "0.40", "0.99", "0.90"]


def test_what_was_measured_of_our_own_evidence_needs_nothing_beside():
    areas = [{"share": 0.2, "target": 3, "scores": {"0": score(0.81)}}]
    for html in (
        Compared(areas).html({3: "cat"}, []),
        Compared((), [entry(0, measures=measured(side(0.81)))]).html({3: "cat"}, []),
    ):
        assert '<th scope="row">Evidence</th><td>0.81</td>' in html


def test_measures_and_sanity_checks_are_those_of_the_page():
    words = {"similarity": 0.9, "passes": False, "words": "Fails: <much> alike."}
    found = Compared(
        measured=[
            entry(0, measures=measured(side(0.75), side(0.125))),
            entry(2, randomized=words),
            entry(2, target=9, measures=measured(side(0.6))),
        ]
    )
    html = found.html({3: "cat"}, PANES)
    own, witness = html.index("cat: measures<"), html.index("cat: measures by the witness")
    assert own < html.index("<td>0.75</td><td>–</td><td>−0.25</td><td>0.00</td>") < witness
    assert "0.60" not in html
    assert "sanity check of &lt;b&gt;RISE&lt;/b&gt;: Fails: &lt;much&gt; alike." in html


def test_of_many_areas_the_marked_ones_are_listed():
    areas = [{"share": k / 100, "target": 3, "scores": {"0": score(0.5)}} for k in range(1, 51)]
    html = Compared(areas).html({3: "cat"}, PANES)
    heads = [f'<th scope="col">{share}%</th>' for share in (5, 10, 20, 30, 40, 50)]
    assert "".join(heads) in html


def test_what_needs_the_network_is_said_where_something_is_beside():
    assert "compute them in the notebook" in Compared().html({3: "cat"}, PANES)
    assert Compared().html({3: "cat"}, []) == ""
