"""The one list of settings: what Python, the panel and files read of it agrees."""

from __future__ import annotations

import inspect
import json
import re
from typing import Any, get_type_hints

import numpy as np
import pytest
import torch
from torch import nn

import xwidget as xw
from xwidget.catalog.defenses import SUMMARIES
from xwidget.catalog.games import GAMES
from xwidget.engine.keywords import check_names, spelled_out
from xwidget.engine.plan import Plan
from xwidget.engine.setting import Control, Setting
from xwidget.engine.setting_kinds import Flag, Number, Weight, Whole
from xwidget.engine.settings import PANEL, SETTINGS, Settings, SettingsDict, form, note
from xwidget.engine.strategies import DEFENSES

TAKERS = [xw.explain, xw.explain_many, xw.Inspector, xw.Gallery]


@pytest.fixture(scope="module")
def clf() -> xw.Classifier:
    return xw.Classifier(
        nn.Sequential(nn.Flatten(), nn.Linear(48, 8), nn.ReLU(), nn.Linear(8, 3)), size=4
    )


def test_a_type_checker_knows_the_same_settings() -> None:
    assert get_type_hints(SettingsDict) == get_type_hints(Settings)
    assert SettingsDict.__optional_keys__ == set(SETTINGS)


@pytest.mark.parametrize("taker", TAKERS)
def test_help_shows_every_setting_with_its_default_and_words(taker: Any) -> None:
    shown = inspect.signature(taker).parameters
    documented = inspect.getdoc(taker).split("\n")
    for name, setting in SETTINGS.items():
        assert shown[name].default is setting.default
        assert shown[name].kind is inspect.Parameter.KEYWORD_ONLY
        assert documented[documented.index(name) + 1].startswith(f"    {setting.words[:20]}")
    assert "settings" not in shown
    assert "**settings" not in documented
    function = taker.__init__ if isinstance(taker, type) else taker
    known = (
        set(get_type_hints(xw.explain)) if taker is xw.explain else set(function.__annotations__)
    )
    assert set(SETTINGS) < known


@pytest.mark.parametrize("taker", TAKERS)
def test_a_setting_that_there_is_not_is_told(taker: Any, clf: xw.Classifier) -> None:
    image = np.zeros((4, 4, 3), np.uint8)
    images = [image] if taker in (xw.Gallery, xw.explain_many) else image
    with pytest.raises(TypeError, match="has no setting 'sparsty'; did you mean 'sparsity'"):
        taker(clf, images, sparsty=1)
    with pytest.raises(TypeError, match="has no setting 'q'; there are game, defense, iterations"):
        taker(clf, images, q=1)
    with pytest.raises(TypeError, match="did you mean 'witness'"):
        taker(clf, images, witnes=clf)


def test_an_explanation_says_all_that_was_asked_for(clf: xw.Classifier) -> None:
    reference = torch.zeros(3, 4, 4)
    found = xw.explain(
        clf,
        np.zeros((4, 4, 3), np.uint8),
        iterations=2,
        reference=reference,
        plan={"batch": np.int64(1)},
        early_stop=np.bool_(False),
        progress=False,
    )
    assert found.settings == {
        **{name: setting.default for name, setting in SETTINGS.items()},
        "iterations": 2,
        "reference": "tensor",
        "plan": {"batch": 1},
        "early_stop": False,
    }
    assert Settings(plan=Plan(fold=True)).describe()["plan"]["fold"] is True


def test_the_panels_form_has_a_control_and_words_for_each() -> None:
    fields = {field["name"]: field for field in form()["fields"]}
    assert list(fields) == list(PANEL)
    assert {"game", "defense", "iterations", "sparsity"} <= set(fields)
    assert json.loads(json.dumps(form())) == form()
    for name, known in (("game", list(GAMES)), ("defense", list(SUMMARIES))):
        choices = fields[name]["choices"]
        assert [choice["name"] for choice in choices] == known
        sentences = [choice["summary"] for choice in choices]
        assert len(set(sentences)) == len(sentences)
        assert all(each[0].isupper() and each.endswith(".") for each in sentences)
    assert set(SUMMARIES) == {"auto", *DEFENSES}
    for field in fields.values():
        assert field["kind"] == "choice" or field["summary"].endswith(".")
    lines = [choice["said"] for choice in fields["defense"]["choices"]]
    assert lines == ["auto defense", "paper defense", *lines[2:4], "no defense"]


def test_a_sentence_says_when_a_change_counts() -> None:
    now, light, later = Control("Game"), Control("Weight", "λ"), Control("Steps", at_once=False)
    assert note([now]) == "Changing game starts a new run."
    assert note([later]) == "Changing steps takes effect with the next run."
    assert note([now, later, now, light]) == (
        "Changing game, game or λ starts a new run. Changing steps takes effect with the next run."
    )
    assert note([]) == ""
    assert form()["note"] == note([each.control for each in PANEL.values() if each.control])


@pytest.mark.parametrize(
    ("kind", "good", "bad", "words"),
    [
        (Whole(2, 9), [2, np.int64(9)], [1, 10, 10**400], "n must be from 2 to 9, got"),
        (Whole(1), [1, 10**9], [0], "n must be at least 1, got 0"),
        (
            Number(-1, 1),
            [-1, 0.5, np.float32(1)],
            [2, "a", True],
            "n must be a number from -1 to 1",
        ),
        (Weight(10, 1, "a weight"), ["auto", 0, 10], [-1, 11, "a"], "from 0 to 1e1, a weight; got"),
        (
            Flag(),
            [True, np.bool_(False), 1, np.int64(0)],
            [2, 1.0, "yes", None],
            "n must be True or False, got",
        ),
    ],
)
def test_a_kind_takes_what_fits_and_says_what_does_not(
    kind: Any, good: list[Any], bad: list[Any], words: str
) -> None:
    for value in good:
        assert kind.check("n", value) == value
        assert json.dumps(kind.plain(kind.check("n", value)))
    for value in bad:
        with pytest.raises((ValueError, TypeError), match=words):
            kind.check("n", value)
    assert json.loads(json.dumps(kind.form())) == kind.form()


def test_a_page_has_one_type_of_number() -> None:
    assert PANEL["iterations"].take(3.0) == 3
    for value in (0, 1.5, 100_001, True, "3", None):
        with pytest.raises(ValueError, match="iterations must be a whole number from 1 to 100000"):
            PANEL["iterations"].take(value)


def test_any_function_can_take_settings() -> None:
    mood = Setting("mood", 0.5, float, Number(0, 1), "Share of mirth.", Control("Mood"))

    @spelled_out({"mood": mood})
    def draw(image: str, *, size: int = 3, **settings: Any) -> str:
        """Draw it.

        Parameters
        ----------
        **settings
            Each.
        size
            In pixels.
        """
        check_names(draw, settings)
        return image

    assert str(inspect.signature(draw)).startswith("(image: 'str', *, mood: float = 0.5, size:")
    assert "mood\n    Share of mirth.\nsize\n    In pixels." in (draw.__doc__ or "")
    assert draw("a", mood=0.25) == "a"
    with pytest.raises(TypeError, match="draw has no setting 'moot'; did you mean 'mood'"):
        draw("a", moot=1)


@pytest.mark.parametrize("yes", [1, np.True_, np.int64(1)])
def test_a_flag_may_be_written_as_a_number(yes: Any) -> None:
    assert Settings(early_stop=yes).early_stop is True
    assert Settings(early_stop=0).early_stop is False
    with pytest.raises(TypeError, match="early_stop must be True or False"):
        Settings(early_stop=2)  # type: ignore[arg-type]


def test_a_device_of_torchs_is_its_text(clf: xw.Classifier) -> None:
    assert Settings(device=torch.device("cuda", 1)).device == "cuda:1"
    ex = xw.explain(
        clf, np.zeros((8, 8, 3)), [0], iterations=1, progress=False, device=torch.device("cpu")
    )
    assert ex.settings["device"] == "cpu"


@pytest.mark.parametrize("taker", [xw.explain, xw.explain_many, xw.Inspector, xw.Gallery])
def test_a_misspelled_setting_is_not_answered_with_other_arguments(taker: Any) -> None:
    with pytest.raises(TypeError, match="'iters'; did you mean 'iterations'"):
        check_names(taker, ["iters"])
    with pytest.raises(TypeError, match=r"'zzz'; there are game, .*, early_stop$") as told:
        check_names(taker, ["zzz"])
    assert not {"witness", "layout", "keep", "progress"} & set(re.findall(r"\w+", str(told.value)))
