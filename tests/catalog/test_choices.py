"""What the panel's selects offer, in words."""

import pytest

from xwidget.catalog.choices import alternatives, choices
from xwidget.catalog.games import GAMES
from xwidget.engine.strategies import DEFENSES


def test_every_game_and_defense_has_a_sentence_of_its_own():
    offered = choices()
    assert offered["game"] == list(GAMES)
    assert sorted(offered["defense"]) == sorted(["auto", *DEFENSES])
    for setting in ("game", "defense"):
        sentences = offered["about"][setting]
        assert list(sentences) == offered[setting]
        assert len(set(sentences.values())) == len(sentences)
        assert all(each[0].isupper() and each.endswith(".") for each in sentences.values())


def test_what_is_not_known_has_no_sentence():
    assert choices(["chess"], ["none"])["about"]["game"] == {}


def test_what_a_run_is_compared_with_travels_too():
    travels = choices()["alternatives"]
    for by, offered in (("game", list(GAMES)), ("defense", choices()["defense"])):
        for own in offered:
            assert travels[by][own] == [each for each in alternatives(by, own) if each != own]
    assert choices(["deletion"], ["none"])["alternatives"] == {
        "game": {"deletion": []},
        "defense": {"none": []},
    }
    with pytest.raises(ValueError, match='by "game" or "defense", got \'chess\''):
        alternatives("chess", "paper")
