"""Which runs stand beside one another."""

import pytest

from xwidget.catalog.comparisons import COMPARISONS, alternatives, check, comparisons
from xwidget.catalog.defenses import SUMMARIES
from xwidget.catalog.games import GAMES


def test_what_a_run_is_compared_with_travels():
    travels = comparisons()
    assert tuple(travels) == COMPARISONS
    for by, offered in (("game", list(GAMES)), ("defense", list(SUMMARIES))):
        assert list(travels[by]) == offered
        for own in offered:
            assert travels[by][own] == [each for each in alternatives(by, own) if each != own]
    with pytest.raises(ValueError, match='by "game" or "defense", got \'chess\''):
        check("chess")
