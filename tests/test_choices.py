"""What the panel's selects offer, in words."""

from xwidget.choices import choices
from xwidget.engine.games import GAMES
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
