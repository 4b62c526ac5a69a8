"""Variants beside the run: the four games, the defense on and off."""

import time

import numpy as np
import pytest

from tests.inspector.fakes import SAFETY, Page, level, reached, until
from xwidget.frames import decode

GAMES = ["preservation", "deletion", "generation", "repression"]


@pytest.fixture
def shown(show):
    """An Inspector whose run is done, and its page."""
    widget, page = show()
    return widget, page.until_status("done")


def compare(page, by="game"):
    page.send({"type": "compare", "by": by})
    return page.until_status("running").until_status("done")


def variants(page):
    return {(v["game"], v["defense"]): v for v in page.state["_variants"]}


# What is run.


def test_the_games_that_are_missing_are_run_with_the_runs_own_settings(show, engine):
    widget, page = show(defense="clamp", sparsity=0.01, iterations=7)
    page.until_status("done")
    engine.calls.clear()
    page.set(sparsity=0.5, iterations=3, defense="none")  # for the next run only
    compare(page)
    assert [call[:3] for call in engine.calls] == [((0, 1, 2), 7, None)] * 3
    settings = [call[3] for call in engine.calls]
    assert [s.game for s in settings] == ["preservation", "deletion", "repression"]
    assert {(s.defense, s.sparsity) for s in settings} == {("clamp", 0.01)}
    assert list(widget.comparison) == GAMES


@pytest.mark.parametrize(("own", "other"), [("auto", "none"), ("clamp", "none"), ("none", "auto")])
def test_the_defense_is_compared_with_its_absence(show, engine, own, other):
    widget, page = show(defense=own, game="deletion")
    compare(page.until_status("done"), "defense")
    assert [(call[3].game, call[3].defense) for call in engine.calls[1:]] == [("deletion", other)]
    assert list(widget.comparison) == [own, other]


def test_what_is_there_is_not_run_again(shown, engine):
    widget, page = shown
    compare(page)
    compare(page)
    assert len(engine.calls) == 4
    compare(page, "defense")
    assert [call[3].defense for call in engine.calls[4:]] == ["none"]
    assert len(variants(page)) == 4
    assert list(widget.comparison) == ["auto", "none"]


def test_variants_go_as_far_as_the_run_has_come(shown, engine):
    widget, page = shown
    compare(page)
    page.send({"type": "run_more", "iterations": 4})
    page.until_iteration(9).until_status("done")
    assert {v["iteration"] for v in page.state["_variants"]} == {5}  # more is for the run only
    page.send({"type": "add", "target": 4})
    page.until_status("running").until_status("done")
    engine.calls.clear()
    compare(page)
    assert [call[:3] for call in engine.calls] == [((0, 1, 2), 4, 5), ((4,), 9, None)] * 3
    assert {ex.targets for ex in widget.comparison.values()} == {(0, 1, 2, 4)}


def test_a_run_that_was_stopped_is_compared_where_it_stopped(show, engine):
    engine.hold()
    widget, _ = show(iterations=100)
    engine.allow(5)
    reached(widget, 4)
    widget.stop()
    engine.release()
    assert widget.wait(SAFETY)
    widget.compare("game")
    assert widget.wait(SAFETY)
    assert {call[1] for call in engine.calls[1:]} == {4}
    stopped = {ex.diagnostics["stopped"] for ex in widget.comparison.values()}
    assert stopped == {"interrupted", "iterations"}


def test_it_waits_for_what_runs(show, engine):
    engine.hold()
    widget, page = show()
    engine.allow(2)
    reached(widget, 1)
    page.send({"type": "compare", "by": "game"})
    assert len(engine.calls) == 1
    engine.release()
    page.until_status("done")
    assert widget.explanation.diagnostics["stopped"] == "iterations"
    assert len(page.state["_variants"]) == 3


def test_without_a_run_it_starts_one(make, engine):
    widget = make()
    widget.compare("defense")
    assert widget.wait(SAFETY)
    assert [call[3].defense for call in engine.calls] == ["auto", "none"]


def test_a_new_run_clears_them_under_a_number_of_its_own(shown):
    widget, page = shown
    compare(page)
    page.send({"type": "run"})
    page.until_status("running").until_status("done")
    assert page.state["_variants"] == []
    assert widget.comparison == {}
    assert page.frames[-1].run == 5
    assert page.state["_progress"]["run"] == 5


def test_stop_ends_them_and_keeps_what_is_done(shown, engine):
    widget, page = shown
    engine.hold()
    page.send({"type": "compare", "by": "game"})
    engine.allow(6 + 3)  # all of the first, some of the second
    until(
        lambda: (
            len(widget._session.runs.variants) == 3 and widget._session.runs.variants[1].newest == 2
        )
    )
    page.send({"type": "stop"})
    engine.release()
    page.until_status("stopped")
    assert [v["iteration"] for v in page.state["_variants"]] == [5, 2]
    assert list(widget.comparison) == ["preservation", "deletion", "generation"]
    reasons = {name: ex.diagnostics["stopped"] for name, ex in widget.comparison.items()}
    assert reasons == {
        "preservation": "iterations", "deletion": "interrupted", "generation": "iterations",
    }  # fmt: skip
    engine.calls.clear()
    compare(page)
    assert [call[:3] for call in engine.calls] == [((0, 1, 2), 3, 2), ((0, 1, 2), 5, None)]


def test_an_error_in_one_is_said_and_the_run_stays(shown, engine):
    widget, page = shown
    engine.fails_at = 2
    page.send({"type": "compare", "by": "game"})
    page.until_status("error")
    assert "NaN" in page.state["error"]
    assert widget.explanation.diagnostics["stopped"] == "iterations"
    assert [v["iteration"] for v in page.state["_variants"]] == [1]


# What the page sees.


def test_variants_come_with_numbers_and_curves(shown):
    _, page = shown
    compare(page)
    found = page.state["_variants"]
    assert [v["run"] for v in found] == [2, 3, 4]
    assert [v["game"] for v in found] == ["preservation", "deletion", "repression"]
    for variant in found:
        assert variant["iteration"] == 5
        assert variant["defense"] == "auto"
        assert variant["trace"].keys() == page.state["_trace"].keys()
        curves = variant["trace"]["1"]
        assert curves.keys() == page.state["_trace"]["1"].keys()
        assert curves["scores"] == pytest.approx([i / 1000 for i in range(6)])
        assert curves["stopped"] == "iterations"


def test_the_page_never_meets_a_variants_number_where_it_would_start_over(shown):
    _, page = shown
    before = page.state["_progress"]
    compare(page)
    page.hello().pump()
    assert {u["_progress"]["run"] for u in page.updates if u.get("_progress")} == {1}
    assert {frame.run for frame in page.frames} == {1}
    assert page.answers("welcome")[-1][0]["run"] == 1
    assert page.state["_progress"] == before  # the run's own again


def test_progress_is_told_while_a_variant_runs(shown, engine):
    widget, page = shown
    engine.hold()
    page.send({"type": "compare", "by": "defense"})
    engine.allow(1)
    page.until(lambda page: page.state["_progress"]["iteration"] == 0)
    assert page.state["_progress"]["iterations"] == 5
    assert [v["iteration"] for v in page.state["_variants"]] == [0]
    assert widget.status == "running"
    engine.release()
    page.until_status("done")


def test_many_fast_steps_are_few_messages(show):
    _, page = show([0], iterations=3000)
    page.until_status("done")
    before, start = len(page.updates), time.monotonic()
    compare(page)
    sent = [u for u in page.updates[before:] if "_variants" in u]
    assert 3 <= len(sent) <= 2 * (time.monotonic() - start) + 7


def test_the_runs_last_mask_and_curves_do_not_wait_for_the_variants(show, engine):
    engine.hold()
    _, page = show()
    page.send({"type": "compare", "by": "game"})
    engine.allow(6 + 1)  # the run, and one step of the first variant
    page.until(lambda page: page.state["_variants"])
    page.until_iteration(5)
    for curves in page.state["_trace"].values():
        assert len(curves["scores"]) == 6
        assert curves["stopped"] == "iterations"
    assert page.state["status"] == "running"


def test_a_variants_frame_is_answered_with_its_own_mask(shown):
    _, page = shown
    compare(page)
    for run, game in ((2, "preservation"), (3, "deletion"), (1, "generation"), (0, "generation")):
        page.send({"type": "frame", "target": 1, "iteration": 4, "run": run})
        _, (raw,) = page.pump().answers("frame")[-1]
        frame = decode(raw)
        assert (frame.run, frame.target, frame.iteration, frame.seq) == (run or 1, 1, 4, 0)
        assert (frame.pixels == level(1, 4, game)).all()


def test_a_frame_of_a_run_that_is_gone_is_refused(shown):
    widget, page = shown
    page.send({"type": "frame", "target": 1, "iteration": 4, "run": 9})
    assert "no run 9" in page.pump().failures[0]["message"]
    assert widget.error == ""


def test_it_works_through_the_trait(make):
    widget = make()
    page = Page(widget)
    page.set(_command={"id": 1, "type": "compare", "by": "defense"})
    page.until_status("done")
    assert list(variants(page)) == [("generation", "none")]
    page.set(_command={"id": 2, "type": "frame", "target": 0, "iteration": 5, "run": 2})
    assert page.pump().answers("frame")
    page.set(_command={"id": 3, "type": "compare", "by": "rule"})
    assert 'must be "game" or "defense"' in page.pump().failures[-1]["message"]


def test_an_edited_mask_is_scored_between_two_steps_of_a_variant(shown, engine):
    widget, page = shown
    engine.hold()
    widget.compare("game")
    page.edit(np.full((3, 4, 4), 255, np.uint8))
    engine.allow(2)
    page.until(lambda page: page.state["_tested"].get("seq") == 1)
    assert widget.status == "running"


# From Python.


def test_the_comparison_holds_explanations_by_name(shown):
    widget, _ = shown
    assert widget.comparison == {}
    widget.compare("game")
    assert widget.wait(SAFETY)
    found = widget.comparison
    assert [ex.game for ex in found.values()] == list(found) == GAMES
    for game, ex in found.items():
        assert len(ex.trace) == 6
        np.testing.assert_allclose(ex.masks[1], level(1, 5, game) / 255)
    np.testing.assert_array_equal(found["generation"].masks, widget.explanation.masks)
    assert widget.explanation.game == "generation"


@pytest.mark.parametrize("by", ["rule", None, 3])
def test_a_bad_comparison_is_refused_in_words(make, by):
    widget = make()
    with pytest.raises(ValueError, match='by "game" or "defense", got'):
        widget.compare(by)
    assert widget.status == "idle"


def test_a_closed_inspector_compares_nothing(shown, engine):
    widget, page = shown
    compare(page)
    widget.close()
    assert widget.comparison == {}
    until(lambda: not len(engine.masks))  # the worker's last frame may still hold one
    with pytest.raises(RuntimeError, match="closed"):
        widget.compare("game")


# Another comparison, while one is in progress.


def test_what_a_page_compares_next_gives_up_what_has_not_begun(shown, engine):
    widget, page = shown
    engine.hold()
    page.send({"type": "compare", "by": "game"})
    until(lambda: len(engine.calls) == 2)
    page.send({"type": "compare", "by": "defense"})
    engine.release()
    page.until_status("running").until_status("done")
    assert [call[3].game for call in engine.calls[1:]] == ["preservation", "generation"]
    assert list(widget.comparison) == ["auto", "none"]
    compare(page)  # what was given up runs once it is asked for again
    assert [call[3].game for call in engine.calls[3:]] == ["deletion", "repression"]


def test_what_python_compares_next_comes_after_all_of_it(shown, engine):
    widget, _ = shown
    widget.compare("game")
    widget.compare("defense")
    assert widget.wait(SAFETY)
    assert [call[3].game for call in engine.calls[1:]] == [
        *("preservation", "deletion", "repression", "generation"),
    ]
