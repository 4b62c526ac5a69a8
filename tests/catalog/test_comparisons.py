"""Which runs stand beside one another."""

import pytest

from xwidget.catalog.comparisons import COMPARISONS, alternatives, check, comparisons
from xwidget.catalog.defenses import SUMMARIES
from xwidget.catalog.games import GAMES


def test_what_a_run_is_compared_with_travels():
    travels = comparisons()
    assert list(travels) == list(COMPARISONS)
    for by, offered in (("game", list(GAMES)), ("defense", list(SUMMARIES))):
        assert list(travels[by]["others"]) == offered
        for own in offered:
            assert travels[by]["others"][own] == [
                each for each in alternatives(by, own) if each != own
            ]
    assert all(each["label"] and each["title"] for each in travels.values())
    with pytest.raises(ValueError, match='by "game" or "defense", got \'chess\''):
        check("chess")
