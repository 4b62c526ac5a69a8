"""The table of the studies: one entry each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xwidget.studies import color, defense, deletion, games, lesions, references, two_objects
from xwidget.studies.study import Study

STUDIES: Mapping[str, Study] = MappingProxyType(
    {
        defense.NAME: defense.STUDY,
        references.NAME: references.STUDY,
        games.NAME: games.STUDY,
        deletion.NAME: deletion.STUDY,
        two_objects.NAME: two_objects.STUDY,
        color.NAME: color.STUDY,
        lesions.NAME: lesions.STUDY,
    }
)
