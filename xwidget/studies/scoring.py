"""Photos scored by a network, several at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor

from xwidget.batch.result import failure
from xwidget.engine.run import as_error
from xwidget.studies.lab import Net
from xwidget.studies.part import Unit
from xwidget.studies.photos import Photo


def scored(
    net: Net, units: Sequence[Unit], photos: Mapping[str, Photo]
) -> Iterator[tuple[Unit, Tensor | str]]:
    """Yield each unit with the scores (C,) of its photo, or with why there are none.

    Parameters
    ----------
    net
        The network.
    units
        In any order.
    photos
        By the keys of the units.
    """
    judge, clf = net.judge, net.clf
    for begin in range(0, len(units), judge.batch):
        read: list[tuple[Unit, Tensor]] = []
        for unit in units[begin : begin + judge.batch]:
            try:
                read.append((unit, clf.prepare(photos[unit.key].read())))
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # even of a preprocessing that ends the interpreter
                yield unit, failure(as_error(error))
        same = len({x.shape for _, x in read}) == 1
        groups = [read] if same else [[each] for each in read]
        for group in groups:
            scores = judge.all_scores(torch.stack([x for _, x in group]))[:, : clf.classes]
            yield from zip((unit for unit, _ in group), scores, strict=True)
